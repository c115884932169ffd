"""Another query of a topic, tried over the archive before it is put in place: what it gains, loses, and is worth."""

from __future__ import annotations

from tearsheet.backtest.compare import CHANGES, Change, Comparison, Match, compare
from tearsheet.backtest.labels import Precision, precisions, read_labels, write_sample

__all__ = [
    "CHANGES",
    "Change",
    "Comparison",
    "Match",
    "Precision",
    "compare",
    "precisions",
    "read_labels",
    "write_sample",
]
