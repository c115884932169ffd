"""Dedupe: which articles tell the same story in the same words. Nothing is thrown away, everything is marked."""
