package main

import (
	"context"
	"time"

	"khumue/internal/calendar"
	"khumue/internal/catalog"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/live"
	"khumue/syncd/internal/mail"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/pages"
)

// tellPages has open pages told of what people are told.
func (c *centre) tellPages(open *live.Server) {
	c.manuals.Told = func(id catalog.OfficerID, n manuals.Notice) { open.Tell(string(id), latest(n)) }
}

// latest is a notice as an open page says it; of what only changes numbers,
// nothing in particular.
func latest(n manuals.Notice) live.Latest {
	if n.Manual == "" && n.Topic == manuals.Stepped {
		return live.Latest{}
	}
	says := n.Heading()
	return live.Latest{Topic: string(n.Topic), TH: says.TH, EN: says.EN, Path: pages.NoticePath(n), Quiet: n.Topic == manuals.Stepped}
}

// standing tells how much waits for the person of a session.
func (c *centre) standing(ctx context.Context, secret string) (live.Standing, error) {
	o, err := c.desk.Look(ctx, secret)
	if err != nil {
		return live.Standing{}, err
	}
	waits, err := c.manuals.Badge(ctx, o.Visit.By(""))
	return live.Standing{Unread: waits.Notices, Judge: waits.Judge, Mine: waits.Mine}, err
}

// due are the days that a judgement may take.
func due(c config.Config) manuals.Limits {
	return manuals.Limits{Due: [2]int{c.Review.Due.Agency, c.Review.Due.OPDC}}
}

// mails reports whether notices go out by e-mail.
func (c *centre) mails() bool { return c.cfg.SMTP.Host != "" }

// mail sends notices by e-mail until ctx ends; nothing where no server is
// configured.
func (c *centre) mail(ctx context.Context) error {
	if !c.mails() {
		return nil
	}
	s := c.cfg.SMTP
	daily, err := calendar.ParseTimeOfDay(s.DailyAt)
	if err != nil {
		return err
	}
	portal, err := c.portalName()
	if err != nil {
		return err
	}
	poster := &mail.Poster{
		Store: c.store.Manuals(), Names: c.desk, Daily: daily, Now: time.Now, Log: c.log,
		Carrier: &mail.Server{Host: s.Host, Port: s.Port, User: s.User, Password: s.Password.Reveal(), From: s.From, Security: mail.Security(s.TLS)},
		Writer:  &mail.Writer{Portal: portal, Office: c.cfg.BackOffice.Address, Link: pages.NoticePath, Choose: pages.MailPath},
	}
	poster.Run(ctx)
	return nil
}

// noticesFor is how long notices are kept.
const noticesFor = 365 * 24 * time.Hour

// forgetNotices forgets old ones.
func (c *centre) forgetNotices(ctx context.Context) error {
	return c.store.Manuals().Write(ctx, func(r manuals.Records) error {
		_, err := r.ForgetNotices(time.Now().Add(-noticesFor))
		return err
	})
}
