package delays

import (
	"slices"
	"strings"
	"unicode"

	"khumue/internal/delay"
	"khumue/internal/fault"
	"khumue/internal/survey"
)

// impersonal refuses a text that others read in which something looks like a
// number of a person, of a telephone, or an address for mail.
func impersonal(field, text string) delay.Problems {
	if _, kinds := survey.Mask(text); len(kinds) == 0 {
		return nil
	}
	return delay.Problems{{Field: field, What: fault.Text{
		TH: "มีเลขบัตร เบอร์โทรศัพท์ หรืออีเมลอยู่ในข้อความ ซึ่งผู้อื่นจะเห็น ลบออกก่อน",
		EN: "It has a number of a person or a telephone, or an e-mail address, which others would see. Take it out.",
	}}}
}

// checkRequest refuses a number of a request that is a person's: that of a citizen
// or an address for mail in any place of it, that of a telephone where it is all
// there is. Numbers of offices may be long and have any digits, so that thirteen of
// them count only where they stand for themselves, or in the groups of a citizen's
// card.
func checkRequest(request string) delay.Problems {
	wrong := func(th, en string) delay.Problems {
		return delay.Problems{{Field: "request", What: fault.Text{TH: th, EN: en}}}
	}
	masked, kinds := survey.Mask(request)
	switch {
	case slices.ContainsFunc(thirteens(request), isCitizen):
		return wrong("เลขนี้เป็นเลขประจำตัวประชาชน ใช้เลขที่คำขอที่หน่วยงานออกให้", "This is a number of a citizen. Use the number that the office gave the request.")
	case slices.Contains(kinds, survey.Mail):
		return wrong("มีอีเมลอยู่ในเลขที่คำขอ ใช้เลขที่คำขอที่หน่วยงานออกให้", "It has an e-mail address. Use the number that the office gave the request.")
	case slices.Contains(kinds, survey.Phone) && strings.HasPrefix(masked, "[") && strings.HasSuffix(masked, "]"):
		return wrong("เลขนี้เหมือนเบอร์โทรศัพท์ ถ้าเป็นเลขที่คำขอ ให้ใส่อักษรย่อนำหน้า เช่น คข. หรือปีต่อท้าย", "This looks like a telephone number. If it is the number of the request, write its letters before it.")
	}
	return nil
}

func isCitizen(digits string) bool {
	_, kinds := survey.Mask(digits)
	return slices.Contains(kinds, survey.CitizenID)
}

// cardGroups are the digits on a citizen's card.
var cardGroups = []int{1, 4, 5, 2, 1}

// thirteens are the thirteen digits in a number that may be one of a citizen: a
// group of thirteen, groups as on the card, or all digits that there are.
func thirteens(s string) (out []string) {
	groups := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
	for i, g := range groups {
		if length(g) == 13 {
			out = append(out, g)
		}
		if i+len(cardGroups) > len(groups) {
			continue
		}
		card := groups[i : i+len(cardGroups)]
		if slices.EqualFunc(card, cardGroups, func(g string, n int) bool { return length(g) == n }) {
			out = append(out, strings.Join(card, ""))
		}
	}
	if all := strings.Join(groups, ""); length(all) == 13 {
		out = append(out, all)
	}
	return out
}

func length(s string) int { return len([]rune(s)) }
