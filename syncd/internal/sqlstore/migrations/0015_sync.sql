-- Offices that work offline: their machines, and what those send.

CREATE TABLE office_devices (
  id TEXT PRIMARY KEY,
  agency TEXT NOT NULL,
  point TEXT NOT NULL,          -- empty: the whole agency
  name TEXT NOT NULL,
  token TEXT NOT NULL,          -- hash of its secret; empty: it has none
  sign_key TEXT NOT NULL,       -- Ed25519, base64; empty: none
  box_key TEXT NOT NULL,        -- X25519, base64; empty: none
  enrolled BIGINT NOT NULL,
  enrolled_by TEXT NOT NULL,
  revoked BIGINT NOT NULL,
  revoked_by TEXT NOT NULL,
  contact BIGINT NOT NULL,      -- last heard of; this and all below as it said
  program TEXT NOT NULL,
  waiting BIGINT NOT NULL,
  since BIGINT NOT NULL,
  clock_offset BIGINT NOT NULL, -- seconds by which its clock is ahead
  stream TEXT NOT NULL
);
CREATE UNIQUE INDEX office_devices_token ON office_devices (token) WHERE token <> '';
CREATE INDEX office_devices_agency ON office_devices (agency, point, name);

CREATE TABLE inbox_streams (
  id TEXT PRIMARY KEY,          -- device/stream
  device TEXT NOT NULL,
  stream TEXT NOT NULL,
  began BIGINT NOT NULL,
  seq BIGINT NOT NULL,          -- all up to here are there
  last BIGINT NOT NULL,         -- the last that is there
  told BIGINT NOT NULL,         -- the last that was made, as the device said
  gap BIGINT NOT NULL,          -- since when seq+1 is missing
  digest TEXT NOT NULL,
  forked BIGINT NOT NULL
);
CREATE INDEX inbox_streams_device ON inbox_streams (device, began, stream);

CREATE TABLE inbox_places (
  id TEXT PRIMARY KEY,          -- device/stream/sixteen hexadecimal digits of the number
  op TEXT NOT NULL,
  sum TEXT NOT NULL             -- of what came there, which need not be what was kept
);

CREATE TABLE inbox_ops (
  id TEXT PRIMARY KEY,
  device TEXT NOT NULL,
  agency TEXT NOT NULL,         -- of the device, when it came
  point TEXT NOT NULL,
  stream TEXT NOT NULL,
  began BIGINT NOT NULL,        -- when the stream did
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  entity TEXT NOT NULL,
  sum TEXT NOT NULL,
  body TEXT NOT NULL,           -- exactly as it came
  secret TEXT NOT NULL,         -- base64
  files TEXT NOT NULL,          -- JSON
  received BIGINT NOT NULL,
  state TEXT NOT NULL,          -- waiting, held, attention, done
  status TEXT NOT NULL,         -- what the office is told
  code TEXT NOT NULL,
  th TEXT NOT NULL,
  en TEXT NOT NULL,
  value TEXT NOT NULL,
  awaits TEXT NOT NULL,         -- entity that has to come first
  tries BIGINT NOT NULL,
  next BIGINT NOT NULL,
  held BIGINT NOT NULL,
  settled BIGINT NOT NULL
);
CREATE INDEX inbox_ops_pending ON inbox_ops (device, began, seq, id) WHERE state IN ('waiting', 'held');
CREATE INDEX inbox_ops_attention ON inbox_ops (device, received) WHERE state = 'attention';
CREATE INDEX inbox_ops_files ON inbox_ops (device, id) WHERE files <> '' AND state <> 'done';
CREATE INDEX inbox_ops_awaits ON inbox_ops (awaits) WHERE awaits <> '' AND state = 'held';

CREATE TABLE inbox_asides (
  id TEXT PRIMARY KEY,
  device TEXT NOT NULL,
  stream TEXT NOT NULL,
  seq BIGINT NOT NULL,
  op TEXT NOT NULL,
  kind TEXT NOT NULL,
  entity TEXT NOT NULL,
  sum TEXT NOT NULL,
  body TEXT NOT NULL,
  secret TEXT NOT NULL,
  files TEXT NOT NULL,
  code TEXT NOT NULL,
  received BIGINT NOT NULL
);
CREATE INDEX inbox_asides_device ON inbox_asides (device, received);

CREATE TABLE inbox_turns (
  id TEXT PRIMARY KEY,          -- the device
  next BIGINT NOT NULL,         -- when it is looked at; 0: not
  work BIGINT NOT NULL          -- grows when there is more to do
);
CREATE INDEX inbox_turns_next ON inbox_turns (next) WHERE next > 0;
