-- People, what they hold, how they sign in, and the trail of what they did.
--
-- Times are microseconds of Unix, 0 for none; hashes and keys of order are
-- hexadecimal; an empty text is "none". What PostgreSQL says otherwise than
-- SQLite stands in migrate.go.

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  name TEXT NOT NULL,
  name_order TEXT NOT NULL, -- sorts as the dictionary does
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,  -- in small letters
  found_by TEXT NOT NULL,   -- what a search looks through
  created BIGINT NOT NULL,
  last_sign_in BIGINT NOT NULL,
  disabled BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_identity ON users (issuer, subject) WHERE subject <> '';
CREATE INDEX users_email ON users (email_key);
CREATE INDEX users_name ON users (name_order, id);
CREATE INDEX users_created ON users (created, id);
CREATE INDEX users_sign_in ON users (last_sign_in, id);

CREATE TABLE grants (
  id TEXT PRIMARY KEY,
  holder TEXT NOT NULL REFERENCES users (id),
  role TEXT NOT NULL,
  agency TEXT NOT NULL,
  point TEXT NOT NULL,
  source TEXT NOT NULL,
  since BIGINT NOT NULL,
  given_by TEXT NOT NULL,
  ended BIGINT NOT NULL,
  ended_by TEXT NOT NULL
);
CREATE INDEX grants_holder ON grants (holder, since, id);
CREATE INDEX grants_scope ON grants (agency, point, role, holder);
CREATE UNIQUE INDEX grants_once ON grants (holder, role, agency, point) WHERE ended = 0;

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  agency TEXT NOT NULL,
  point TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  issued_by TEXT NOT NULL,
  expires BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  used_by TEXT NOT NULL,
  revoked_at BIGINT NOT NULL,
  revoked_by TEXT NOT NULL
);
CREATE UNIQUE INDEX tokens_live ON tokens (role, agency, point) WHERE used_at = 0 AND revoked_at = 0;
CREATE INDEX tokens_issued ON tokens (issued_at, id);

CREATE TABLE sessions (
  hash TEXT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  holder TEXT NOT NULL REFERENCES users (id),
  device TEXT NOT NULL,
  hint TEXT NOT NULL,
  via TEXT NOT NULL,
  created BIGINT NOT NULL,
  seen BIGINT NOT NULL
);
CREATE INDEX sessions_holder ON sessions (holder, created);

CREATE TABLE tries (
  what TEXT NOT NULL,
  noted BIGINT NOT NULL
);
CREATE INDEX tries_what ON tries (what, noted);
CREATE INDEX tries_noted ON tries (noted);

CREATE TABLE trail (
  id TEXT PRIMARY KEY,
  noted BIGINT NOT NULL,
  officer TEXT NOT NULL,
  role TEXT NOT NULL,
  action TEXT NOT NULL,
  agency TEXT NOT NULL,
  point TEXT NOT NULL,
  subject TEXT NOT NULL,
  was TEXT NOT NULL,
  became TEXT NOT NULL,
  request TEXT NOT NULL
);
CREATE INDEX trail_officer ON trail (officer, id);
CREATE INDEX trail_agency ON trail (agency, id);
CREATE INDEX trail_noted ON trail (noted);
