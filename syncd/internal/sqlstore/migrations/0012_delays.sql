-- Late requests. Days are texts, 2026-11-22. Who the applicant is stands in
-- delay_people alone, sealed with a key of the case, which a key outside of the
-- database wraps; a row that is gone is forgotten.

CREATE TABLE delay_cases (
  id TEXT PRIMARY KEY,
  version BIGINT NOT NULL,
  agency TEXT NOT NULL,
  point TEXT NOT NULL,
  manual TEXT NOT NULL,
  title_th TEXT NOT NULL,
  title_en TEXT NOT NULL,
  revision BIGINT NOT NULL,
  object TEXT NOT NULL,      -- the commit that was in force when it was filed
  request TEXT NOT NULL,     -- the office's number, as it was typed
  found_by TEXT NOT NULL,    -- the same, as it is looked for
  filed TEXT NOT NULL,
  complete TEXT NOT NULL,
  promised BIGINT NOT NULL,
  unit TEXT NOT NULL,
  due TEXT NOT NULL,
  province TEXT NOT NULL,
  state TEXT NOT NULL,
  ended TEXT NOT NULL,
  result TEXT NOT NULL,
  notified TEXT NOT NULL,
  notice_way TEXT NOT NULL,
  wakes TEXT NOT NULL,       -- from when on it is on the red list; empty: never
  lookup TEXT NOT NULL,      -- where the public finds it; not to be undone
  code TEXT NOT NULL,        -- of the public look-up, wrapped
  erased BIGINT NOT NULL,
  opened BIGINT NOT NULL,
  opened_by TEXT NOT NULL
);
CREATE UNIQUE INDEX delay_cases_lookup ON delay_cases (lookup);
CREATE INDEX delay_cases_point ON delay_cases (point, found_by);
CREATE INDEX delay_cases_agency ON delay_cases (agency, state, due);
CREATE INDEX delay_cases_state ON delay_cases (state, ended, id);

CREATE TABLE delay_people (
  id TEXT PRIMARY KEY, -- of the case
  wrapped TEXT NOT NULL,
  body TEXT NOT NULL
);

CREATE TABLE delay_letters (
  id TEXT PRIMARY KEY,     -- of the case, with the letter's number in it
  object TEXT NOT NULL,    -- the case
  seq BIGINT NOT NULL,
  number TEXT NOT NULL,
  day TEXT NOT NULL,
  reason TEXT NOT NULL,
  words TEXT NOT NULL,
  expected TEXT NOT NULL,
  signer TEXT NOT NULL,
  position TEXT NOT NULL,
  way TEXT NOT NULL,
  sent TEXT NOT NULL,
  copied TEXT NOT NULL
);
CREATE INDEX delay_letters_object ON delay_letters (object, seq);
CREATE INDEX delay_letters_day ON delay_letters (day);

CREATE TABLE delay_steps (
  id TEXT PRIMARY KEY,     -- of a command that was carried out
  object TEXT NOT NULL,    -- the case
  made BIGINT NOT NULL
);
CREATE INDEX delay_steps_made ON delay_steps (made);
