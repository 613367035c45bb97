-- The desk of manuals. Manuals, publications, opens and writers are an index of
-- what git has, which is made anew from it; comments, delegations, notices and
-- mail_ways hold what is nowhere else.

CREATE TABLE manuals (
  id TEXT PRIMARY KEY,
  agency TEXT NOT NULL,
  folder TEXT NOT NULL,
  title_th TEXT NOT NULL,
  title_en TEXT NOT NULL,
  title_order BLOB NOT NULL,   -- sorts as the dictionary does
  names TEXT NOT NULL,
  found_by TEXT NOT NULL,      -- what a search looks through
  withdrawn BIGINT NOT NULL,   -- 1 when it is
  shown BIGINT NOT NULL,       -- 1 when something is in force and not withdrawn
  hastened BIGINT NOT NULL,    -- 1 when what is in force is an emergency's, and not approved in order since
  drafts BIGINT NOT NULL,      -- how many revisions of it are in which state
  reviews BIGINT NOT NULL,
  endorsements BIGINT NOT NULL,
  changed BIGINT NOT NULL,     -- by which transaction, as meta counts them
  p_number BIGINT NOT NULL,    -- what is in force, as in publications
  p_object TEXT NOT NULL,      -- its commit; empty: nothing is
  p_tree TEXT NOT NULL,
  p_stage TEXT NOT NULL,
  p_made BIGINT NOT NULL,
  p_officer TEXT NOT NULL,
  p_endorsed TEXT NOT NULL,
  p_reason TEXT NOT NULL,
  p_in_order BIGINT NOT NULL
);
CREATE INDEX manuals_changed ON manuals (changed);

CREATE TABLE manuals_gone (
  id TEXT PRIMARY KEY,    -- empty: all
  changed BIGINT NOT NULL -- when it was dropped
);
CREATE INDEX manuals_gone_changed ON manuals_gone (changed);

CREATE TABLE publications (
  manual TEXT NOT NULL,
  number BIGINT NOT NULL,
  object TEXT NOT NULL, -- the commit
  tree TEXT NOT NULL,
  stage TEXT NOT NULL,
  made BIGINT NOT NULL,
  officer TEXT NOT NULL,
  endorsed TEXT NOT NULL,
  reason TEXT NOT NULL,
  in_order BIGINT NOT NULL,
  PRIMARY KEY (manual, object)
);

CREATE TABLE opens (
  ref TEXT PRIMARY KEY,
  manual TEXT NOT NULL,
  agency TEXT NOT NULL,
  number BIGINT NOT NULL,
  state TEXT NOT NULL,
  tree TEXT NOT NULL,
  contributors TEXT NOT NULL, -- with spaces between
  endorsed_by TEXT NOT NULL,
  published_by TEXT NOT NULL,
  submitted BIGINT NOT NULL,
  emergency BIGINT NOT NULL,
  returned TEXT NOT NULL,     -- JSON; empty: it was not
  object TEXT NOT NULL,       -- the commit
  base_object TEXT NOT NULL,
  base_tree TEXT NOT NULL,
  folder TEXT NOT NULL,
  title_th TEXT NOT NULL,
  title_en TEXT NOT NULL,
  found_by TEXT NOT NULL,
  changed BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  began BIGINT NOT NULL,
  waits BIGINT NOT NULL       -- since when
);
CREATE INDEX opens_manual ON opens (manual, state);
CREATE INDEX opens_waits ON opens (waits, ref);

CREATE TABLE writers (
  ref TEXT NOT NULL,
  officer TEXT NOT NULL,
  PRIMARY KEY (ref, officer)
);
CREATE INDEX writers_officer ON writers (officer, ref);

CREATE TABLE comments (
  id TEXT PRIMARY KEY,
  manual TEXT NOT NULL,
  number BIGINT NOT NULL,
  draft TEXT NOT NULL,
  field TEXT NOT NULL,
  officer TEXT NOT NULL,
  noted BIGINT NOT NULL,
  words TEXT NOT NULL,
  removed BIGINT NOT NULL
);
CREATE INDEX comments_manual ON comments (manual, noted, id);

CREATE TABLE delegations (
  id TEXT PRIMARY KEY,
  giver TEXT NOT NULL,
  taker TEXT NOT NULL,
  role TEXT NOT NULL,
  agency TEXT NOT NULL,
  first_day BIGINT NOT NULL, -- moments of these days, as they were given
  last_day BIGINT NOT NULL,
  begins BIGINT NOT NULL,    -- when the first day does
  ends BIGINT NOT NULL,      -- when the last day is over
  made BIGINT NOT NULL,
  ended BIGINT NOT NULL
);
CREATE INDEX delegations_giver ON delegations (giver, made);
CREATE INDEX delegations_taker ON delegations (taker, made);
CREATE INDEX delegations_ends ON delegations (ends);

CREATE TABLE notices (
  id TEXT PRIMARY KEY,
  recipient TEXT NOT NULL,
  topic TEXT NOT NULL,
  manual TEXT NOT NULL,
  number BIGINT NOT NULL,
  draft TEXT NOT NULL,
  title_th TEXT NOT NULL,
  title_en TEXT NOT NULL,
  officer TEXT NOT NULL,
  noted BIGINT NOT NULL,
  words TEXT NOT NULL,
  queue TEXT NOT NULL,    -- whose, where that was delegated
  was_read BIGINT NOT NULL,
  mailed BIGINT NOT NULL
);
CREATE INDEX notices_recipient ON notices (recipient, noted, id);
CREATE INDEX notices_unread ON notices (recipient) WHERE was_read = 0;
CREATE INDEX notices_due ON notices (recipient, noted, id) WHERE mailed = 0;
CREATE INDEX notices_noted ON notices (noted);

CREATE TABLE mail_ways (
  id TEXT PRIMARY KEY, -- of the person
  way TEXT NOT NULL
);
