"""What of an article is shown for a query: the headline and the passage that hold most of its words, with marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tearsheet.model import Evidence
from tearsheet.search.build import fields
from tearsheet.select.query import Query

SHOWN = ("title", "standfirst", "text")
LENGTH = 240
"""Code points of a passage, at most, without what says that there is more of it."""
_LEAD, _CUT = 60, "…"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage of a field; ``marks`` are offset and length, in code points of the passage, of what matched."""

    field: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()


def snippets(query: Query, row: Mapping[str, Any]) -> tuple[Snippet, ...]:
    """One passage of each field that matched of headline, standfirst and text; else the text's first words."""
    evidence = query.match(fields(row)) or ()
    by_field = {name: [each for each in evidence if each.field == name] for name in SHOWN}
    found = [_passage(name, row[name], of) for name, of in by_field.items() if of]
    if not any(snippet.field != "title" for snippet in found) and row["text"]:
        found.append(_passage("text", row["text"], ()))
    return tuple(found)


def _passage(field: str, text: str, evidence: Sequence[Evidence]) -> Snippet:
    start, end = _window(text, evidence)
    before, after = _CUT + " " if start else "", " " + _CUT if end < len(text) else ""
    marks = [
        (each.offset - start + len(before), each.length)
        for each in evidence
        if start <= each.offset and each.offset + each.length <= end
    ]
    passage = text[start:end].replace("\n", " ")
    return Snippet(field, f"{before}{passage}{after}", tuple(_apart(marks)))


def _window(text: str, evidence: Sequence[Evidence]) -> tuple[int, int]:
    """Where most matches stand within ``LENGTH``, between blanks where there are some."""
    if len(text) <= LENGTH:
        return 0, len(text)

    def held(first: Evidence) -> int:
        return sum(
            first.offset <= each.offset and each.offset + each.length <= first.offset + LENGTH - _LEAD
            for each in evidence
        )

    best = max(evidence, key=held, default=None)
    start = 0 if best is None else max(0, min(best.offset - _LEAD, len(text) - LENGTH))
    end = start + LENGTH
    if start and (blank := text.find(" ", start, start + _LEAD)) > 0:
        start = blank + 1
    if end < len(text) and (blank := text.rfind(" ", end - _LEAD // 2, end)) > 0:
        end = blank
    return start, end


def _apart(marks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Marks that do not overlap, in order."""
    kept: list[tuple[int, int]] = []
    for offset, length in sorted(marks):
        if not kept or offset >= sum(kept[-1]):
            kept.append((offset, length))
    return kept
