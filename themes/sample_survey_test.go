package themes

import "khumue/internal/page"

// survey has each kind of question, a long list of services, and one that is
// asked after a certain answer only.
func (s teller) survey(sh page.Shell) page.Survey {
	p := page.Survey{
		Shell: sh, Form: "satisfaction-1", Point: "dlt-chatuchak", Service: "https://service.example.go.th",
		Office: s.link("/point/dlt-chatuchak/", "สำนักงานขนส่งกรุงเทพมหานครพื้นที่ 5 (จตุจักร)", "Bangkok Area 5 Transport Office (Chatuchak)", ""),
		Agency: s.w("กรมการขนส่งทางบก", "Department of Land Transport"), Intro: s.w("ใช้เวลาไม่เกินหนึ่งนาที", "It takes less than a minute."),
	}
	services := page.Ask{Code: "q0", Kind: "service", Text: s.w("วันนี้ท่านมารับบริการเรื่องใด", "Which service did you come for?"), Help: s.w("เลือกจากรายการ", "")}
	for range 20 {
		services.Options = append(services.Options, page.AskOption{Value: "dlt-xgveak", Text: s.w(longTitle, "")})
	}
	scale := page.Ask{Code: "q1", Kind: "scale", Topic: "overall", Required: true, Text: s.w("โดยรวมแล้วท่านพอใจเพียงใด", "How satisfied are you overall?")}
	for i, word := range []string{"มากที่สุด", "มาก", "ปานกลาง", "น้อย", "น้อยที่สุด"} {
		scale.Options = append(scale.Options, page.AskOption{Value: string(rune('5' - i)), Text: s.w(word, "")})
	}
	choice := page.Ask{
		Code: "q10", Kind: "choice", Text: s.w("มีการเรียกรับเงินหรือไม่", "Did anyone ask for money?"), After: "q1", Is: "1 2", AfterIs: s.s("ตอบเมื่อข้อก่อนตอบว่าน้อย", "Answer this if you said little"),
		Options: []page.AskOption{{Value: "absent", Text: s.w("ไม่มี", "No")}, {Value: "asked", Text: s.w("มี", "Yes"), Show: s.w("แจ้งได้ที่สายด่วน 1206", "Call 1206")}},
	}
	text := page.Ask{Code: "q12", Kind: "text", Max: 500, Text: s.w("มีสิ่งใดที่ควรปรับปรุง", "What should we do better?"), Help: s.w("โปรดอย่าเขียนชื่อ", "Please do not write names")}
	p.Asks = []page.Ask{services, scale, choice, text}
	return p
}
