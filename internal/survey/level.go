package survey

import "khumue/internal/fault"

// Level is one of the five words in which a mean is read, from 1 to 5; 0 is none.
type Level int

// levels are the words, from the least.
var levels = [highest]fault.Text{
	{TH: "น้อยที่สุด", EN: "very low"},
	{TH: "น้อย", EN: "low"},
	{TH: "ปานกลาง", EN: "moderate"},
	{TH: "มาก", EN: "high"},
	{TH: "มากที่สุด", EN: "very high"},
}

// Text returns the word; of no level an empty one.
func (l Level) Text() fault.Text {
	if l < 1 || l > highest {
		return fault.Text{}
	}
	return levels[l-1]
}

// Hundredths returns the mean of n replies that add up to sum, in hundredths and
// rounded as people do: 4.505 is 451. 0 of none.
func Hundredths(sum, n int) int {
	if n <= 0 {
		return 0
	}
	return (200*sum + n) / (2 * n)
}

// LevelOf reads a mean in hundredths as Thai public bodies do: 4.51 to 5.00 is
// the highest, 1.00 to 1.50 the lowest. A mean below 1 is none.
func LevelOf(hundredths int) Level {
	switch {
	case hundredths < 100:
		return 0
	case hundredths >= 451:
		return 5
	case hundredths >= 351:
		return 4
	case hundredths >= 251:
		return 3
	case hundredths >= 151:
		return 2
	}
	return 1
}
