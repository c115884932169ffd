"""Typed configuration: what stands in config/collections/*.yaml, config/topics/*.yaml and config/tearsheet.yaml.

An unknown key, a wrong type or a contradiction is a problem with file, line and key, and all of them are told at once.
"""

from __future__ import annotations

from tearsheet.config.load import Reading, examine, load, load_settings
from tearsheet.config.problems import Place, Problem
from tearsheet.config.publication import digest, public
from tearsheet.config.schema import schemas
from tearsheet.config.starters import starter

__all__ = [
    "Place",
    "Problem",
    "Reading",
    "digest",
    "examine",
    "load",
    "load_settings",
    "public",
    "schemas",
    "starter",
]
