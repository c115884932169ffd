"""The index follows the rows: what changed is built, the rest stays, whoever builds at the same time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.unit.search.conftest import Publish, publish

from tearsheet import search
from tearsheet.model import Document
from tearsheet.search import manifest
from tearsheet.search.refresh import MOST_BUILDS
from tearsheet.storage import Store
from tearsheet.tables import articles, maintenance

Make = Callable[..., Document]
INDEX = "search/ports/index.json"


def keys(store: Store) -> set[str]:
    return {info.key for info in store.list("search/")}


def total(store: Store, query: str) -> int:
    return search.search(store, query).total


def test_a_refresh_with_nothing_new_writes_nothing(store: Store, published: Publish, make_document: Make) -> None:
    done = published("ports", make_document(1, text="The quay."))
    assert (done.months, done.articles) == (("2026-01",), 1)
    before, etag = keys(store), store.version(INDEX).etag
    assert search.refresh(store, "ports").months == ()
    assert (keys(store), store.version(INDEX).etag) == (before, etag)


def test_a_night_is_built_alone_until_its_month_has_too_many(
    store: Store, published: Publish, make_document: Make
) -> None:
    sizes = []
    for day in range(1, MOST_BUILDS + 3):
        done = published("ports", make_document(day, f"2026-01-{day:02}", text="The quay."))
        held, _ = manifest.load(store, "ports")
        assert held is not None
        sizes.append([build.rows for build in held.months["2026-01"]])
        assert (done.articles, total(store, "quay")) == (day, day)
    most = MOST_BUILDS
    assert sizes == [*([1] * n for n in range(1, most + 1)), [most + 1], [most + 1, 1]]
    published("ports", make_document(99, "2026-02-01", text="The quay."))
    held, _ = manifest.load(store, "ports")
    assert held is not None
    assert [[build.rows for build in builds] for builds in held.months.values()] == [[most + 2], [1]]
    assert keys(store) == held.keys("ports") | {INDEX}


def test_a_night_that_is_published_again_is_found_as_it_is_now(
    store: Store, published: Publish, make_document: Make
) -> None:
    other = make_document(2, "2026-01-06", text="A quay elsewhere.")
    published("ports", make_document(1, text="The quay."))
    published("ports", other)
    held, _ = manifest.load(store, "ports")
    assert held is not None
    kept = held.months["2026-01"][1]
    published("ports", make_document(1, text="The crane."), mark=2)
    assert (total(store, "quay"), total(store, "crane")) == (1, 1)
    held, _ = manifest.load(store, "ports")
    assert held is not None
    assert kept in held.months["2026-01"]
    articles.remove(store, [other.document_id])
    assert search.stale(store, "ports") == ("2026-01",)
    assert search.refresh(store, "ports").articles == 1
    assert (total(store, "quay"), search.stale(store, "ports"), search.left(store, "ports")) == (0, (), [])


def test_rows_that_only_moved_to_other_files_keep_their_build(
    store: Store, published: Publish, make_document: Make
) -> None:
    publish(store, "ports", [make_document(1, "2026-01-05", text="The quay.")])
    published("ports", make_document(2, "2026-01-06", text="The quay."))
    before = keys(store)
    assert maintenance.compact(store)["articles"] == 2
    assert search.stale(store, "ports") == ("2026-01",)
    search.refresh(store, "ports")
    assert (keys(store), search.stale(store, "ports"), total(store, "quay")) == (before, (), 2)


def test_a_refresh_during_which_another_ran_looks_again(store: Store, make_document: Make) -> None:
    publish(store, "ports", [make_document(1, "2026-01-05", text="The quay.")])
    publish(store, "ports", [make_document(2, "2026-02-05", text="The quay.")])
    others: list[search.Refreshed] = []

    def another(month: str) -> None:
        if not others:
            others.append(search.refresh(store, "ports"))
            publish(store, "ports", [make_document(3, "2026-03-05", text="The quay.")])

    refreshed = search.refresh(store, "ports", on_month=another)
    assert (others[0].articles, refreshed.articles) == (2, 3)
    assert (search.stale(store, "ports"), search.left(store, "ports"), total(store, "quay")) == ((), [], 3)


def test_refreshes_in_several_threads_end_alike(store: Store, make_document: Make) -> None:
    publish(store, "ports", [make_document(month, f"2026-0{month}-05", text="The quay.") for month in (1, 2, 3)])
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: search.refresh(store, "ports"), range(4)))
    assert {each.articles for each in done} == {3}
    assert (search.stale(store, "ports"), search.left(store, "ports"), total(store, "quay")) == ((), [], 3)


def test_a_build_that_is_gone_or_damaged_is_told_and_made_anew(
    store: Store, published: Publish, make_document: Make
) -> None:
    published(
        "ports", make_document(1, "2026-01-05", text="The quay."), make_document(2, "2026-02-05", text="The quay.")
    )
    assert search.lost(store, "ports") == ()
    held, _ = manifest.load(store, "ports")
    assert held is not None
    january, february = (builds[0].id for builds in held.months.values())
    store.delete([f"search/ports/2026-01/{january}.tar"])
    store.put(f"search/ports/2026-02/{february}.jsonl.zst", b"other")
    assert search.lost(store, "ports") == ("2026-01", "2026-02")
    assert search.refresh(store, "ports", anew=search.lost(store, "ports")).months == ("2026-01", "2026-02")
    assert (search.lost(store, "ports"), search.left(store, "ports"), total(store, "quay")) == ((), [], 2)


def test_an_index_of_another_format_is_made_anew(store: Store, published: Publish, make_document: Make) -> None:
    published("ports", make_document(1, text="The quay."))
    old = manifest.Manifest(format="0").model_dump_json().encode()
    store.put(INDEX, old)
    assert search.stale(store, "ports") == ("2026-01",)
    search.refresh(store, "ports")
    assert total(store, "quay") == 1


@pytest.mark.parametrize("topic", ["ports", "ships"])
def test_each_topic_has_its_own(store: Store, published: Publish, make_document: Make, topic: str) -> None:
    published("ports", make_document(1, text="The quay."))
    published("ships", make_document(2, text="The quay."))
    assert search.indexed(store) == ["ports", "ships"]
    assert search.search(store, "quay", topics=[topic]).hits[0].topic == topic
