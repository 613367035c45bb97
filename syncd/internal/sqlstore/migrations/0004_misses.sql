-- What people searched for and found nothing of: words, how often, and on which
-- day they were last asked. Nothing of whoever asked is here.

CREATE TABLE misses (
  id TEXT PRIMARY KEY,       -- the phrase, in normal form
  times BIGINT NOT NULL,
  last_day TEXT NOT NULL,    -- 2026-11-22
  dismissed BIGINT NOT NULL  -- 1 when it was put away
);
CREATE INDEX misses_times ON misses (dismissed, times);
