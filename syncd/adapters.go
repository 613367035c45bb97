package main

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strconv"
	"time"

	"khumue/internal/catalog"
	"khumue/internal/fault"
	"khumue/syncd/internal/config"
	"khumue/syncd/internal/live"
	"khumue/syncd/internal/manuals"
	"khumue/syncd/internal/oidc"
	"khumue/syncd/internal/pages"
	"khumue/syncd/internal/rebuild"
	"khumue/syncd/internal/staff"
	"khumue/syncd/internal/structure"
)

// provider is an OpenID provider as the pages know it.
type provider struct{ *oidc.Provider }

var _ pages.Provider = provider{}

// Begin begins a sign-in.
func (p provider) Begin(ctx context.Context, redirect string) (string, pages.Pending, error) {
	address, begun, err := p.Provider.Begin(ctx, redirect)
	return address, pages.Pending{State: begun.State, Nonce: begun.Nonce, Verifier: begun.Verifier}, err
}

// Finish ends it.
func (p provider) Finish(ctx context.Context, redirect string, begun pages.Pending, back url.Values) (pages.Arrived, error) {
	pending := oidc.Pending{Provider: p.Name(), State: begun.State, Nonce: begun.Nonce, Verifier: begun.Verifier}
	who, err := p.Provider.Finish(ctx, redirect, pending, back)
	id := staff.Identity{Issuer: who.Issuer, Subject: who.Subject, Name: who.Name, Email: who.Email, EmailVerified: who.EmailVerified}
	return pages.Arrived{Identity: id, Hint: who.IDToken}, err
}

// identityProvider is a provider of the configuration, whose form was checked.
func identityProvider(p config.Provider) oidc.Config {
	level, err := strconv.ParseFloat(p.MinIAL, 64)
	if err != nil {
		level = 0 // none is asked for
	}
	return oidc.Config{
		Name: p.Name, Label: oidc.Label(p.Label), Issuer: p.Issuer, ClientID: p.ClientID, ClientSecret: p.ClientSecret.Reveal(),
		Endpoints: oidc.Endpoints{Authorize: p.Endpoints.Authorize, Token: p.Endpoints.Token, UserInfo: p.Endpoints.Userinfo, JWKS: p.Endpoints.JWKS, EndSession: p.Endpoints.EndSession},
		Scopes:    p.Scopes,
		Claims: oidc.ClaimMap{Name: p.Claims.Name, GivenName: p.Claims.GivenName, FamilyName: p.Claims.FamilyName,
			Email: p.Claims.Email, EmailVerified: p.Claims.EmailVerified, IAL: p.Claims.IAL},
		SecretTransform: p.SecretTransform, LogoutParam: p.LogoutParam, MinIAL: level, RegisterURL: p.RegisterURL,
	}
}

// sessions tells open pages how their sessions stand.
type sessions struct{ desk *staff.Desk }

var _ live.Sessions = sessions{}

// Look looks at a session without prolonging it.
func (s sessions) Look(ctx context.Context, secret string) (live.Outlook, error) {
	o, err := s.desk.Look(ctx, secret)
	return live.Outlook{Officer: string(o.User.ID), Session: o.Session.ID, Ends: o.Ends, By: string(o.By), Over: o.Over}, err
}

// names tells the pages what agencies and points are called.
type names struct {
	current *structure.Current
	log     *slog.Logger
}

var _ pages.Structure = names{}

// Agency returns an agency of now.
func (n names) Agency(code catalog.AgencyCode) (*catalog.Agency, bool) {
	return n.current.Tree().Agency(code)
}

// Find finds agencies by words.
func (n names) Find(text string, most int, may func(catalog.AgencyCode) bool) []*catalog.Agency {
	return n.current.Tree().Find(text, most, may)
}

// Children returns the agencies right below one.
func (n names) Children(code catalog.AgencyCode) []*catalog.Agency {
	return n.current.Tree().Children(code)
}

// Points returns the points of an agency; none when they can not be read, which
// is logged: a page without them is better than none.
func (n names) Points(code catalog.AgencyCode) []*catalog.Point {
	list, err := n.current.Tree().Points(code)
	if err != nil {
		n.log.Error("the points of an agency can not be read", "agency", code, "error", err)
	}
	return list
}

// contact is whom to ask: what is configured, or else the contact centre of the
// domain.
func contact(c config.Contact) pages.Contact {
	out := pages.Contact{Name: fault.Text{TH: "ศูนย์บริการข้อมูล สพร.", EN: "DGA Contact Center"}, Phone: c.Phone, Email: c.Email, Hours: c.Text}
	if c.Phone == "" && c.Email == "" {
		out.Phone, out.Email = "02 612 6060", "contact@dga.or.th"
	}
	return out
}

// site builds what was approved, as the desk of manuals knows it.
type site struct{ builds *rebuild.Queue }

var _ manuals.Site = site{}

// Ask asks for a build.
func (s site) Ask() manuals.Turn { return turn{s.builds.Ask()} }

// Next is the build after the one that runs.
func (s site) Next() manuals.Turn { return turn{s.builds.Next()} }

type turn struct{ *rebuild.Turn }

// Wait waits for a build, and tells what the generator said of one that failed.
func (t turn) Wait(ctx context.Context) (time.Time, error) {
	b, err := t.Turn.Wait(ctx)
	switch {
	case err != nil:
		return time.Time{}, err
	case errors.Is(b.Err, rebuild.ErrStopped):
		return time.Time{}, errors.Join(manuals.ErrStopped, b.Err)
	case b.Err != nil:
		what := fault.Text{TH: "สร้างเว็บไซต์ไม่สำเร็จ เว็บไซต์ยังเป็นเหมือนเดิม", EN: "The site could not be built, and is as it was."}
		return time.Time{}, fault.New(fault.Unavailable, what, fault.Text{TH: b.Said, EN: b.Said}).Because(b.Err)
	}
	return b.Ended, nil
}
