package oidc

import (
	"crypto/subtle"
	"fmt"
	"net/url"
)

// maxCode is how long a code may be, in bytes.
const maxCode = 4 << 10

// code reads what the browser brought back, and returns the code in it. That
// it is an answer to our question is settled before anything else is read.
func (p *Provider) code(m *metadata, pending Pending, query url.Values) (string, error) {
	answer, err := readAnswer(query)
	switch {
	case err != nil:
		return "", refused("%w", err)
	case pending.State == "" || pending.Nonce == "" || pending.Verifier == "":
		return "", refused("no sign-in has begun in this browser")
	case pending.Provider != p.cfg.Name:
		return "", refused("the sign-in was begun with another provider")
	case subtle.ConstantTimeCompare([]byte(answer.state), []byte(pending.State)) != 1:
		return "", refused("state is missing or another")
	case answer.iss == "" && m.namesSelf:
		return "", refused("the answer does not name its issuer, and this provider always does")
	case answer.iss != "" && answer.iss != p.cfg.Issuer:
		return "", refused("the answer comes from another issuer: %s", printable(answer.iss))
	case answer.problem != "":
		return "", p.told(answer.problem)
	case answer.code == "":
		return "", refused("there is no code")
	}
	return answer.code, nil
}

// answer is what a provider lets the browser bring back.
type answer struct{ state, iss, problem, code string }

// readAnswer takes each parameter that matters once: what stands there twice is
// read differently by different readers.
func readAnswer(query url.Values) (answer, error) {
	var a answer
	for name, to := range map[string]*string{"state": &a.state, "iss": &a.iss, "error": &a.problem, "code": &a.code} {
		values := query[name]
		if len(values) > 1 {
			return answer{}, fmt.Errorf("%s is there %d times", name, len(values))
		}
		if len(values) == 1 {
			*to = values[0]
		}
		if len(*to) > maxCode {
			return answer{}, fmt.Errorf("%s is %d bytes long", name, len(*to))
		}
	}
	return a, nil
}

// told makes of a provider's refusal what a person can use.
func (p *Provider) told(problem string) error {
	switch problem {
	case "access_denied":
		return cancelled()
	case "login_required", "consent_required", "interaction_required", "account_selection_required":
		return refused("the provider says %s", problem)
	default:
		return p.unavailable(fmt.Errorf("the provider says %s", printable(problem)))
	}
}
