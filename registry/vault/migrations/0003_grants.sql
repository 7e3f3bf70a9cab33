-- What a token may be used for, until when, and when it last was.
ALTER TABLE tokens ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN granted TEXT NOT NULL DEFAULT '{}'; -- JSON: scopes and names
ALTER TABLE tokens ADD COLUMN ends TEXT NOT NULL DEFAULT '';      -- RFC 3339, UTC; '' for never
ALTER TABLE tokens ADD COLUMN used TEXT NOT NULL DEFAULT '';      -- RFC 3339, UTC, to the hour

-- Who has opened an organisation's account: it has no password, and nobody logs in to it.
ALTER TABLE accounts ADD COLUMN opener TEXT NOT NULL DEFAULT '';
