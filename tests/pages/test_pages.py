"""Every field of every golden page is right: one result a page and field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.pages.golden import FIELDS, NAMES, expected, found, meta


def _cases() -> Iterator[Any]:
    """Each page and field; what is known to fail must fail, so that an improvement shows."""
    for name in NAMES:
        known = meta(name).known_failures
        for field in FIELDS:
            marks = [pytest.mark.xfail(reason=known[field], strict=True)] if field in known else []
            yield pytest.param(name, field, id=f"{name}-{field}", marks=marks)


@pytest.mark.parametrize(("name", "field"), list(_cases()))
def test_page(name: str, field: str) -> None:
    right, is_said = expected(name).get(field, "nothing is expected yet"), found(name)[field]
    assert is_said == right, f"if the page says so, run: tearsheet record --update {name}, then read git diff"


@pytest.mark.parametrize("name", NAMES)
def test_folder(name: str) -> None:
    """A folder says something of each field, and fails in none that there is not."""
    assert tuple(expected(name)) == FIELDS, f"mend it with: tearsheet record --update {name}"
    assert set(meta(name).known_failures) <= set(FIELDS), "known_failures in meta.json names a field that there is not"


def test_the_set_is_wide() -> None:
    rows = [expected(name) for name in NAMES]
    assert len(rows) >= 60
    assert len({row["language"] for row in rows}) >= 28
    assert {row["access"] for row in rows} >= {"open", "metered", "paywalled", "unknown"}
    assert any(row["outcome"].startswith("drop.") for row in rows)
    assert sum(len(meta(name).known_failures) for name in NAMES) <= len(rows), "known failures are exceptions"
