// Package thai knows the script: how Thai is typed, repaired, cut, folded,
// sorted and abbreviated. It knows nothing of manuals or of the search index
// that is built on it.
//
// The rules are data, in rules.json. This package and the browser's thai.js
// read the same table and must give the same results; a differential test
// runs both. Go compiles the table for speed (tables of characters, a
// deterministic automaton), the browser turns it into regular expressions.
//
// From the smallest thing to the largest:
//
//	Normalize  one spelling for what people type in many ways
//	Clusters   units that nothing may cut (Theeramunkong et al. 2000)
//	Fold       a key under which common misspellings meet
//	Lexicon    words, found over clusters, for Thai writes no spaces
//	Compare    the order of the Royal Institute Dictionary
//
// Every function is safe for concurrent use and none depends on the locale
// of the machine.
package thai

import _ "embed"

//go:embed rules.json
var rulesJSON []byte

// Rules returns a copy of the table of rules as JSON, for the browser: the
// site build writes it as "export default …" into thai-rules.js.
func Rules() []byte {
	return append([]byte(nil), rulesJSON...)
}
