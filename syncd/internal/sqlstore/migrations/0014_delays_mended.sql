-- Letters that were corrected, and cases that were opened again. What a later
-- edition replaced stands in delay_editions, an end that was taken back in
-- delay_reopenings.

ALTER TABLE delay_letters ADD COLUMN edition BIGINT NOT NULL DEFAULT 1;
ALTER TABLE delay_letters ADD COLUMN mended TEXT NOT NULL DEFAULT '';
ALTER TABLE delay_letters ADD COLUMN why TEXT NOT NULL DEFAULT '';

CREATE TABLE delay_editions (
  id TEXT PRIMARY KEY,     -- of the case, with the letter's number and the edition in it
  object TEXT NOT NULL,    -- the case
  place BIGINT NOT NULL,   -- in the order in which they were replaced, from 1
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
  copied TEXT NOT NULL,
  edition BIGINT NOT NULL,
  mended TEXT NOT NULL,
  why TEXT NOT NULL
);
CREATE INDEX delay_editions_object ON delay_editions (object, place);

CREATE TABLE delay_reopenings (
  id TEXT PRIMARY KEY,     -- of the case, with the place in it
  object TEXT NOT NULL,    -- the case
  place BIGINT NOT NULL,   -- from 1
  state TEXT NOT NULL,
  ended TEXT NOT NULL,
  result TEXT NOT NULL,
  notified TEXT NOT NULL,
  notice_way TEXT NOT NULL,
  day TEXT NOT NULL,
  role TEXT NOT NULL,
  why TEXT NOT NULL
);
CREATE INDEX delay_reopenings_object ON delay_reopenings (object, place);
