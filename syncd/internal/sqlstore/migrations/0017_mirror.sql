-- What an office was told by the centre: how far it is, and which version of each
-- record it was told. Empty at the centre itself.

CREATE TABLE mirror_state (
  id TEXT PRIMARY KEY,     -- the kind, a space, and the record's id; or "note" and a name
  version TEXT NOT NULL,
  body TEXT NOT NULL       -- of notes and settings
);
