package pages

import (
	"errors"
	"net/http"

	"khumue/internal/fault"
	"khumue/syncd/internal/staff"
)

// redeemView asks for a token.
type redeemView struct {
	Shell
	Typed string // what was typed, when it gave nothing
	First bool   // the person holds no role yet
	Whom  Whom
}

func (x *exchange) redeemPage() error { return x.showRedeem(http.StatusOK, "") }

func (x *exchange) showRedeem(status int, typed string, problems ...Problem) error {
	v := redeemView{Shell: x.shell("redeem"), Typed: typed, First: len(x.visit.User.Grants) == 0, Whom: x.whom()}
	v.Path, v.Problems = "/token", problems
	if !v.First {
		v.Title, v.Purpose = x.t("redeem.more.title"), x.t("redeem.more.purpose")
	}
	return x.show(status, "redeem", v)
}

// redeem tries a token. One that gives nothing stays in the field, to be
// compared with the paper.
func (x *exchange) redeem() error {
	if err := x.form(); err != nil {
		return err
	}
	typed := x.posted("token")
	if typed == "" {
		return x.showRedeem(http.StatusBadRequest, "", Problem{"token", x.t("redeem.empty")})
	}
	g, err := x.Desk.Redeem(x.ctx(), x.by(), typed)
	var wait *staff.Wait
	switch {
	case errors.As(err, &wait):
		x.back = "/token"
		return err
	case errors.Is(err, fault.Invalid), errors.Is(err, fault.Conflict):
		text, _ := x.told(err)
		return x.showRedeem(statusOf(err), typed, Problem{"token", text})
	case err != nil:
		return err
	}
	x.setCookie(asCookie, g.ID, 0)
	if g.Scope.IsZero() {
		return x.done("/", "flash.redeemed.country", x.role(g.Role))
	}
	return x.done("/", "flash.redeemed", x.role(g.Role), x.unit(g.Scope).Text)
}
