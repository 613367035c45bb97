package simulator_test

import (
	"errors"
	"io"

	"khumue/internal/gitrepo"
	"khumue/syncd/internal/courier"
	"khumue/syncd/internal/inbox"
	"khumue/syncd/internal/ledger"
	"khumue/syncd/internal/mirror"
	"khumue/syncd/internal/vault"
)

// rooms are the desks of one side.
type rooms struct {
	doer inbox.Doer
}

func (m *machine) furnish(random io.Reader, safe *vault.Vault) {
	m.mirror = &mirror.Mirror{Store: mirrorDisk{m.store.Mirror(), m}, Repo: m.repo, Ledger: &ledger.Ledger{Repo: m.repo, Now: m.wall, Random: random}, Vault: safe, Box: m.box, ID: m.device.ID,
		Now: m.steady, Random: random, Log: quiet}
}

func (m *machine) inlet() courier.Inlet {
	if !m.w.fetches {
		return nil
	}
	return m.mirror
}

func (m *machine) actAtDesk() {}

func (c *centre) furnish(io.Reader, *vault.Vault) {}

func (c *centre) bootstrap(repo *gitrepo.Repository, tree gitrepo.Hash) error {
	b := repo.NewBatch()
	by := gitrepo.Person{Name: "khumue", Email: "khumue@users.invalid", At: c.now()}
	root, err := b.NewCommit(gitrepo.Change{Tree: tree, Author: by, Committer: by, Message: "First content\n"}, nil)
	if err := errors.Join(err, b.Close()); err != nil {
		return err
	}
	return repo.Refs().Begin(map[string]gitrepo.Hash{gitrepo.Main: root})
}
