-- Codes by which the holder of an account gets in again without its password. Each
-- is good once.
CREATE TABLE recovery_codes (
    account TEXT NOT NULL REFERENCES accounts (name),
    hash    BLOB NOT NULL, -- SHA-256 of the account's name, a zero byte and the code
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;
