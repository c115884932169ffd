"""One archived page in, what it says of itself out: text as blocks, metadata, kind, access, rights."""
