package gitrepo

import (
	"sync"
	"sync/atomic"
)

// waiting holds the objects of batches that have not ended, for readers of the
// same Repository.
type waiting struct {
	count   atomic.Int64 // of objects, so that readers need no lock when there are none
	lock    sync.RWMutex
	objects map[Hash]waitingObject
}

type waitingObject struct {
	kind    Kind
	data    []byte
	batches int // that have it
}

func (w *waiting) add(h Hash, k Kind, data []byte) {
	w.lock.Lock()
	defer w.lock.Unlock()
	o, held := w.objects[h]
	if !held {
		o = waitingObject{kind: k, data: data}
	}
	if w.objects == nil {
		w.objects = map[Hash]waitingObject{}
	}
	o.batches++
	w.objects[h] = o
	w.count.Store(int64(len(w.objects)))
}

func (w *waiting) get(h Hash) (waitingObject, bool) {
	if w.count.Load() == 0 {
		return waitingObject{}, false
	}
	w.lock.RLock()
	defer w.lock.RUnlock()
	o, held := w.objects[h]
	return o, held
}

func (w *waiting) remove(names []Hash) {
	w.lock.Lock()
	defer w.lock.Unlock()
	for _, h := range names {
		o := w.objects[h]
		if o.batches--; o.batches > 0 {
			w.objects[h] = o
		} else {
			delete(w.objects, h)
		}
	}
	w.count.Store(int64(len(w.objects)))
}
