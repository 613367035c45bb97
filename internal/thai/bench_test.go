package thai

import (
	"strings"
	"testing"
)

// manual is text such as a manual's, in normal form but for its capitals,
// line ends and digits when raw.
func manual() (clean, raw string) {
	raw = strings.Repeat("การขอรับใบอนุญาตก่อสร้างอาคาร ดัดแปลงอาคาร หรือรื้อถอนอาคาร ตามมาตรา ๒๑ แห่งพระราชบัญญัติควบคุมอาคาร พ.ศ. 2522\n"+
		"ผู้ยื่นคำขอต้องยื่นแบบ ข.1 พร้อมสำเนาโฉนดที่ดินและหนังสือมอบอำนาจ (ถ้ามี) ต่อเจ้าพนักงานท้องถิ่น ณ สำนักงานเขตที่อาคารนั้นตั้งอยู่  หรือทาง https://example.go.th\n", 20)
	return Normalize(raw), raw
}

func BenchmarkNormalize(b *testing.B) {
	clean, raw := manual()
	for _, c := range []struct{ name, text string }{{"clean", clean}, {"as typed", raw}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				Normalize(c.text)
			}
		})
	}
}

func BenchmarkClusterEnd(b *testing.B) {
	clean, _ := manual()
	for _, c := range []struct {
		name string
		end  func(string) int
	}{{"clusters", ClusterEnd}, {"joined", JoinedEnd}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(clean)))
			b.ReportAllocs()
			for b.Loop() {
				for s := clean; s != ""; {
					s = s[c.end(s):]
				}
			}
		})
	}
}

func BenchmarkFold(b *testing.B) {
	clean, _ := manual()
	b.SetBytes(int64(len(clean)))
	b.ReportAllocs()
	for b.Loop() {
		Fold(clean)
	}
}

func BenchmarkWords(b *testing.B) {
	clean, _ := manual()
	lexicon := DefaultLexicon()
	var words []string
	b.SetBytes(int64(len(clean)))
	b.ReportAllocs()
	for b.Loop() {
		words = lexicon.AppendWords(words[:0], clean)
	}
}

func BenchmarkCompile(b *testing.B) {
	t := rules()
	for b.Loop() {
		newMachine(t.Cluster.Short, t.Cluster.Forms, t.set(t.Cluster.Next))
	}
}
