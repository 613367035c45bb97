package catalog

// The closed lists of DOMAIN.md §1.2 and §3. Content files hold the English
// word; the theme's messages name them in Thai and English under the key
// "<type>.<word>".
type (
	ServiceType  string // ประเภทของงานบริการ
	WorkKind     string // หมวดหมู่ของงานบริการ: the legal kind of act, not a category
	Impact       string // ระดับผลกระทบ
	Area         string // พื้นที่ให้บริการ
	LawKind      string // ชนิดกฎหมาย
	StepKind     string // ประเภทขั้นตอน
	TimeUnit     string // หน่วยเวลา; different units are never added up
	DocumentKind string // ชนิดเอกสาร
	FeeKind      string // รูปแบบค่าธรรมเนียม
	ChannelKind  string // ชนิดช่องทาง
	FormKind     string // ชนิดไฟล์แนบ
	AgencyKind   string // ชนิดหน่วยงาน
	PointStatus  string // สถานะของจุดบริการ
	Facility     string // สิ่งอำนวยความสะดวก
	Weekday      string // วันในสัปดาห์
	Reporter     string // ผู้รายงานผลการออกใบอนุญาต
	QuestionKind string // ชนิดคำถาม
)

// Values lists the words of the enumeration, in the order in which a form
// offers them.
func (ServiceType) Values() []string { return []string{"single", "multi"} }

// Values lists the words of the enumeration.
func (WorkKind) Values() []string {
	return []string{"approval", "licence", "registration", "enrolment", "notification", "other"}
}

// Values lists the words of the enumeration.
func (Impact) Values() []string { return []string{"general", "significant"} }

// Values lists the words of the enumeration.
func (Area) Values() []string {
	return []string{"central", "regional", "local", "central-in-region", "state-enterprise", "university", "embassy"}
}

// Values lists the words of the enumeration.
func (LawKind) Values() []string {
	return []string{"act", "code", "emergency-decree", "royal-decree", "ministerial-regulation", "notification", "regulation", "ordinance", "order", "other"}
}

// Values lists the words of the enumeration.
func (StepKind) Values() []string { return []string{"check", "consider", "sign", "notify"} }

// Values lists the words of the enumeration, shortest first.
func (TimeUnit) Values() []string {
	return []string{"minute", "hour", "day", "working-day", "month", "year"}
}

// Values lists the words of the enumeration.
func (DocumentKind) Values() []string { return []string{"identity", "other"} }

// Values lists the words of the enumeration.
func (FeeKind) Values() []string { return []string{"fixed", "range", "percent", "from", "formula"} }

// Values lists the words of the enumeration.
func (ChannelKind) Values() []string {
	return []string{"counter", "website", "app", "post", "telephone", "email", "kiosk", "one-stop"}
}

// Values lists the words of the enumeration.
func (FormKind) Values() []string { return []string{"form", "example", "guide"} }

// Values lists the words of the enumeration.
func (AgencyKind) Values() []string {
	return []string{"ministry", "department", "division", "local", "district", "independent", "state-enterprise", "public-organisation", "university", "one-stop"}
}

// The states of a point.
const (
	Shown             PointStatus = "shown"
	Hidden            PointStatus = "hidden"
	ClosedTemporarily PointStatus = "closed-temporarily"
	Cancelled         PointStatus = "cancelled"
)

// Values lists the words of the enumeration.
func (PointStatus) Values() []string {
	return []string{string(Shown), string(Hidden), string(ClosedTemporarily), string(Cancelled)}
}

// Values lists the words of the enumeration.
func (Facility) Values() []string {
	return []string{"parking", "parking-disabled", "ramp", "toilet-disabled", "lift", "information-desk", "queue-ticket", "wifi", "nursing-room", "drinking-water"}
}

// Values lists the words of the enumeration, Monday first.
func (Weekday) Values() []string { return []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} }

// Values lists the words of the enumeration.
func (Reporter) Values() []string { return []string{"point", "agency"} }

// Values lists the words of the enumeration.
func (QuestionKind) Values() []string {
	return []string{"service", "scale", "choice", "text"}
}

// Channel kinds that a citizen can use without going anywhere.
const (
	Website ChannelKind = "website"
	App     ChannelKind = "app"
	Counter ChannelKind = "counter"
)

// The kinds of fee.
const (
	FeeFixed   FeeKind = "fixed"
	FeeRange   FeeKind = "range"
	FeePercent FeeKind = "percent"
	FeeFrom    FeeKind = "from"
	FeeFormula FeeKind = "formula"
)

// Document kinds.
const (
	IdentityDocument DocumentKind = "identity"
	OtherDocument    DocumentKind = "other"
)
