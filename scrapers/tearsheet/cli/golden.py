"""Golden pages beside what they say now, field by field: for ``tearsheet record --update`` and ``tearsheet check``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import unified_diff
from functools import cache
from pathlib import Path
from typing import Any

from rich.text import Text

from tearsheet.cli.render import print_json
from tearsheet.cli.terminal import Console
from tearsheet.config import load
from tearsheet.errors import ExpectationError
from tearsheet.golden import Difference, GoldenPage, golden_pages
from tearsheet.model import SourceRule

COLOURS = {"-": "red", "+": "green"}
Rules = Callable[[str | None], tuple[SourceRule, ...]]


def rules_of(config: Path) -> Rules:
    """The rules of a source by its id; the configuration is read when the first page names one."""

    @cache
    def rules(source: str | None) -> tuple[SourceRule, ...]:
        declared = load(config).source(source).rules if source else ()
        return tuple(each.rule for each in declared)

    return rules


def said(page: GoldenPage, rules: Rules) -> dict[str, Any]:
    """What a page says now, under the rules of its source."""
    return page.found(rules(page.meta().source))


def check_pages(folder: Path, config: Path, *, as_json: bool) -> None:
    """Show what golden pages say that is not expected.

    Raises:
        ExpectationError: there is any.
    """
    rules = rules_of(config)
    differing = {page.name: page.differences(said(page, rules)) for page in golden_pages(folder)}
    tell(differing, as_json=as_json)
    if wrong := [name for name, differences in differing.items() if differences]:
        raise ExpectationError(
            f"{len(wrong)} of {len(differing)} golden pages do not say what is expected: {', '.join(wrong)}; "
            f"where they are right, `tearsheet record --update --pages {folder} {' '.join(wrong)}`"
        )


def tell(differing: Mapping[str, Sequence[Difference]], *, as_json: bool) -> None:
    """Print pages with their differences, for people or for machines."""
    if as_json:
        return print_json({"pages": _as_json(differing)})
    console = Console()
    for name, differences in differing.items():
        _show(console, name, differences)
    return None


def _as_json(differing: Mapping[str, Sequence[Difference]]) -> list[dict[str, Any]]:
    return [
        {
            "page": name,
            "differences": [
                {"field": d.field, "expected": d.expected, "found": d.found, "known_failure": d.known_failure}
                for d in differences
            ],
        }
        for name, differences in differing.items()
    ]


def _show(console: Console, name: str, differences: Sequence[Difference]) -> None:
    """A page's differences for people: what was expected in red, what is said in green."""
    console.print(Text.assemble((name, "bold"), "" if differences else ("  as expected", "dim")))
    for difference in differences:
        if difference.known_failure:
            console.print(Text(f"  {difference.field}: is right now; take it out of known_failures", style="green"))
        else:
            console.print(Text(f"  {difference.field}", style="bold"))
            for line in _changed(difference):
                console.print(line, soft_wrap=True)


def _changed(difference: Difference) -> Iterator[Text]:
    """The lines that differ, marked as in a unified diff, with one of those around them."""
    lines = unified_diff(_lines(difference.expected), _lines(difference.found), n=1, lineterm="")
    for line in list(lines)[2:]:
        if not line.startswith("@@"):
            yield Text(f"    {line}", style=COLOURS.get(line[0], "dim"))


def _lines(value: Any) -> list[str]:
    """A value by lines: an item of a list a line, and none for nothing."""
    if value is None:
        return []
    return [_line(item) for item in value] if isinstance(value, list) else [_line(value)]


def _line(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
