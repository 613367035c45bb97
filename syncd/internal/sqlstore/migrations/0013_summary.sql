-- Sums of the reports on licences, counted once and kept: of an agency's points by
-- month and process; with an empty process, of all its processes; with an empty
-- agency, of the country. All follow from licence_reports, and are counted anew
-- where summary_stale says that a report changed, an empty agency being the
-- country's part of a month.

CREATE TABLE summary_sums (
  agency TEXT NOT NULL,
  month TEXT NOT NULL,
  process TEXT NOT NULL,
  counted BIGINT NOT NULL, -- when
  reports BIGINT NOT NULL,
  zeros BIGINT NOT NULL,
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
  PRIMARY KEY (agency, month, process)
);
CREATE INDEX summary_sums_process ON summary_sums (process, month, agency);
CREATE INDEX summary_sums_month ON summary_sums (month, agency);

CREATE TABLE summary_stale (
  agency TEXT NOT NULL,
  month TEXT NOT NULL,
  PRIMARY KEY (month, agency)
);

CREATE TABLE summary_views (
  id TEXT PRIMARY KEY,    -- the officer and the name, with a space between
  officer TEXT NOT NULL,
  name TEXT NOT NULL,
  asked TEXT NOT NULL,    -- the query of the address
  monthly BIGINT NOT NULL, -- 1 when its figures are sent each month
  made BIGINT NOT NULL
);
CREATE INDEX summary_views_officer ON summary_views (officer, name);
CREATE INDEX summary_views_monthly ON summary_views (id) WHERE monthly = 1;
