// Package registry is the service: the rules of Patternbook, with one method of
// [Service] for each thing that a user can do.
//
// A write runs in the one writer (writer.go): it checks the rules against the
// index, applies what it says, is appended to the ledger, and is answered once
// the ledger's commit is durable. A read asks the index alone.
//
// Imports schema, bom, artifacts and the rooms below it: ledger, vault, index,
// sqlite. It knows no HTTP and no SQL. Start reading at [Service.Publish].
package registry
