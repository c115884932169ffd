"""docs/query-language.md says nothing that does not hold: its tables and its Python run here."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from tearsheet.errors import QueryError
from tearsheet.select import FIELDS, parse

PAGE = Path(__file__).parents[3] / "docs" / "query-language.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.read_text("utf-8").splitlines()
    if line[:1] == "|"
]
CODE = re.compile(r"`([^`]+)`")


def _examples() -> list[tuple[str, str, str]]:
    rows = [row for row in ROWS if len(row) == 4 and CODE.match(row[0])]
    return [(query, CODE.findall(row[2])[0], CODE.findall(row[3])[0]) for row in rows for query in CODE.findall(row[0])]


def _refusals() -> list[tuple[str, str]]:
    return [
        (CODE.findall(row[0])[0], row[1]) for row in ROWS if len(row) == 2 and CODE.match(row[0]) and row[0][-2] != ":"
    ]


def test_the_page_has_its_tables() -> None:
    assert len(_examples()) > 20
    assert len(_refusals()) > 15


@pytest.mark.parametrize(("query", "selects", "passes_over"), _examples())
def test_examples(query: str, selects: str, passes_over: str) -> None:
    assert parse(query).match({"text": selects})
    assert parse(query).match({"text": passes_over}) is None


@pytest.mark.parametrize(("query", "why"), _refusals())
def test_refusals(query: str, why: str) -> None:
    with pytest.raises(QueryError, match=re.escape(why)):
        parse(query)


def test_every_field_is_documented() -> None:
    assert sorted(row[0].strip("`:") for row in ROWS if row[0][-2:] == ":`") == sorted(FIELDS)


def test_python() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    test = doctest.DocTestParser().get_doctest(code, {}, PAGE.name, str(PAGE), 0)
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0
