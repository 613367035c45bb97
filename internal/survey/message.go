package survey

// Limits of a message.
const (
	MaxMessage = 64 << 10 // bytes
	MaxItems   = 50       // answers in one message
	maxNonce   = 64       // characters
	maxToken   = 100
)

// The types of messages from a device.
const (
	Hello  = "hello"
	Submit = "submit"
	Claim  = "claim"
)

// Version is the version of the messages that this program speaks.
const Version = 1

// Message is what a device says: hello, some answers, or that it comes for its
// token with a one-time code.
type Message struct {
	Type    string
	Code    string   // of claim
	Version int      // of hello
	Token   string   // of a registered device, in hello; "" otherwise
	Pending int      // how many answers wait on the device; -1 when it does not say
	Nonce   string   // repeated in the reply, by which a device knows that it is one
	Items   [][]byte // answers, not read yet, of submit
}

// ReadMessage reads a message. Its answers are not looked into, so that one that
// is wrong does not spoil the others. The error is a *Reason.
func ReadMessage(src []byte) (Message, error) {
	m := Message{Pending: -1}
	if len(src) > MaxMessage {
		return m, because(TooLarge, "", "ข้อความใหญ่เกินไป แบ่งส่งทีละน้อย", "The message is too large; send fewer answers at once.")
	}
	s := scannerOf(src)
	err := s.Object(8, func(name string) (err error) {
		switch name {
		case "type":
			return s.into(&m.Type)
		case "token":
			return s.into(&m.Token)
		case "code":
			return s.into(&m.Code)
		case "nonce":
			return s.into(&m.Nonce)
		case "version":
			m.Version, err = s.number()
			return err
		case "pending":
			m.Pending, err = s.number()
			return err
		case "items":
			return s.List(func() error {
				item, err := s.Span()
				if len(m.Items) == MaxItems {
					return because(TooLarge, "", "ส่งคำตอบได้ครั้งละไม่เกิน 50 ชุด", "At most 50 answers can be sent at once.")
				}
				m.Items = append(m.Items, item)
				return err
			})
		}
		return badJSON
	})
	if err == nil {
		err = s.End()
	}
	known := m.Type == Hello || m.Type == Submit || m.Type == Claim
	if err == nil && (!known || len(m.Nonce) > maxNonce || len(m.Token) > maxToken || len(m.Code) > maxToken || m.Pending < -1 || m.Pending > 1e6) {
		err = badJSON
	}
	return m, err
}
