"""What is wrong with a configuration, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Place(NamedTuple):
    """A position in a file; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One thing to mend: in a file, or in an environment variable (then ``file`` is its name and there is no place).

    ``key`` is dotted (``sources[new-american].country``) and empty where the whole file is meant.
    """

    file: str
    place: Place | None = None
    key: str = ""
    message: str

    def __str__(self) -> str:
        """``config/topics/x.yaml:7: query: what is wrong``."""
        where = f"{self.file}:{self.place.line}" if self.place else self.file
        return ": ".join(part for part in (where, self.key, self.message) if part)
