package bom

func readPlain(f input) (*BOM, error) { return readDelimited(f) }
