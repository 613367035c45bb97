-- What an office did and tells the centre, and where the refs of its repository
-- stand. Empty at the centre.

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  stream TEXT NOT NULL,
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  entity TEXT NOT NULL,
  body TEXT NOT NULL,      -- JSON, as it is sent; empty once it was done long ago
  secret TEXT NOT NULL,    -- in base64
  files TEXT NOT NULL,     -- JSON
  digest TEXT NOT NULL,    -- of all of these
  officer TEXT NOT NULL,
  made BIGINT NOT NULL,
  state TEXT NOT NULL,
  there BIGINT NOT NULL,   -- 1 when the centre has it
  status TEXT NOT NULL,
  code TEXT NOT NULL,
  text_th TEXT NOT NULL,
  text_en TEXT NOT NULL,
  value TEXT NOT NULL,     -- JSON
  sent BIGINT NOT NULL,
  kept BIGINT NOT NULL,
  settled BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  UNIQUE (stream, seq)
);
CREATE INDEX outbox_state ON outbox (state, stream, seq);
CREATE INDEX outbox_counts ON outbox (state, status, kind, made);
CREATE INDEX outbox_missing ON outbox (stream, seq) WHERE there = 0;
CREATE INDEX outbox_entity ON outbox (entity);
CREATE INDEX outbox_settled ON outbox (settled) WHERE body <> '';

CREATE TABLE outbox_parts (
  id TEXT PRIMARY KEY,     -- SHA-256 of the file
  seq BIGINT NOT NULL,     -- order in which they were named
  size BIGINT NOT NULL,
  have BIGINT NOT NULL,
  done BIGINT NOT NULL
);
CREATE INDEX outbox_parts_seq ON outbox_parts (seq) WHERE done = 0;

CREATE TABLE outbox_notes (
  id TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE refs (
  id TEXT PRIMARY KEY,     -- in full, as refs/heads/main
  object TEXT NOT NULL
);
