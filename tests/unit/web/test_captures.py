from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.unit.pull.conftest import own  # noqa: F401 - a fixture

from tearsheet.model import Document
from tearsheet.pull import Archive
from tearsheet.storage import Store
from tearsheet.tables import delta, documents
from tearsheet.tables.schema import to_arrow
from tearsheet.web import catalogue, places
from tearsheet.web.catalogue import Catalogue
from tearsheet.web.views.article import captures

ONE, FIVE = f"{1:020x}", f"{5:020x}"


def test_every_row_of_a_document_is_found_in_its_nights(own: Archive, store: Store) -> None:  # noqa: F811
    found = places.take(store, None)

    assert found.of("f" * 20) is None
    read = [(row.night, row.text) for row in captures(Catalogue(own), ONE)]
    assert read == [("2026-01-30", "Riots, they said. 暴動"), ("2026-02-01", "Riots, they now say.")]
    assert places.take(store, found).rows is found.rows


def test_a_page_is_read_though_the_files_it_knew_are_gone(
    own: Archive,  # noqa: F811
    store: Store,
    make_document: Callable[..., Document],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(catalogue, "SNAPSHOT_SECONDS", 3600.0)
    shown = Catalogue(own)
    assert len(captures(shown, FIVE)) == 1
    known = delta.files(store, documents.TABLE)

    rows = [make_document(5, "2026-02-01", text="Worded otherwise.", payload_digest="sha256:x")]
    documents.publish(store, "press", "2026-02-01", to_arrow(rows))
    store.delete(known - delta.files(store, documents.TABLE))

    assert [row.text for row in captures(shown, FIVE)] == ["Worded otherwise."]
