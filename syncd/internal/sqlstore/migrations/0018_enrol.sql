-- How machines of offices come to be known, and who works on them.

CREATE TABLE enrol_codes (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  officer TEXT NOT NULL,
  device TEXT NOT NULL,         -- empty: until one is made
  joins BIGINT NOT NULL,        -- 1: the machine was there before
  agency TEXT NOT NULL,
  point TEXT NOT NULL,
  name TEXT NOT NULL,
  made BIGINT NOT NULL,
  until BIGINT NOT NULL,
  used BIGINT NOT NULL
);
CREATE INDEX enrol_codes_officer ON enrol_codes (officer, until);
CREATE INDEX enrol_codes_device ON enrol_codes (device);

CREATE TABLE office_signers (
  id TEXT PRIMARY KEY,
  device TEXT NOT NULL,
  officer TEXT NOT NULL,
  sign_key TEXT NOT NULL,       -- Ed25519, base64
  since BIGINT NOT NULL,
  ended BIGINT NOT NULL
);
CREATE INDEX office_signers_device ON office_signers (device, since);
