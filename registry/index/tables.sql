-- All of this is made from the ledger's documents by Apply and can be thrown
-- away. Change a table or what Apply writes: raise Version.

CREATE TABLE meta (
    version INTEGER NOT NULL  -- of Apply
) STRICT;

CREATE TABLE entries (
    number INTEGER PRIMARY KEY,   -- in the ledger, from 0
    digest TEXT NOT NULL UNIQUE,  -- of the document
    kind   TEXT NOT NULL,
    author TEXT NOT NULL,
    time   TEXT NOT NULL,         -- of receipt, RFC 3339, UTC
    key    TEXT NOT NULL          -- name of the author's key that has signed it, '' when it is not signed
) STRICT;

CREATE TABLE documents (
    digest TEXT PRIMARY KEY,
    bytes  BLOB NOT NULL          -- canonical JSON
) STRICT;

CREATE TABLE accounts (
    name         TEXT PRIMARY KEY,
    type         TEXT NOT NULL,
    display_name TEXT NOT NULL,
    about        TEXT NOT NULL,
    document     TEXT NOT NULL,   -- the account document in force
    signs        INTEGER NOT NULL, -- 1 when all that is published under this name must be signed
    closed       INTEGER NOT NULL -- 1 when its holder has closed it
) STRICT;

CREATE TABLE keys (
    account TEXT NOT NULL,
    id      TEXT NOT NULL,
    key     TEXT NOT NULL,        -- ed25519: and base64
    name    TEXT NOT NULL,
    revoked TEXT NOT NULL,        -- when its holder says that it was, '' when it is not
    since   INTEGER NOT NULL,     -- entry of the account document in which it first stands
    until   INTEGER,              -- entry of the one that ends it, NULL while it is valid
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
    organisation TEXT NOT NULL,
    member       TEXT NOT NULL,
    role         TEXT NOT NULL,
    state        TEXT NOT NULL,   -- invited, accepted, ended
    document     TEXT NOT NULL,   -- the membership document in force
    PRIMARY KEY (organisation, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_member ON members (member, organisation);

CREATE TABLE designs (
    id      INTEGER PRIMARY KEY,
    owner   TEXT NOT NULL,
    name    TEXT NOT NULL,
    latest  INTEGER,              -- entry of the release that a bare reference means; NULL when none is left
    shown   INTEGER,              -- entry of the release by whose words it is found; NULL when all are under quarantine
    changed INTEGER NOT NULL,     -- entry of the last release
    UNIQUE (owner, name)
) STRICT;
CREATE INDEX designs_changed ON designs (changed);
CREATE INDEX designs_owner ON designs (owner, changed);

-- Names that designs had before. They lead to the design for ever.
CREATE TABLE forwards (
    owner  TEXT NOT NULL,
    name   TEXT NOT NULL,
    design INTEGER NOT NULL REFERENCES designs,
    PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX forwards_design ON forwards (design);

-- The last transfer of a design, or of the ownership of an organisation.
CREATE TABLE transfers (
    design       INTEGER NOT NULL, -- 0 for an organisation
    organisation TEXT NOT NULL,    -- '' for a design
    number       INTEGER NOT NULL UNIQUE REFERENCES entries, -- of the document that the next one follows
    state        TEXT NOT NULL,    -- offered, accepted, stopped, completed
    open         INTEGER NOT NULL, -- 1 while it is under way
    owner        TEXT NOT NULL,    -- before it: of the design, or the organisation
    offerer      TEXT NOT NULL,
    receiver     TEXT NOT NULL,
    name         TEXT NOT NULL,    -- of the design from then on, '' where it stays as it is
    leaves       TEXT NOT NULL,    -- owner who leaves the organisation with it, '' for none
    PRIMARY KEY (design, organisation)
) STRICT, WITHOUT ROWID;
CREATE INDEX transfers_owner ON transfers (owner) WHERE open = 1;
CREATE INDEX transfers_receiver ON transfers (receiver) WHERE open = 1;

CREATE TABLE releases (
    number     INTEGER PRIMARY KEY REFERENCES entries,
    digest     TEXT NOT NULL UNIQUE,
    design     INTEGER NOT NULL REFERENCES designs,
    version    TEXT NOT NULL,
    title      TEXT NOT NULL,
    function   TEXT NOT NULL,
    licence    TEXT NOT NULL,     -- SPDX expression of the hardware
    repository TEXT NOT NULL,     -- in the form of RepositoryKey; '' when none is named
    revision   TEXT NOT NULL,     -- the commit that it was published from, '' when unknown
    tag        TEXT NOT NULL,     -- likewise
    bom        TEXT NOT NULL,     -- digest of the bom document, '' when there is none
    hardware   TEXT NOT NULL,
    status     TEXT NOT NULL,     -- '', yanked, unyanked, deprecated
    status_by  TEXT NOT NULL,     -- digest of the document that the next status follows
    reason     TEXT NOT NULL,     -- of the status
    quarantine TEXT NOT NULL,     -- why it is under quarantine, '' when it is not
    UNIQUE (design, version)
) STRICT;
CREATE INDEX releases_repository ON releases (repository) WHERE repository <> '';

CREATE TABLE files (
    release INTEGER NOT NULL REFERENCES releases,
    path    TEXT NOT NULL,
    digest  TEXT NOT NULL,
    size    INTEGER NOT NULL,     -- bytes
    PRIMARY KEY (release, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX files_digest ON files (digest, size);

-- Artifacts that the law forced out: their bytes are gone and do not come back.
CREATE TABLE redactions (
    artifact TEXT PRIMARY KEY,    -- digest
    number   INTEGER NOT NULL REFERENCES entries,
    reason   TEXT NOT NULL
) STRICT;

-- What the keeper of the registry has said of a release or an account.
CREATE TABLE moderations (
    release  TEXT NOT NULL,       -- digest, '' for an account
    account  TEXT NOT NULL,       -- name, '' for a release
    act      TEXT NOT NULL,       -- quarantine, suspend, lift: the last
    reason   TEXT NOT NULL,
    document TEXT NOT NULL,       -- that the next one follows
    PRIMARY KEY (release, account)
) STRICT, WITHOUT ROWID;

-- Accounts that may do something for the registry as a whole, or once could.
CREATE TABLE roles (
    account  TEXT PRIMARY KEY,
    role     TEXT NOT NULL,       -- administrator, safety_editor; '' when it was taken
    reason   TEXT NOT NULL,
    document TEXT NOT NULL        -- that the next one follows
) STRICT, WITHOUT ROWID;

-- A part is what lines of several releases have in common.
CREATE TABLE parts (
    id           INTEGER PRIMARY KEY,
    key          TEXT NOT NULL UNIQUE,          -- bom.PartKey
    kind         TEXT NOT NULL,                 -- this and the rest as the first line said it
    manufacturer TEXT NOT NULL,
    mpn          TEXT NOT NULL COLLATE NOCASE,
    standard     TEXT NOT NULL COLLATE NOCASE,
    name         TEXT NOT NULL COLLATE NOCASE,
    value        TEXT NOT NULL,
    footprint    TEXT NOT NULL
) STRICT;
CREATE INDEX parts_mpn ON parts (mpn) WHERE mpn <> '';
CREATE INDEX parts_standard ON parts (standard) WHERE standard <> '';
CREATE INDEX parts_name ON parts (name) WHERE name <> '';

-- The lines of a release's own BOM that count, by their parts.
CREATE TABLE uses (
    part    INTEGER NOT NULL REFERENCES parts,
    release INTEGER NOT NULL REFERENCES releases,
    item    TEXT NOT NULL,
    PRIMARY KEY (part, release, item)
) STRICT, WITHOUT ROWID;

-- Which releases are in which, through however many assemblies. A release is in
-- itself. A pin points to a release that exists, so the rows of a new release
-- follow from those of its assemblies, and never change.
CREATE TABLE inside (
    release INTEGER NOT NULL REFERENCES releases,
    whole   INTEGER NOT NULL REFERENCES releases,
    path    TEXT NOT NULL,        -- items of one way from whole to release, joined by slashes; '' for itself
    PRIMARY KEY (release, whole)
) STRICT, WITHOUT ROWID;
CREATE INDEX inside_whole ON inside (whole);

-- Which releases a release was derived from, through however many forks.
CREATE TABLE lineage (
    release  INTEGER NOT NULL REFERENCES releases,
    ancestor INTEGER NOT NULL REFERENCES releases,
    PRIMARY KEY (release, ancestor)
) STRICT, WITHOUT ROWID;
CREATE INDEX lineage_ancestor ON lineage (ancestor);

-- The assembly lines of a release's own BOM that are pinned and count.
CREATE TABLE pins (
    assembly INTEGER NOT NULL REFERENCES releases,
    release  INTEGER NOT NULL REFERENCES releases,
    item     TEXT NOT NULL,
    PRIMARY KEY (assembly, release, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX pins_release ON pins (release);

CREATE TABLE batches (
    number      INTEGER PRIMARY KEY REFERENCES entries, -- of its first document
    digest      TEXT NOT NULL UNIQUE, -- of its document in force
    revised     INTEGER NOT NULL, -- entry of that
    maker       TEXT NOT NULL,
    batch       TEXT NOT NULL,
    fold        TEXT NOT NULL,    -- batch without regard to case
    release     INTEGER NOT NULL REFERENCES releases,
    planned     INTEGER NOT NULL, -- units
    serials     INTEGER NOT NULL, -- how many of them have a serial: all or none
    status      TEXT NOT NULL,
    conformance TEXT NOT NULL,    -- '' when the maker has not said
    place       TEXT NOT NULL,    -- ISO 3166, '' when not said
    lot         TEXT NOT NULL,    -- code on the product
    lot_fold    TEXT NOT NULL,    -- lot without regard to case and spaces
    variant     TEXT NOT NULL,
    began_at    TEXT NOT NULL,    -- as the maker says, '' when not said; so is the next
    ended_at    TEXT NOT NULL,
    UNIQUE (maker, fold)
) STRICT;
CREATE INDEX batches_release ON batches (release);
CREATE INDEX batches_maker ON batches (maker);
CREATE INDEX batches_lot ON batches (lot_fold) WHERE lot_fold <> '';
CREATE INDEX batches_place ON batches (place) WHERE place <> '';

CREATE TABLE units (
    maker   TEXT NOT NULL,
    fold    TEXT NOT NULL,        -- serial without regard to case
    serial  TEXT NOT NULL,
    batch   INTEGER NOT NULL REFERENCES batches,
    ordinal INTEGER NOT NULL,     -- in the batch, from 1
    PRIMARY KEY (maker, fold)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX units_batch ON units (batch, ordinal);

-- What is known to be in units, and what is known not to be: a row for each run of
-- units and each line.
CREATE TABLE items (
    batch         INTEGER NOT NULL REFERENCES batches,
    entry         INTEGER NOT NULL REFERENCES entries, -- of the document that says it
    rank          INTEGER NOT NULL, -- 0 of the batch, 1 of a run, 2 of a unit, 3 of an event: the higher counts
    from_ordinal  INTEGER NOT NULL,
    to_ordinal    INTEGER NOT NULL,
    path          TEXT NOT NULL,    -- of the line, '' for what stands on none
    kind          TEXT NOT NULL,    -- '' for an item, a kind of deviation, or removed
    manufacturer  TEXT NOT NULL,    -- this and the next four of the part, '' where it is the BOM's
    mpn           TEXT NOT NULL COLLATE NOCASE,
    standard      TEXT NOT NULL COLLATE NOCASE,
    version       TEXT NOT NULL COLLATE NOCASE,
    file          TEXT NOT NULL,    -- digest
    lot           TEXT NOT NULL,
    lot_fold      TEXT NOT NULL,    -- lot without regard to case and spaces
    serial        TEXT NOT NULL,    -- of the part
    maker         TEXT NOT NULL,    -- of the unit or batch that it is; '' for a part
    made          TEXT NOT NULL,    -- serial of that unit, or name of that batch, as written
    fold          TEXT NOT NULL,    -- that without regard to case
    whole         INTEGER NOT NULL, -- 1 when it is from a batch, 0 when it is a unit
    child         INTEGER,          -- the batch of that unit, or that batch; NULL until it is registered
    child_ordinal INTEGER,          -- of the unit; NULL for a batch
    quantity      TEXT NOT NULL,
    detail        TEXT NOT NULL     -- JSON of the deviation, '' for others
) STRICT;
CREATE INDEX items_path ON items (batch, path, from_ordinal);
CREATE INDEX items_unit ON items (batch, rank, from_ordinal);
CREATE INDEX items_entry ON items (entry);
CREATE INDEX items_mpn ON items (mpn, batch) WHERE mpn <> '';
CREATE INDEX items_standard ON items (standard, batch) WHERE standard <> '';
CREATE INDEX items_version ON items (version, batch) WHERE version <> '';
CREATE INDEX items_file ON items (file, batch) WHERE file <> '';
CREATE INDEX items_lot ON items (lot_fold, batch) WHERE lot_fold <> '';
CREATE INDEX items_child ON items (child) WHERE child IS NOT NULL;
CREATE INDEX items_made ON items (maker, fold) WHERE maker <> '';

-- Build records in force, and those that others took the place of.
CREATE TABLE records (
    number    INTEGER PRIMARY KEY REFERENCES entries,
    digest    TEXT NOT NULL UNIQUE,
    batch     INTEGER NOT NULL REFERENCES batches,
    swaps     INTEGER NOT NULL,   -- 1 when it swaps units: what was recorded before it cannot be taken out by itself
    corrected INTEGER             -- entry of the record that takes its place, NULL while it is in force
) STRICT;
CREATE INDEX records_batch ON records (batch, number);

CREATE TABLE inspections (
    batch        INTEGER NOT NULL REFERENCES batches,
    entry        INTEGER NOT NULL REFERENCES entries,
    from_ordinal INTEGER NOT NULL,
    to_ordinal   INTEGER NOT NULL,
    inspection   TEXT NOT NULL    -- JSON
) STRICT;
CREATE INDEX inspections_unit ON inspections (batch, from_ordinal);
CREATE INDEX inspections_entry ON inspections (entry);

CREATE TABLE events (
    number    INTEGER PRIMARY KEY REFERENCES entries,
    digest    TEXT NOT NULL UNIQUE,
    batch     INTEGER NOT NULL REFERENCES batches,
    ordinal   INTEGER NOT NULL,
    event     TEXT NOT NULL,
    at        TEXT NOT NULL,
    remedies  TEXT NOT NULL,      -- advisory, '' for none
    counts    INTEGER NOT NULL,   -- 1 when its author is the maker, or the maker has confirmed it
    corrected INTEGER             -- entry of the event that takes its place, NULL while it is in force
) STRICT;
CREATE INDEX events_unit ON events (batch, ordinal, number);
CREATE INDEX events_remedies ON events (remedies) WHERE remedies <> '';

CREATE TABLE advisories (
    id       TEXT PRIMARY KEY,    -- pba-2026-7
    first    INTEGER NOT NULL REFERENCES entries,
    number   INTEGER NOT NULL,    -- entry of the document in force
    digest   TEXT NOT NULL,       -- of that
    issuer   TEXT NOT NULL,
    editor   INTEGER NOT NULL,    -- 1 when its author was a safety editor then
    status   TEXT NOT NULL,
    severity TEXT NOT NULL,
    title    TEXT NOT NULL,
    design   TEXT NOT NULL,       -- this and the rest are what it selects by, '' for what it does not
    mpn      TEXT NOT NULL COLLATE NOCASE,
    standard TEXT NOT NULL COLLATE NOCASE,
    lot      TEXT NOT NULL,       -- without regard to case and spaces
    firmware TEXT NOT NULL COLLATE NOCASE,
    file     TEXT NOT NULL,
    maker    TEXT NOT NULL,       -- of the batch or of the serials
    batch    TEXT NOT NULL        -- name without regard to case
) STRICT;
CREATE UNIQUE INDEX advisories_first ON advisories (first);
CREATE UNIQUE INDEX advisories_digest ON advisories (digest);

CREATE TABLE advisory_documents (
    number INTEGER PRIMARY KEY REFERENCES entries,
    id     TEXT NOT NULL REFERENCES advisories
) STRICT;

CREATE TABLE responses (
    number   INTEGER PRIMARY KEY REFERENCES entries,
    digest   TEXT NOT NULL UNIQUE,
    advisory TEXT NOT NULL REFERENCES advisories,
    name     TEXT NOT NULL,       -- in whose name it is said
    replaced INTEGER              -- entry of the answer that takes its place, NULL while it is in force
) STRICT;
CREATE INDEX responses_advisory ON responses (advisory, number);

-- Artifacts that documents other than releases name.
CREATE TABLE evidence (
    digest TEXT NOT NULL,
    number INTEGER NOT NULL REFERENCES entries,
    PRIMARY KEY (digest, number)
) STRICT, WITHOUT ROWID;

-- One row a design, with the text of its latest release.
CREATE VIRTUAL TABLE search USING fts5 (
    name, owner, title, keywords, function, parts,
    tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);

-- One row a part, found by any three letters of it. It keeps no text of its own.
CREATE VIRTUAL TABLE part_search USING fts5 (text, content = '', tokenize = "trigram");
