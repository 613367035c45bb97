package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"khumue/internal/xlsx"
)

// columns are headings of the template of manuals, as people fill them in.
var columns = []string{
	"เลขอ้างอิง", "หน่วยงาน (รหัสหรือชื่อ)", "ชื่อคู่มือ", "ชื่อเรียกทั่วไป", "ประเภทของงานบริการ", "หมวดหมู่ของงานบริการ", "ระดับผลกระทบ",
	"พื้นที่ให้บริการ", "ระยะเวลาตามกฎหมาย", "ค่าสำเนาคู่มือ (บาท)", "ตรวจสอบล่าสุดเมื่อ", "หลักเกณฑ์ วิธีการ เงื่อนไข",
	"กฎหมาย (ชนิด)", "กฎหมาย (ชื่อ)", "กฎหมาย (พ.ศ.)", "ช่องทาง (ชนิด)", "ช่องทาง (ชื่อสถานที่หรือระบบ)", "ช่องทาง (วันและเวลา)",
	"ขั้นตอน (ประเภท)", "ขั้นตอน (รายละเอียด)", "ขั้นตอน (เวลา)", "ขั้นตอน (หน่วยเวลา)", "ขั้นตอน (ส่วนงานที่รับผิดชอบ)",
	"เอกสาร (ชื่อ)", "เอกสาร (หน่วยงานผู้ออก)", "เอกสาร (ชนิด)", "เอกสาร (ฉบับจริง)", "เอกสาร (สำเนา)", "เอกสาร (หน่วยนับ)",
	"ค่าธรรมเนียม (รายการ)", "ค่าธรรมเนียม (จำนวนหรือต่ำสุด)", "ค่าธรรมเนียม (ต่อ)",
}

// agencies is over how many agencies the manuals are spread.
const agencies = 200

// manual are the three rows of one.
func manual(n int) [][]any {
	blank := make([]any, 12)
	for i := range blank {
		blank[i] = ""
	}
	head := []any{
		fmt.Sprint(n), fmt.Sprintf("org%d", n%agencies), fmt.Sprintf("การขออนุญาตประกอบกิจการประเภทที่ %d", n), fmt.Sprintf("ใบอนุญาต %d, ขอใบอนุญาต", n),
		"กระบวนงานบริการที่เบ็ดเสร็จในหน่วยเดียว", "อนุญาต/ออกใบอนุญาต/รับรอง", "บริการทั่วไป", "ส่วนกลาง, ส่วนภูมิภาค", "0.0", "0.0", fmt.Sprintf("%d/10/2569", 1+n%28),
		"<p>ผู้ยื่นคำขอต้องมีอายุไม่ต่ำกว่ายี่สิบปีบริบูรณ์ และต้องไม่เคยถูกเพิกถอนใบอนุญาต</p><p>ให้ยื่นคำขอพร้อมเอกสาร ณ หน่วยงานที่กิจการตั้งอยู่ หากเอกสารไม่ครบถ้วนเจ้าหน้าที่จะแจ้งให้แก้ไขทันที</p>",
	}
	rest := func(i int) []any {
		return []any{
			[]string{"พระราชบัญญัติ", "กฎกระทรวง", "ประกาศ"}[i], fmt.Sprintf("กฎหมายว่าด้วยกิจการประเภทที่ %d ฉบับที่ %d", n%50, i+1), fmt.Sprint(2540 + n%20),
			[]string{"ติดต่อด้วยตนเอง ณ หน่วยงาน", "เว็บไซต์/e-Service", "ไปรษณีย์"}[i], []string{"สำนักงาน", "ระบบยื่นคำขอ", "ตู้ ปณ. 1"}[i], "จันทร์ - ศุกร์ 08:30 - 16:30 น. (มีพักเที่ยง)",
			[]string{"การตรวจสอบเอกสาร", "การพิจารณา", "การลงนาม/คณะกรรมการมีมติ"}[i], []string{"ตรวจสอบคำขอและเอกสาร", "พิจารณาคำขอและตรวจสถานที่", "ลงนามในใบอนุญาต"}[i], "15.0", "นาที", "ฝ่ายทะเบียน",
			[]string{"บัตรประจำตัวประชาชน", "ทะเบียนบ้าน", "แผนที่ตั้งของกิจการ"}[i], "กรมการปกครอง", "เอกสารอื่น ๆ", "1", "1", "ฉบับ",
			[]string{"ค่าใบอนุญาต", "ค่าคำขอ", "ค่าตรวจสถานที่"}[i], fmt.Sprintf("%d.0", 10*n%5000), "ฉบับ",
		}
	}
	return [][]any{append(head, rest(0)...), append(blank[:12:12], rest(1)...), append(blank[:12:12], rest(2)...)}
}

// writeTable writes a book of manuals, in the shape of the template.
func writeTable(name string, manuals int) (err error) {
	book, err := xlsx.NewWriter()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	headings := make([]xlsx.Heading, len(columns))
	for i, c := range columns {
		headings[i].Text = c
	}
	sheet, err := book.Sheet("คู่มือ", headings...)
	if err != nil {
		return err
	}
	if err := sheet.Row("คำอธิบาย"); err != nil { // the second row of a template is help
		return err
	}
	for n := range manuals {
		for _, row := range manual(n + 1) {
			if err := sheet.Row(row...); err != nil {
				return err
			}
		}
	}
	if err := sheet.Close(); err != nil {
		return err
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = book.WriteTo(f)
	return errors.Join(err, f.Close())
}

// writeAgencies begins a portal that has the agencies of the table and nothing
// else.
func writeAgencies(dir string) error {
	for n := range agencies {
		home := filepath.Join(dir, "agencies", fmt.Sprintf("org%d", n))
		if err := os.MkdirAll(home, 0o755); err != nil {
			return err
		}
		src := fmt.Sprintf("code: org%d\nname: หน่วยงานที่ %d\nkind: department\n", n, n)
		if err := os.WriteFile(filepath.Join(home, "agency.yaml"), []byte(src), 0o644); err != nil {
			return err
		}
	}
	return nil
}
