package catalog

// Province is a province of Thailand, or Bangkok, under its code of TIS 1099
// (มอก. 1099-2548).
type Province struct {
	Code string
	Name Text
}

// Provinces are the 77, in the order of their codes.
var Provinces = []Province{
	{"10", Text{"กรุงเทพมหานคร", "Bangkok"}},
	{"11", Text{"สมุทรปราการ", "Samut Prakan"}},
	{"12", Text{"นนทบุรี", "Nonthaburi"}},
	{"13", Text{"ปทุมธานี", "Pathum Thani"}},
	{"14", Text{"พระนครศรีอยุธยา", "Phra Nakhon Si Ayutthaya"}},
	{"15", Text{"อ่างทอง", "Ang Thong"}},
	{"16", Text{"ลพบุรี", "Lop Buri"}},
	{"17", Text{"สิงห์บุรี", "Sing Buri"}},
	{"18", Text{"ชัยนาท", "Chai Nat"}},
	{"19", Text{"สระบุรี", "Saraburi"}},
	{"20", Text{"ชลบุรี", "Chon Buri"}},
	{"21", Text{"ระยอง", "Rayong"}},
	{"22", Text{"จันทบุรี", "Chanthaburi"}},
	{"23", Text{"ตราด", "Trat"}},
	{"24", Text{"ฉะเชิงเทรา", "Chachoengsao"}},
	{"25", Text{"ปราจีนบุรี", "Prachin Buri"}},
	{"26", Text{"นครนายก", "Nakhon Nayok"}},
	{"27", Text{"สระแก้ว", "Sa Kaeo"}},
	{"30", Text{"นครราชสีมา", "Nakhon Ratchasima"}},
	{"31", Text{"บุรีรัมย์", "Buri Ram"}},
	{"32", Text{"สุรินทร์", "Surin"}},
	{"33", Text{"ศรีสะเกษ", "Si Sa Ket"}},
	{"34", Text{"อุบลราชธานี", "Ubon Ratchathani"}},
	{"35", Text{"ยโสธร", "Yasothon"}},
	{"36", Text{"ชัยภูมิ", "Chaiyaphum"}},
	{"37", Text{"อำนาจเจริญ", "Amnat Charoen"}},
	{"38", Text{"บึงกาฬ", "Bueng Kan"}},
	{"39", Text{"หนองบัวลำภู", "Nong Bua Lam Phu"}},
	{"40", Text{"ขอนแก่น", "Khon Kaen"}},
	{"41", Text{"อุดรธานี", "Udon Thani"}},
	{"42", Text{"เลย", "Loei"}},
	{"43", Text{"หนองคาย", "Nong Khai"}},
	{"44", Text{"มหาสารคาม", "Maha Sarakham"}},
	{"45", Text{"ร้อยเอ็ด", "Roi Et"}},
	{"46", Text{"กาฬสินธุ์", "Kalasin"}},
	{"47", Text{"สกลนคร", "Sakon Nakhon"}},
	{"48", Text{"นครพนม", "Nakhon Phanom"}},
	{"49", Text{"มุกดาหาร", "Mukdahan"}},
	{"50", Text{"เชียงใหม่", "Chiang Mai"}},
	{"51", Text{"ลำพูน", "Lamphun"}},
	{"52", Text{"ลำปาง", "Lampang"}},
	{"53", Text{"อุตรดิตถ์", "Uttaradit"}},
	{"54", Text{"แพร่", "Phrae"}},
	{"55", Text{"น่าน", "Nan"}},
	{"56", Text{"พะเยา", "Phayao"}},
	{"57", Text{"เชียงราย", "Chiang Rai"}},
	{"58", Text{"แม่ฮ่องสอน", "Mae Hong Son"}},
	{"60", Text{"นครสวรรค์", "Nakhon Sawan"}},
	{"61", Text{"อุทัยธานี", "Uthai Thani"}},
	{"62", Text{"กำแพงเพชร", "Kamphaeng Phet"}},
	{"63", Text{"ตาก", "Tak"}},
	{"64", Text{"สุโขทัย", "Sukhothai"}},
	{"65", Text{"พิษณุโลก", "Phitsanulok"}},
	{"66", Text{"พิจิตร", "Phichit"}},
	{"67", Text{"เพชรบูรณ์", "Phetchabun"}},
	{"70", Text{"ราชบุรี", "Ratchaburi"}},
	{"71", Text{"กาญจนบุรี", "Kanchanaburi"}},
	{"72", Text{"สุพรรณบุรี", "Suphan Buri"}},
	{"73", Text{"นครปฐม", "Nakhon Pathom"}},
	{"74", Text{"สมุทรสาคร", "Samut Sakhon"}},
	{"75", Text{"สมุทรสงคราม", "Samut Songkhram"}},
	{"76", Text{"เพชรบุรี", "Phetchaburi"}},
	{"77", Text{"ประจวบคีรีขันธ์", "Prachuap Khiri Khan"}},
	{"80", Text{"นครศรีธรรมราช", "Nakhon Si Thammarat"}},
	{"81", Text{"กระบี่", "Krabi"}},
	{"82", Text{"พังงา", "Phang-nga"}},
	{"83", Text{"ภูเก็ต", "Phuket"}},
	{"84", Text{"สุราษฎร์ธานี", "Surat Thani"}},
	{"85", Text{"ระนอง", "Ranong"}},
	{"86", Text{"ชุมพร", "Chumphon"}},
	{"90", Text{"สงขลา", "Songkhla"}},
	{"91", Text{"สตูล", "Satun"}},
	{"92", Text{"ตรัง", "Trang"}},
	{"93", Text{"พัทลุง", "Phatthalung"}},
	{"94", Text{"ปัตตานี", "Pattani"}},
	{"95", Text{"ยะลา", "Yala"}},
	{"96", Text{"นราธิวาส", "Narathiwat"}},
}

// ProvinceByCode returns a province by its two digits.
func ProvinceByCode(code string) (Province, bool) {
	for _, p := range Provinces {
		if p.Code == code {
			return p, true
		}
	}
	return Province{}, false
}
