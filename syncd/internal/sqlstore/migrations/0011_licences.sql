-- Monthly reports on licences. A report's id is its point, process and month, with
-- spaces between: all months of a process at a point stand together. Where it
-- stands is nowhere: it follows from the record and the clock. Months are texts,
-- 2026-11.

CREATE TABLE licence_reports (
  id TEXT PRIMARY KEY,
  agency TEXT NOT NULL,    -- whose the point is now
  month TEXT NOT NULL,
  point TEXT NOT NULL,
  process TEXT NOT NULL,
  edition BIGINT NOT NULL, -- counts the changes of the record
  version BIGINT NOT NULL, -- of what was handed in; 0 when nothing was
  filed BIGINT NOT NULL,
  filed_by TEXT NOT NULL,
  cause TEXT NOT NULL,
  zero BIGINT NOT NULL,    -- 1 when it is stated that there were no requests
  carried_in BIGINT NOT NULL,
  received BIGINT NOT NULL,
  approved_on BIGINT NOT NULL,
  approved_late BIGINT NOT NULL,
  rejected_on BIGINT NOT NULL,
  rejected_late BIGINT NOT NULL,
  returned BIGINT NOT NULL,
  withdrawn BIGINT NOT NULL,
  pending_in_time BIGINT NOT NULL,
  pending_late BIGINT NOT NULL,
  letters BIGINT NOT NULL,
  note TEXT NOT NULL,
  draft TEXT NOT NULL,     -- JSON of what was saved and not handed in; empty when there is none
  draft_at BIGINT NOT NULL,
  draft_by TEXT NOT NULL,
  unlock TEXT NOT NULL     -- id of the latest; empty when there is none
);
CREATE INDEX licence_reports_month ON licence_reports (month, agency, point, process) WHERE version > 0;
CREATE INDEX licence_reports_point ON licence_reports (point, month);

CREATE TABLE licence_sums ( -- of the reports of a point for a month that were handed in
  id TEXT PRIMARY KEY,     -- of the point, with the month
  agency TEXT NOT NULL,
  month TEXT NOT NULL,
  point TEXT NOT NULL,
  reports BIGINT NOT NULL,
  zero BIGINT NOT NULL,    -- how many state that there were no requests
  carried_in BIGINT NOT NULL,
  received BIGINT NOT NULL,
  approved_on BIGINT NOT NULL,
  approved_late BIGINT NOT NULL,
  rejected_on BIGINT NOT NULL,
  rejected_late BIGINT NOT NULL,
  returned BIGINT NOT NULL,
  withdrawn BIGINT NOT NULL,
  pending_in_time BIGINT NOT NULL,
  pending_late BIGINT NOT NULL,
  letters BIGINT NOT NULL
);
CREATE INDEX licence_sums_month ON licence_sums (month, agency, point);

CREATE TABLE licence_versions (
  id TEXT PRIMARY KEY,     -- of the report, with the version
  report TEXT NOT NULL,
  version BIGINT NOT NULL,
  filed BIGINT NOT NULL,
  filed_by TEXT NOT NULL,
  cause TEXT NOT NULL,
  entry TEXT NOT NULL      -- JSON
);
CREATE INDEX licence_versions_report ON licence_versions (report, version);

CREATE TABLE licence_unlocks (
  id TEXT PRIMARY KEY,
  agency TEXT NOT NULL,    -- whose the point is now
  point TEXT NOT NULL,
  process TEXT NOT NULL,
  month TEXT NOT NULL,
  asked BIGINT NOT NULL,
  asked_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  decided BIGINT NOT NULL, -- 0 while it waits
  judge TEXT NOT NULL,
  granted BIGINT NOT NULL,
  answer TEXT NOT NULL,
  until BIGINT NOT NULL,
  used BIGINT NOT NULL,
  told BIGINT NOT NULL     -- 1 when both sides heard that it lapsed
);
CREATE INDEX licence_unlocks_agency ON licence_unlocks (agency, asked);
CREATE INDEX licence_unlocks_point ON licence_unlocks (point, asked);
CREATE INDEX licence_unlocks_waiting ON licence_unlocks (asked) WHERE decided = 0;
CREATE INDEX licence_unlocks_open ON licence_unlocks (until) WHERE granted = 1 AND used = 0 AND told = 0;

CREATE TABLE licence_posts (
  id TEXT PRIMARY KEY,     -- of the point
  agency TEXT NOT NULL,
  held TEXT NOT NULL       -- JSON: processes with the months for which they are expected
);
