// Package schema says what a Patternbook document is: its kinds, the names,
// versions, references and digests in it, its canonical bytes, and the kinds of
// error that every room of the project speaks.
//
// # Documents
//
// A document is what an author said, for ever. It is a JSON object with a kind
// and an author, named by the SHA-256 of its canonical bytes (RFC 8785). It
// holds no clock of the server and no signature, so saying the same again gives
// the same digest and every write can be repeated without harm. A yank, whole:
//
//	{"author":"ada","follows":"sha256:2c26…","kind":"release_status",
//	 "reason":"clamp cracks at 40 mm","release":"sha256:2c26…","status":"yanked"}
//
// (line breaks are for the reader; the canonical form has none). Numbers are
// integers within ±(2^53−1); quantities are decimals written as strings, times
// are RFC 3339 in UTC, licences are SPDX expressions. Each document has exactly
// one form: members that a type always writes are written even when empty, the
// others are left out when empty, and [Decode] refuses any other spelling. That
// is what lets a digest stand for the meaning and not for a spelling of it.
//
// # Where to start
//
// [Decode] and [Encode] in document.go, then [Release] in release.go, the
// document that all the others are about. The bill of materials has a room of
// its own, package bom. OKH manifests, from which releases are drafted, are
// read by [ReadManifest].
//
// Package schema does no I/O and imports nothing else of this project.
package schema
