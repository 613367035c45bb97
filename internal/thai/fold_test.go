package thai

import "testing"

func TestFoldBringsMisspellingsTogether(t *testing.T) {
	for _, c := range []struct{ wrong, right string }{
		{"อนุญาติ", "อนุญาต"},
		{"ใบอนุญาติ", "ใบอนุญาต"},
		{"สำนักงานเขด", "สำนักงานเขต"},
		{"ทะเบียนราษฏร์", "ทะเบียนราษฎร์"},
		{"ทะเบียนราษฎร์", "ทะเบียนราษฎร"},
		{"กฏหมาย", "กฎหมาย"},
		{"โฉนฎ", "โฉนด"},
		{"เบี้ยยังชีบ", "เบี้ยยังชีพ"},
		{"พาสปอต", "พาสปอร์ต"},
		{"พาสปอร์ท", "พาสปอร์ต"},
		{"ขึ้นทะเบียณ", "ขึ้นทะเบียน"},
		{"ค่าทำเนียม", "ค่าธรรมเนียม"},
		{"มรณะบัตร", "มรณบัตร"},
		{"สูติบัติ", "สูติบัตร"},
		{"ใบขับขี", "ใบขับขี่"},
		{"ลายเซ็นต์", "ลายเซ็น"},
		{"สิทธิ์", "สิทธิ"},
		{"สังเกตุ", "สังเกต"},
		{"สัมนา", "สัมมนา"},
		{"บุคคลากร", "บุคลากร"},
		{"คำณวน", "คำนวณ"},
		{"เว็ปไซด์", "เว็บไซต์"},
		{"ปรากฎ", "ปรากฏ"},
		{"ใมค์", "ไมค์"},
		{"กรุงเทพฯ", "กรุงเทพ"},
		{"ประกันสังคมม", "ประกันสังคม"},
	} {
		if a, b := Fold(c.wrong), Fold(c.right); a != b {
			t.Errorf("Fold: got %q for %s and %q for %s, want the same", a, c.wrong, b, c.right)
		}
	}
}

func TestFoldKeepsUnlikeWordsApart(t *testing.T) {
	for _, c := range [][2]string{
		{"เกิด", "ตาย"}, {"ย้ายเข้า", "ย้ายออก"}, {"บัตร", "บ้าน"}, {"รถยนต์", "จักรยานยนต์"}, {"สมรส", "หย่า"},
	} {
		if a, b := Fold(c[0]), Fold(c[1]); a == b {
			t.Errorf("Fold: got %q for %s and for %s", a, c[0], c[1])
		}
	}
}

// A part of a word that stays a part lets the key serve n-grams.
func TestFoldOfAPartIsPartOfTheFold(t *testing.T) {
	if got, want := Fold("ขึ้นทะเบียนผู้ประกันตน"), Fold("ขึ้นทะเบียน")+Fold("ผู้ประกันตน"); got != want {
		t.Errorf("Fold: got %q, want %q", got, want)
	}
}
