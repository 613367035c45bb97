package state

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
)

// Pack appends a value in a form that [Unpack] reads: structs of exported
// fields, slices, texts, numbers and truths, nested at will. The form has no
// names: it is for one version of the program, which [Open]'s caller checks.
// An empty slice comes back as nil.
func Pack(b []byte, v any) []byte { return pack(b, reflect.ValueOf(v)) }

func pack(b []byte, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.String:
		s := v.String()
		return append(binary.AppendUvarint(b, uint64(len(s))), s...)
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Int16, reflect.Int8:
		return binary.AppendVarint(b, v.Int())
	case reflect.Uint8, reflect.Uint32, reflect.Uint64, reflect.Uint:
		return binary.AppendUvarint(b, v.Uint())
	case reflect.Bool:
		if v.Bool() {
			return append(b, 1)
		}
		return append(b, 0)
	case reflect.Float64:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(v.Float()))
	case reflect.Struct:
		for i := range v.NumField() {
			b = pack(b, v.Field(i))
		}
		return b
	case reflect.Slice:
		b = binary.AppendUvarint(b, uint64(v.Len()))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			b = pack(b, v.Index(i))
		}
		return b
	}
	panic("state: no form for a " + v.Type().String())
}

// Unpack reads what Pack wrote into what v points to. Texts share one copy of
// data. What does not fit is ErrDamaged.
func Unpack(data []byte, v any) error {
	in := unpacker{reader{data: data}, string(data)}
	in.value(reflect.ValueOf(v).Elem())
	if in.bad || len(in.data) > 0 {
		return damaged("a record is no %T", v)
	}
	return nil
}

type unpacker struct {
	reader
	text string // of all data
}

func (u *unpacker) str() string {
	n := u.count()
	if n > len(u.data) {
		u.bad, u.data = true, nil
		return ""
	}
	at := len(u.text) - len(u.data)
	u.data = u.data[n:]
	return u.text[at : at+n]
}

func (u *unpacker) value(v reflect.Value) {
	if u.bad {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(u.str())
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Int16, reflect.Int8:
		v.SetInt(u.int())
	case reflect.Uint8, reflect.Uint32, reflect.Uint64, reflect.Uint:
		v.SetUint(u.uint())
	case reflect.Bool:
		v.SetBool(u.uint() == 1)
	case reflect.Float64:
		v.SetFloat(u.float())
	case reflect.Struct:
		for i := range v.NumField() {
			u.value(v.Field(i))
		}
	case reflect.Slice:
		u.slice(v)
	case reflect.Array:
		for i := range v.Len() {
			u.value(v.Index(i))
		}
	default:
		panic(fmt.Sprintf("state: no form for a %v", v.Type()))
	}
}

func (u *unpacker) slice(v reflect.Value) {
	n := u.count()
	if n > len(u.data) {
		u.bad, u.data = true, nil
		return
	}
	if n == 0 {
		v.SetZero()
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		u.value(v.Index(i))
	}
}

func (u *unpacker) int() int64 {
	v, n := binary.Varint(u.data)
	if n <= 0 {
		u.bad, u.data = true, nil
		return 0
	}
	u.data = u.data[n:]
	return v
}

func (u *unpacker) float() float64 {
	if len(u.data) < 8 {
		u.bad, u.data = true, nil
		return 0
	}
	f := math.Float64frombits(binary.LittleEndian.Uint64(u.data))
	u.data = u.data[8:]
	return f
}
