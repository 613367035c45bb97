package corpus

// What a byte may do.
const (
	inKey       = 1 << iota // stand in a key
	beginsPlain             // begin a plain scalar, whatever follows
	endsFlow                // end a plain scalar in a flow collection, or make it doubtful
	inHost                  // stand in the host of an address
	inPath                  // stand in the path of an address, for itself
	escapedJSON             // be escaped in a string of JSON, or begin what is
)

var chars = func() (t [256]uint8) {
	set := func(bytes string, may uint8) {
		for i := range len(bytes) {
			t[bytes[i]] |= may
		}
	}
	for c := 0x80; c < len(t); c++ {
		t[c] = beginsPlain | escapedJSON
	}
	set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", inKey|beginsPlain|inHost|inPath)
	set("_", inKey|beginsPlain|inPath)
	set("-", inKey|inHost|inPath)
	set("$()+./;<=^~\\", beginsPlain)
	set(".", inHost|inPath)
	set("/~", inPath)
	set(",[]{}?\n", endsFlow)
	set("\"\\<>&", escapedJSON)
	for c := range ' ' {
		t[c] |= escapedJSON
	}
	return t
}()
