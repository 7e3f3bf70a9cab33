// Package sheet reads spreadsheets: Office Open XML workbooks (XLSX, ECMA-376)
// and OpenDocument spreadsheets (ODS, and flat as FODS), as sheets of rows of
// cells. It knows nothing of what the cells mean.
//
// [Open] looks into the bytes of a file, [Book.Walk] goes through its sheets. A
// cell has the text that a person would copy from it: numbers in plain decimal
// notation with the 15 significant digits that spreadsheets keep, dates as ISO
// 8601 writes them, formulas as the value that was saved with them.
//
// Nothing is calculated, no link is followed, and XML with a document type is
// refused, so that no entity is ever expanded. What is unpacked, and what is
// given to the caller, is bounded by the constants of this package.
package sheet
