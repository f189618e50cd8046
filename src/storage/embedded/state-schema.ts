import type { Migration } from './migrate.ts'

/** `state.sqlite`, step by step. Names and keys are sortable texts, documents are packed JSON. */
export const STATE_MIGRATIONS: readonly Migration[] = [
  `
  CREATE TABLE state (
    key BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    doc ANY NOT NULL
  ) STRICT;

  CREATE TABLE alerts (
    place INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    time BLOB NOT NULL,  -- @timestamp as it is written, to order by
    at INTEGER,          -- … in ms since 1970, and the workflow status: see narrow-alerts.ts
    status TEXT,
    doc ANY NOT NULL
  ) STRICT;
  CREATE INDEX alerts_in_order ON alerts (time, id, at, status);

  -- The outbox. Rows stay for good, so that no notice comes back; those up to 'forgotten_notices' in about are done with.
  CREATE TABLE notices (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    alert_id BLOB NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;
  INSERT INTO about VALUES ('forgotten_notices', 0);
  `,
]
