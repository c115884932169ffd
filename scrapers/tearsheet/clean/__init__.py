"""Blocks in, the article and nothing but the article out, with a ledger of all that was cut and why."""
