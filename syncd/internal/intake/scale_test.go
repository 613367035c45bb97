package intake_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"khumue/internal/proof"
	"khumue/internal/transfer"
	"khumue/syncd/internal/intake"
)

// Thousands of manuals are one commit, and nobody waits for it meanwhile.
func TestThousandsOfManualsAreOneCommit(t *testing.T) {
	const n = thousands
	o := open(t)
	var table strings.Builder
	table.WriteString(head)
	for i := range n {
		fmt.Fprintf(&table, "%d,dlt,การขอใบอนุญาตลำดับที่ %d,30 วัน,1/10/2569,\"ค่าธรรมเนียม|%d|ฉบับ\"\n", 100000+i, i, i+1)
	}
	began := time.Now()
	task := o.looked(dga, manualsOf, table.String())
	looked := time.Since(began)
	began = time.Now()
	task = o.imported(dga, task)
	if task.State != intake.Done || task.Summary.Objects[transfer.New] != n {
		t.Fatalf("got %+v", task)
	}
	t.Logf("%d manuals: looked at in %v, published in %v", n, looked.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	if got := o.verified().Count(proof.ByImport); got != n {
		t.Errorf("%d by import", got)
	}
	must(t, o.desk.Follow(t.Context()))
	if list, all, err := o.Page(dga, task.ID, intake.All, n-10, 25); err != nil || all != n || len(list) != 10 {
		t.Errorf("the last page has %d of %d: %v", len(list), all, err)
	}
	began = time.Now()
	again := o.looked(dga, manualsOf, table.String())
	if again.Summary.Objects[transfer.Same] != n {
		t.Errorf("once more: %+v", again.Summary)
	}
	t.Logf("the same once more in %v", time.Since(began).Round(time.Millisecond))
}
