-- Documents by digest, with the entry that made each count. Nothing is ever removed.
CREATE TABLE entries (
    number   INTEGER PRIMARY KEY,  -- position in the ledger, from 0, without gaps
    entry    BLOB NOT NULL,        -- canonical JSON; these bytes are the leaf
    document TEXT NOT NULL UNIQUE  -- digest, in documents
) STRICT;

CREATE TABLE documents (
    digest TEXT PRIMARY KEY,  -- sha256:<hex>
    bytes  BLOB NOT NULL      -- canonical JSON of a document, or a DSSE envelope
) STRICT;

-- The hashes of the Merkle tree, complete subtrees only.
CREATE TABLE hashes (
    position INTEGER PRIMARY KEY,  -- as golang.org/x/mod/sumdb/tlog.StoredHashIndex counts
    hash     BLOB NOT NULL         -- 32 bytes
) STRICT;
