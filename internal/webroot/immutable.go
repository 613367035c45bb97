package webroot

import "strings"

// immutable are the folders of a built site whose files bear their hash in
// their names.
var immutable = []string{"assets/", "search-index/"}

// Immutable reports whether the file at a path of a built site never changes,
// because its name bears its hash.
func Immutable(path string) bool {
	for _, dir := range immutable {
		if strings.HasPrefix(path, dir) {
			return true
		}
	}
	return false
}
