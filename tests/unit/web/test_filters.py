"""What a page shows under a filter is what a selection of the reader gives under it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import product
from typing import Any

import pytest
from tests.unit.pull.conftest import archive, own, publish_articles  # noqa: F401 - fixtures

from tearsheet.model import Document
from tearsheet.pull import Archive
from tearsheet.storage import Store
from tearsheet.tables import articles
from tearsheet.web import snapshot
from tearsheet.web.filters import Filter

FILTERS = [
    {},
    {"source": ("gazette",)},
    {"source": ("kurier",)},
    {"language": ("de", "en")},
    {"language": ("und",)},
    {"until": date(2026, 1, 30)},
    {"since": date(2026, 1, 31)},
    {"since": date(2026, 1, 31), "until": date(2026, 1, 31), "source": ("gazette", "kurier")},
    {"source": ("nobody",)},
]
EACH = [*product(FILTERS, (False, True))]


@pytest.mark.parametrize(("given", "stories"), EACH)
def test_pages_and_selections_agree(archive: Archive, given: dict[str, Any], stories: bool) -> None:  # noqa: F811
    asked = Filter(stories=stories, **given)
    shown = asked.of(snapshot.take(archive.store, None).articles("unrest"))
    selected = asked.on(archive.topic("unrest")).to_polars()
    there = zip(selected["night"], selected["document_id"], strict=True)
    assert {(str(row["night"]), row["document_id"]) for row in shown.to_dicts()} == {*there}
    assert shown["night"].to_list() == sorted(shown["night"], reverse=True)


def test_rows_are_kept_until_the_table_changes(own: Archive) -> None:  # noqa: F811
    taken = snapshot.take(own.store, None)
    again = taken.articles("unrest").filter(document_id=f"{1:020x}").to_dicts()
    assert [(row["captures"], row["versions"], row["copies"]) for row in again] == [(2, 2, 2), (2, 2, 2)]
    assert snapshot.take(own.store, taken).topics is taken.topics
    assert articles.remove(own.store, [f"{1:020x}"]) == 2
    later = snapshot.take(own.store, taken)
    assert later.version > taken.version
    assert later.articles("unrest").height == taken.articles("unrest").height - 2


def test_what_has_no_title_is_called_by_its_address(store: Store, make_document: Callable[..., Document]) -> None:
    named, nameless = make_document(1, title="A quay"), make_document(2, title=None)
    publish_articles(store, [(named, {}), (nameless, {})])
    shown = snapshot.take(store, None).articles("unrest")
    assert {*shown["title"]} == {"A quay", nameless.url}


def test_toggling_twice_changes_nothing() -> None:
    asked = Filter(source=("a",), language=("de",), since=date(2026, 1, 5))
    for kind, value in (("source", "a"), ("source", "b"), ("language", "de"), ("language", "kk")):
        changed = asked.toggled(kind, value)  # type: ignore[arg-type]
        assert changed != asked
        assert {*changed.toggled(kind, value).chosen(kind)} == {*asked.chosen(kind)}  # type: ignore[arg-type]
