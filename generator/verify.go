package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"khumue/internal/fault"
	"khumue/internal/gitrepo"
	"khumue/internal/proof"
)

type verifyCommand struct {
	Repo    string `arg:"" help:"คลัง git ของเนื้อหา · Git repository of the content." type:"path"`
	Ref     string `default:"main" help:"สาขา ชื่อ ref เต็ม หรือรหัส commit · A branch, a ref in full or a commit."`
	Trust   string `help:"ลายนิ้วมือ SHA256:… หรือไฟล์กุญแจสาธารณะที่ได้มาจากนอกคลัง · Fingerprint SHA256:…, or a file of public keys, from outside the repository." placeholder:"FILE|FINGERPRINT"`
	Signers string `help:"เขียนกุญแจทั้งหมดลงไฟล์นี้ ให้ git verify-commit ใช้ · Write the keys into this file, for git verify-commit (gpg.ssh.allowedSignersFile)." placeholder:"FILE" type:"path"`
	JSON    bool   `help:"ผลเป็น JSON ทีละคู่มือ · Tell the result as JSON, manual by manual."`
}

// Run tells by what the text of each published manual is covered.
func (c *verifyCommand) Run(ctx context.Context, s streams) error {
	trust, err := trusted(c.Trust)
	if err != nil {
		return err
	}
	repo, tip, err := openLedger(c.Repo, c.Ref)
	if err != nil {
		return err
	}
	defer repo.Close()
	r, err := proof.Verify(ctx, ledger{repo}, tip, proof.Options{Trust: trust})
	if err != nil {
		return err
	}
	failed := r.Err()
	if c.JSON {
		err = tellProof(s, r)
	} else {
		fault.TellProblems(s.out, r.Problems())
		c.summarise(s, r)
	}
	if err == nil && c.Signers != "" && failed == nil {
		err = writeSigners(c.Signers, r)
	}
	var problems fault.Problems
	switch {
	case err != nil:
		return err
	case errors.As(failed, &problems):
		return errTold
	}
	return failed // what is not told yet
}

// openLedger opens a repository, and the commit in it that a name means.
func openLedger(dir, ref string) (*gitrepo.Repository, proof.Hash, error) {
	repo, err := gitrepo.Open(dir)
	if err != nil {
		return nil, proof.Hash{}, err
	}
	tip, _, err := repo.Resolve(ref)
	if err != nil {
		return nil, proof.Hash{}, errors.Join(err, repo.Close())
	}
	return repo, proof.Hash(tip), nil
}

// ledger is a repository as proof reads it.
type ledger struct{ repo *gitrepo.Repository }

// Read returns an object's bytes.
func (l ledger) Read(k proof.Kind, h proof.Hash) ([]byte, error) {
	kinds := map[proof.Kind]gitrepo.Kind{proof.Commit: gitrepo.Commit, proof.Tree: gitrepo.Tree, proof.Blob: gitrepo.Blob}
	return l.repo.Read(kinds[k], gitrepo.Hash(h))
}

// trusted reads whom to trust: a fingerprint, or a file. Nothing means nobody.
func trusted(text string) (proof.Trust, error) {
	if text == "" {
		return proof.Trust{}, nil
	}
	if strings.HasPrefix(text, "SHA256:") {
		return proof.ParseTrust(text)
	}
	file, err := os.ReadFile(text)
	if err != nil {
		return proof.Trust{}, fault.New(fault.NotFound, fault.Textf("อ่านไฟล์กุญแจ %s ไม่ได้", "the file of keys %s can not be read", text)).Because(err)
	}
	return proof.ParseTrust(string(file))
}

// summarise counts what was found, in English and in Thai.
func (c *verifyCommand) summarise(s streams, r *proof.Report) {
	covered := len(r.Manuals) - len(r.Uncovered())
	fmt.Fprintf(s.out, "%d manuals, %d covered: %d approved, %d imported at first, %d imported later, %d published in an emergency · %d commits\n",
		len(r.Manuals), covered, r.Count(proof.ByApproval), r.Count(proof.ByBootstrap), r.Count(proof.ByImport), r.Count(proof.ByEmergency), r.Commits)
	fmt.Fprintf(s.out, "    คู่มือ %d เล่ม มีการรับรอง %d: อนุมัติ %d นำเข้าครั้งแรก %d นำเข้าภายหลัง %d เผยแพร่กรณีฉุกเฉิน %d · %d commit\n",
		len(r.Manuals), covered, r.Count(proof.ByApproval), r.Count(proof.ByBootstrap), r.Count(proof.ByImport), r.Count(proof.ByEmergency), r.Commits)
	if n := r.Confirmed(); n > 0 {
		tellBoth(s, fault.Textf("ในจำนวนที่นำเข้า เจ้าหน้าที่ของหน่วยงานยืนยันแล้ว %d", "of those imported, %d confirmed by an officer of their agency", n))
	}
	named := 0
	for _, a := range r.Manuals {
		if a.How == proof.ByImport && named < mostNamed {
			named++
			tellBoth(s, importedText(a))
		}
		if a.How == proof.ByEmergency {
			tellBoth(s, fault.Textf("%s: เผยแพร่กรณีฉุกเฉิน: %s", "%s: published in an emergency: %s", a.Path, strings.ReplaceAll(a.Reason, "\n", " ")))
		}
	}
	if n := r.Count(proof.ByImport) - named; n > 0 {
		tellBoth(s, fault.Textf("และที่นำเข้าอีก %d เล่ม: ดูทั้งหมดด้วย --json", "and %d more that were imported: --json tells of all", n))
	}
	for _, m := range r.Moves {
		day := m.At.Format("2006-01-02")
		tellBoth(s, fault.Textf("ปรับโครงสร้างหน่วยงานเมื่อ %[1]s โดย %[2]s: ย้ายคู่มือ %[3]d เล่มโดยไม่เปลี่ยนข้อความ (commit %[4]s)",
			"agencies reorganised on %[1]s by %[2]s: %[3]d manuals stand elsewhere, their text as it was (commit %[4]s)", day, string(m.Officer), m.Manuals, m.Commit.String()))
	}
	if r.Superseded > 0 {
		tellBoth(s, fault.Textf("การแก้ไขที่ไม่ผ่านการอนุมัติ แต่มีฉบับอื่นแทนแล้ว: %d", "changes out of order that were replaced since: %d", r.Superseded))
	}
	if !r.Cut.IsZero() {
		tellBoth(s, fault.Textf("ประวัติถูกตัดที่ commit %s: ใช้คลังที่มีประวัติครบ", "the history is cut short at commit %s: use a repository with all of it", r.Cut))
	}
	for _, k := range r.Keys {
		how := fault.Text{TH: "", EN: ""}
		if k.Self {
			how = fault.Text{TH: " (กุญแจก่อนหน้าสูญหาย)", EN: " (the key before was lost)"}
		}
		fmt.Fprintf(s.out, "key %s since commit %s%s\n", k.Key.Fingerprint(), k.Commit, how.EN)
	}
	switch r.Origin {
	case proof.OriginProven:
		tellBoth(s, fault.Text{TH: "ที่มา: พิสูจน์แล้วด้วยกุญแจที่เชื่อถือ", EN: "origin: proven by a trusted key"})
	case proof.OriginOpen:
		word := fault.Text{TH: "สอดคล้องกัน แต่ยังไม่พิสูจน์ที่มา: ระบุ --trust", EN: "consistent, origin not proven: name whom to trust with --trust"}
		if r.Err() != nil {
			word = fault.Text{TH: "ยังไม่พิสูจน์ที่มา: ระบุ --trust", EN: "origin not proven: name whom to trust with --trust"}
		}
		tellBoth(s, word)
	}
}

// mostNamed is how many imported manuals are named in the text of a report.
const mostNamed = 100

// importedText tells of a manual that was imported after the beginning.
func importedText(a proof.Account) fault.Text {
	by := fault.Textf("%s: นำเข้าโดย %s", "%s: imported by %s", a.Path, string(a.Stage2.Officer))
	if a.Confirmed == nil {
		return fault.Text{TH: by.TH + " ยังไม่มีใครยืนยัน", EN: by.EN + ", not confirmed yet"}
	}
	who := string(a.Confirmed.Officer)
	return fault.Text{TH: by.TH + " ยืนยันโดย " + who, EN: by.EN + ", confirmed by " + who}
}

func tellBoth(s streams, t fault.Text) { fmt.Fprintf(s.out, "%s\n    %s\n", t.EN, t.TH) }

// proven is an account as verify --json tells it.
type proven struct {
	proof.Account
	TH string `json:"th,omitempty"` // why it is not covered
	EN string `json:"en,omitempty"`
}

// loose is a commit that nobody accounts for, as verify --json tells it.
type loose struct {
	proof.Finding
	TH string `json:"th"`
	EN string `json:"en"`
}

func tellProof(s streams, r *proof.Report) error {
	out := struct {
		Commit     proof.Hash      `json:"commit"`
		Commits    int             `json:"commits"`
		Origin     proof.Origin    `json:"origin"`
		Cut        proof.Hash      `json:"cut,omitzero"`
		Keys       []proof.InForce `json:"keys"`
		Uncovered  int             `json:"uncovered"`
		Superseded int             `json:"superseded"`
		LooseCount int             `json:"loose_count"`
		Loose      []loose         `json:"loose"` // the first of them
		Manuals    []proven        `json:"manuals"`
	}{Commit: r.Tip, Commits: r.Commits, Origin: r.Origin, Cut: r.Cut, Keys: r.Keys, Uncovered: len(r.Uncovered()),
		Superseded: r.Superseded, LooseCount: r.LooseCount, Loose: []loose{}, Manuals: []proven{}}
	for _, f := range r.Loose {
		out.Loose = append(out.Loose, loose{f, f.Why.TH, f.Why.EN})
	}
	for _, a := range r.Manuals {
		p := proven{Account: a}
		if a.How == "" {
			p.TH, p.EN = a.Why.TH, a.Why.EN
		}
		out.Manuals = append(out.Manuals, p)
	}
	enc := json.NewEncoder(s.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

func writeSigners(name string, r *proof.Report) error {
	var keys []proof.Key
	for _, k := range r.Keys {
		keys = append(keys, k.Key)
	}
	return os.WriteFile(name, proof.AllowedSigners(keys), 0o644)
}

// approvalsFile is where a build keeps what it has proven, beside the site.
const approvalsFile = "approvals.json"

// remembered is what a build has proven, and by which program: another one
// proves it anew.
type remembered struct {
	Program string      `json:"program"`
	Mark    *proof.Mark `json:"mark"`
}

// approved refuses content of which a manual is not covered, or a commit not
// accounted for. What an earlier build has proven is remembered in dir.
func approved(ctx context.Context, from *edition, trust proof.Trust, program, dir string) error {
	tip, err := proof.ParseHash(from.commit)
	if err != nil {
		return fault.New(fault.Invalid, fault.Textf("%s ไม่ใช่คลัง git จึงตรวจการอนุมัติไม่ได้", "%s is not a git repository, so there are no approvals to check", from.name),
			fault.Text{TH: "ระบุคลัง git ด้วย --content", EN: "name a repository with --content"})
	}
	name := filepath.Join(dir, approvalsFile)
	var before remembered
	data, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if json.Unmarshal(data, &before) != nil || before.Program != program {
		before = remembered{} // nothing is remembered, and so all is proven
	}
	r, err := proof.Verify(ctx, ledger{from.repo}, tip, proof.Options{Trust: trust, Since: before.Mark})
	if err != nil {
		return err
	}
	if err := r.Err(); err != nil {
		return err
	}
	for _, k := range r.Keys {
		from.past.keys = append(from.past.keys, k.Key)
	}
	if data, err = json.Marshal(remembered{program, r.Mark()}); err != nil {
		return err
	}
	if err := os.WriteFile(name+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
