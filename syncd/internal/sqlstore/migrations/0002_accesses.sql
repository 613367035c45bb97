-- Access tokens, by which programs act for people.

CREATE TABLE accesses (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  holder TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  permits TEXT NOT NULL, -- words, with spaces between
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  used BIGINT NOT NULL,
  ended BIGINT NOT NULL
);
CREATE INDEX accesses_holder ON accesses (holder, created, id);
