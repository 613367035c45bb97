package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"khumue/internal/corpus"
	"khumue/internal/fault"
	"khumue/syncd/internal/picture"
)

// takePhotos makes the photos that came with the form of a point fit to be
// published, and has their rows name them: after the point and what they hold, never
// as the person's device calls them. One that is refused is told of, and its row
// stays as it was.
func (x *exchange) takePhotos(t thing, s *sent) (in album, told []Problem) {
	if t.file != corpus.PointFile || t.fresh() {
		return in, nil
	}
	in = album{map[string][]byte{}, map[string]string{}}
	for key, u := range s.uploads {
		field := "photos." + key + ".file"
		if !slices.Contains(s.values["photos.rows"], key) {
			continue
		}
		p, err := cleanedPhoto(u)
		if err != nil {
			text, known := x.told(err)
			if !known {
				text = x.t("thing.photo.failed")
			}
			told = append(told, Problem{field, x.t("thing.photo.refused", text)})
			continue
		}
		sum := sha256.Sum256(p.Data)
		name := t.id + "-" + hex.EncodeToString(sum[:5]) + p.Ending
		in.files[name], in.was[field] = p.Data, s.values.Get(field)
		s.values.Set(field, name)
	}
	return in, told
}

// album are photos that came with a form.
type album struct {
	files map[string][]byte // by the names that they have now
	was   map[string]string // what the fields said that name them
}

// cleanedPhoto is a photo that may be published.
func cleanedPhoto(u upload) (picture.Picture, error) {
	if len(u.data) == 0 {
		return picture.Picture{}, fault.New(fault.Invalid, fault.Text{TH: "ไฟล์ว่าง หรือใหญ่เกิน 20 MB", EN: "The file is empty, or larger than 20 MB"}, fault.Text{TH: "เลือกภาพอื่น", EN: "Choose another."})
	}
	return picture.Clean(u.data)
}

// forget has rows not name the photos: the form is not kept, and a browser does not
// send a file twice, so that they are chosen again.
func (a album) forget(s *sent) {
	for field, was := range a.was {
		s.values.Set(field, was)
	}
}

// chooseAgain tells of files that came with a button of the rows.
func (x *exchange) chooseAgain(s sent) []Problem {
	var out []Problem
	for key := range s.uploads {
		out = append(out, Problem{"photos." + key + ".file", x.t("thing.photo.again")})
	}
	return out
}

// photoTypes are what browsers call the photos that content may have.
var photoTypes = map[string]string{".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}

// photo answers with a photo of a point. It can be shown, and nothing else.
func (x *exchange) photo() error {
	t, err := x.thing(pointSort)
	if err != nil {
		return err
	}
	name := x.r.PathValue("name")
	data, err := x.Direct.Attached(x.by(), t.sheet.At.Path, name)
	if err != nil {
		return err
	}
	x.guard()
	h := x.w.Header()
	h.Set("Content-Type", photoTypes[strings.ToLower(path.Ext(name))])
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Disposition", "inline")
	h.Set("Cache-Control", "private, max-age=300")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	x.w.WriteHeader(http.StatusOK)
	if _, err := x.w.Write(data); err != nil {
		return errGone
	}
	return nil
}
