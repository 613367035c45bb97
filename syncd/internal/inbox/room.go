package inbox

import "time"

// UsualRoom is how many bytes of a device's operations may wait to be done, or for a
// person, before it has to keep what comes next.
const UsualRoom = 256 << 20

// mostAside is how much of a device may be put aside. Past that it is not taken: its
// office keeps it, and somebody has to look.
const mostAside = 200

// weight is what of a device waited when it was weighed, with what came since.
type weight struct {
	bytes int64
	at    time.Time
}

// weighedFor is how old a weight may be.
const weighedFor = time.Minute

// fills tells whether a device would have more here than it may, with so many bytes
// more.
func (d *Desk) fills(r Records, dev Device) (func(more int64) bool, error) {
	d.mu.Lock()
	w, known := d.weights[dev.ID]
	d.mu.Unlock()
	if now := d.now(); !known || now.Sub(w.at).Abs() >= weighedFor {
		bytes, err := r.Weight(dev.ID)
		if err != nil {
			return nil, err
		}
		w = weight{bytes, now}
		d.mu.Lock()
		if d.weights == nil || len(d.weights) > 10*mostTogether {
			d.weights = map[string]weight{}
		}
		d.weights[dev.ID] = w
		d.mu.Unlock()
	}
	room := d.Room
	if room == 0 {
		room = UsualRoom
	}
	return func(more int64) bool { return w.bytes+more > room }, nil
}

// add adds what came of a device to its weight.
func (d *Desk) add(device string, bytes int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if w, known := d.weights[device]; known {
		w.bytes += bytes
		d.weights[device] = w
	}
}

// mayPutAside reports whether one more of a device may be put aside, beside so many
// that are about to be.
func mayPutAside(r Records, dev Device, beside int) (bool, error) {
	b, err := r.Backlog(dev.ID)
	return b.Asides+beside < mostAside, err
}
