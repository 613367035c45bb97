-- Answers of citizens to surveys. Days are texts, 2026-11-22, so that no hour is
-- kept of when somebody answered.

CREATE TABLE answers (
  seq INTEGER PRIMARY KEY, -- order of receipt
  id TEXT NOT NULL UNIQUE,
  digest TEXT NOT NULL,
  form TEXT NOT NULL,
  point TEXT NOT NULL,
  manual TEXT NOT NULL,
  channel TEXT NOT NULL,
  day TEXT NOT NULL,
  received TEXT NOT NULL,
  marks BIGINT NOT NULL,
  picks TEXT NOT NULL      -- JSON: what was chosen, by question
);
CREATE INDEX answers_point ON answers (point, day);

CREATE TABLE answer_comments (
  id TEXT PRIMARY KEY,     -- of the answer, with the question
  seq BIGINT NOT NULL,     -- of the answer
  form TEXT NOT NULL,
  point TEXT NOT NULL,
  manual TEXT NOT NULL,
  channel TEXT NOT NULL,
  day TEXT NOT NULL,
  question TEXT NOT NULL,
  marks BIGINT NOT NULL,
  body TEXT NOT NULL,      -- masked; empty once it is old
  tags TEXT NOT NULL,      -- each between spaces
  read_at BIGINT NOT NULL,
  read_by TEXT NOT NULL
);
CREATE INDEX answer_comments_point ON answer_comments (point, day, seq);
CREATE INDEX answer_comments_day ON answer_comments (day, seq);

CREATE TABLE answer_asides (
  id TEXT PRIMARY KEY,
  answer TEXT NOT NULL,
  code TEXT NOT NULL,
  point TEXT NOT NULL,
  body TEXT NOT NULL,
  day TEXT NOT NULL,
  seen BIGINT NOT NULL,
  seen_by TEXT NOT NULL
);
CREATE INDEX answer_asides_day ON answer_asides (day, id);

CREATE TABLE answer_forms (
  id TEXT PRIMARY KEY,     -- the set's, with the version
  form TEXT NOT NULL,
  version BIGINT NOT NULL,
  body TEXT NOT NULL,      -- JSON
  seen TEXT NOT NULL
);

CREATE TABLE answer_devices (
  id TEXT PRIMARY KEY,
  agency TEXT NOT NULL,
  point TEXT NOT NULL,
  name TEXT NOT NULL,
  code TEXT NOT NULL,
  code_until BIGINT NOT NULL,
  token TEXT NOT NULL,
  made BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  claimed BIGINT NOT NULL,
  revoked BIGINT NOT NULL,
  revoked_by TEXT NOT NULL,
  contact BIGINT NOT NULL,
  pending BIGINT NOT NULL,
  taken BIGINT NOT NULL
);
CREATE UNIQUE INDEX answer_devices_token ON answer_devices (token) WHERE token <> '';
CREATE UNIQUE INDEX answer_devices_code ON answer_devices (code) WHERE code <> '';
CREATE INDEX answer_devices_point ON answer_devices (point, name);
