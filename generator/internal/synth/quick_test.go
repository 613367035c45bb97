package synth

import (
	"path"
	"testing"

	"khumue/internal/corpus"
)

func TestEveryFileIsReadTheQuickWay(t *testing.T) {
	for f := range portal(t, Options{Manuals: 300, Seed: 5}).Files() {
		if ext := path.Ext(f.Path); (ext == ".md" || ext == ".yaml") && !corpus.Quick(f.Data) {
			t.Errorf("%s is left to the YAML library, which takes ten times as long", f.Path)
		}
	}
}
