package testkit

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Crook is an OpenID provider on loopback that behaves until it is told to
// lie. It asks nobody who they are: whoever comes is the person of Claims.
type Crook struct {
	*Server
	ClientID, Secret string
	Now              func() time.Time // the clock of its tokens

	mu    sync.Mutex
	lies  Lies
	key   *rsa.PrivateKey
	codes map[string]url.Values // what was asked, by the code that was given for it
	asked Asked
}

// Asked is what a Crook was last asked.
type Asked struct {
	Authorize url.Values
	Token     url.Values
	User      string // of the token request's Basic authorization
	Password  string
	Paths     []string // of all requests, in order
}

// Lies are what a Crook does otherwise than an honest provider. Each that is
// nil is the truth.
type Lies struct {
	Discovery func(map[string]any)              // changes the discovery document
	Keys      func(*jose.JSONWebKeySet)         // changes the keys that it shows
	Callback  func(url.Values)                  // changes what the browser brings back
	Claims    func(map[string]any)              // changes the claims of the ID token
	Sign      func(c *Crook, claims any) string // makes the ID token
	Token     func(map[string]any)              // changes the answer of the token endpoint
	UserInfo  func(map[string]any)              // changes the answer of userinfo
	Answer    map[string]http.HandlerFunc       // answers for a whole path
	Replay    bool                              // takes a code as often as it comes
	NoPKCE    bool                              // does not look at the verifier
}

// keySize is that of a Crook's key, in bits: go-jose takes no smaller one.
const keySize = 2048

// oneKey makes the key that all Crooks of a process sign with, and the one of a
// stranger.
var oneKey, strangerKey = sync.OnceValue(newKey), sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, keySize)
	if err != nil {
		panic("testkit: no key: " + err.Error())
	}
	return key
}

// NewCrook serves an honest provider until the test ends.
func NewCrook(t testing.TB) *Crook {
	t.Helper()
	c := &Crook{ClientID: "khumue", Secret: "s3cret", Now: time.Now, key: oneKey(), codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", c.discovery)
	mux.HandleFunc("GET /keys", c.keys)
	mux.HandleFunc("GET /authorize", c.authorize)
	mux.HandleFunc("POST /token", c.token)
	mux.HandleFunc("GET /userinfo", c.userinfo)
	c.Server = Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.asked.Paths = append(c.asked.Paths, r.URL.Path)
		instead := c.lies.Answer[r.URL.Path]
		c.mu.Unlock()
		if instead != nil {
			instead(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	return c
}

// Tell makes the Crook tell these lies from now on, and no others.
func (c *Crook) Tell(l Lies) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lies = l
}

// Asked returns what the Crook was last asked.
func (c *Crook) Asked() Asked {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.asked
	out.Paths = slices.Clone(out.Paths)
	return out
}

// Claims returns what an honest ID token for this nonce claims.
func (c *Crook) Claims(nonce string) map[string]any {
	now := c.Now()
	return map[string]any{
		"iss": c.URL, "aud": c.ClientID, "sub": "u-1", "nonce": nonce,
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
		"name": "สมชาย ใจดี", "email": "somchai@example.com", "email_verified": true, "ial": "2.3",
	}
}

func (c *Crook) discovery(w http.ResponseWriter, _ *http.Request) {
	doc := map[string]any{
		"issuer": c.URL, "authorization_endpoint": c.URL + "/authorize", "token_endpoint": c.URL + "/token",
		"jwks_uri": c.URL + "/keys", "userinfo_endpoint": c.URL + "/userinfo", "end_session_endpoint": c.URL + "/end",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"},
	}
	if lie := c.told().Discovery; lie != nil {
		lie(doc)
	}
	reply(w, http.StatusOK, doc)
}

func (c *Crook) keys(w http.ResponseWriter, _ *http.Request) {
	set := &jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: c.key.Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"}}}
	if lie := c.told().Keys; lie != nil {
		lie(set)
	}
	reply(w, http.StatusOK, set)
}

// authorize sends the browser back at once.
func (c *Crook) authorize(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	code := rand.Text()
	c.mu.Lock()
	c.asked.Authorize = asked
	c.codes[code] = asked
	c.mu.Unlock()
	back := url.Values{"code": {code}, "state": {asked.Get("state")}}
	if lie := c.told().Callback; lie != nil {
		lie(back)
	}
	http.Redirect(w, r, asked.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

// token gives an ID token for a code, if the client proves itself and brings
// the verifier of the challenge.
func (c *Crook) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		reply(w, http.StatusBadRequest, map[string]any{"error": "invalid_request"})
		return
	}
	lies := c.told()
	user, password, _ := r.BasicAuth()
	code := r.PostForm.Get("code")
	c.mu.Lock()
	c.asked.Token, c.asked.User, c.asked.Password = r.PostForm, user, password
	asked, known := c.codes[code]
	if !lies.Replay {
		delete(c.codes, code)
	}
	c.mu.Unlock()
	switch {
	case user != c.ClientID || password != c.Secret:
		reply(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
	case !known, asked.Get("redirect_uri") != r.PostForm.Get("redirect_uri"), !lies.NoPKCE && !proves(asked, r.PostForm.Get("code_verifier")):
		reply(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant", "error_description": "secret of the provider"})
	default:
		c.give(w, lies, asked.Get("nonce"))
	}
}

// proves reports whether the verifier is that of the challenge, by S256.
func proves(asked url.Values, verifier string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return asked.Get("code_challenge_method") == "S256" && asked.Get("code_challenge") == base64.RawURLEncoding.EncodeToString(sum[:])
}

func (c *Crook) give(w http.ResponseWriter, lies Lies, nonce string) {
	said := c.Claims(nonce)
	if lies.Claims != nil {
		lies.Claims(said)
	}
	sign := (*Crook).Sign
	if lies.Sign != nil {
		sign = lies.Sign
	}
	answer := map[string]any{"access_token": "access-1", "token_type": "Bearer", "expires_in": 300, "id_token": sign(c, said)}
	if lies.Token != nil {
		lies.Token(answer)
	}
	reply(w, http.StatusOK, answer)
}

func (c *Crook) userinfo(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer access-1" {
		reply(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
		return
	}
	said := c.Claims("")
	maps.DeleteFunc(said, func(name string, _ any) bool { return name == "nonce" || name == "exp" || name == "iat" })
	if lie := c.told().UserInfo; lie != nil {
		lie(said)
	}
	reply(w, http.StatusOK, said)
}

func (c *Crook) told() Lies {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lies
}

func reply(w http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		panic("testkit: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(data)
}

// Visit does what a browser does with the address of an authorization request,
// and returns what it is sent back with.
func (c *Crook) Visit(t testing.TB, address string) url.Values {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		t.Fatalf("the provider does not send the browser back: %s", resp.Status)
	}
	return back.Query()
}
