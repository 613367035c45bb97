-- Imported manuals. Confirmations, and which manuals wait for one, are an index of
-- what git has, as all of manuals is; what imports remember and what they had to
-- say of something is nowhere else.

ALTER TABLE manuals ADD COLUMN unconfirmed BIGINT NOT NULL DEFAULT 0; -- 1 when what is in force was imported, and nobody confirmed it
CREATE INDEX manuals_unconfirmed ON manuals (agency, title_order, id) WHERE unconfirmed = 1;
CREATE INDEX manuals_unconfirmed_everywhere ON manuals (title_order, id) WHERE unconfirmed = 1;
UPDATE manuals SET unconfirmed = 1 WHERE p_stage = 'bootstrap' AND withdrawn = 0;

CREATE TABLE confirmations (
  manual TEXT NOT NULL,
  object TEXT NOT NULL,  -- the commit
  tree TEXT NOT NULL,    -- that was read
  officer TEXT NOT NULL,
  made BIGINT NOT NULL,
  PRIMARY KEY (manual, object)
);

CREATE TABLE import_memory (
  id TEXT PRIMARY KEY, -- kind and identifier
  line TEXT NOT NULL     -- as package transfer remembers it
);

CREATE TABLE import_notes (
  id TEXT PRIMARY KEY,   -- of what was imported
  notes TEXT NOT NULL    -- JSON
);
