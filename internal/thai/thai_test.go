package thai

import "testing"

func TestSmoke(t *testing.T) {
	for _, s := range []string{"เเจ้งเกิด", "นํ้าประปา", "ออนไลน์", "Hello  World ๑๐"} {
		t.Logf("%q %q %q %q %q", Normalize(s), Clusters(s), JoinedClusters(s), Fold(s), DefaultLexicon().Words(s))
	}
	t.Log(FromLatinKeyboard("dki"))
	t.Log(FromLatinKeyboard("[y9iximk="))
	t.Log(Compare("กา", "ขา"), Initial("เชียงใหม่"), Truncate("ประเทศไทย", 5))
}
