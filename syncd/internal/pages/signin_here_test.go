package pages

import (
	"net/http"
	"testing"
)

// At an office nobody needs an account elsewhere, or a token.
func TestTheSignInOfAnOfficeAsksForNoAccount(t *testing.T) {
	n := openNode(t)
	page := n.get(nil, "/signin")
	if page.StatusCode != http.StatusOK || page.says("เข้าใช้ครั้งแรก") || page.says("Token") {
		t.Errorf("the page says %d %s", page.StatusCode, page.text)
	}
}
