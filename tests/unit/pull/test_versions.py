from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tearsheet.errors import ConfigError
from tearsheet.model import Document
from tearsheet.pull import Archive
from tearsheet.pull.versions import MOST_PAIRS, captures, changed, difference, identity, versions, versions_of
from tearsheet.storage import Store
from tearsheet.tables import documents
from tearsheet.tables.schema import to_arrow

ONE, DROP = f"{1:020x}", f"{6:020x}"
WORDS = st.lists(st.sampled_from(["quay", "wide", "3,000", "don't", ".", "暴動", "\n", "—"]), max_size=25)
Make = Callable[..., Document]


def test_an_article_that_was_changed_has_two_versions(own: Archive, store: Store, make_document: Make) -> None:
    for night, digest in (("2026-02-02", "sha256:b"), ("2026-02-03", "sha256:c")):
        row = make_document(1, night, text="Riots, they now say.", payload_digest=digest)
        documents.publish(store, "press", night, to_arrow([row]))
    nights = ["2026-01-30", "2026-02-01", "2026-02-02", "2026-02-03"]
    assert [row.night for row in captures(own, ONE)] == nights
    assert [(row.night, row.text) for row in versions(own, ONE)] == [
        ("2026-01-30", "Riots, they said. 暴動"),
        ("2026-02-02", "Riots, they now say."),
    ], "the page of 2026-02-01 was the same, byte for byte"


def test_what_is_no_article_has_none(archive: Archive) -> None:
    assert [row.outcome for row in captures(archive, DROP)] == ["drop.listing"]
    assert versions(archive, DROP) == versions(archive, "f" * 20) == captures(archive, "f" * 20) == []


@pytest.mark.parametrize(
    ("second", "count", "stands"),
    [
        ({"text": "B", "payload_digest": "sha256:b"}, 2, "A"),
        ({"text": "A", "payload_digest": "sha256:b"}, 1, "A"),
        ({"text": "B", "payload_digest": "sha256:a"}, 1, "A"),
        ({"text": "B", "payload_digest": "sha256:a", "extractor": "tearsheet/2 def"}, 1, "B"),
        ({"text": "B", "payload_digest": "sha256:b", "extractor": "tearsheet/2 def"}, 1, "B"),
        ({"outcome": "drop.empty", "payload_digest": "sha256:b"}, 1, "A"),
    ],
)
def test_digest_and_wording_under_one_extractor_decide(
    make_document: Make, second: dict[str, str], count: int, stands: str
) -> None:
    rows = [
        make_document(1, "2026-01-05", text="A", payload_digest="sha256:a"),
        make_document(1, "2026-01-06", **second),
    ]
    found = versions_of(rows)
    assert (len(found), found[0].text) == (count, stands)


def test_a_wording_that_comes_back_is_a_version_again(make_document: Make) -> None:
    nights = {"2026-01-05": "A", "2026-01-06": "B", "2026-01-07": "A", "2026-01-08": "A"}
    rows = [make_document(1, night, text=text, payload_digest=f"sha256:{night}") for night, text in nights.items()]
    assert [row.text for row in versions_of(rows)] == ["A", "B", "A"]


def test_words_that_changed_are_told_field_by_field(make_document: Make) -> None:
    old = make_document(1, title="Riots", text="Riots broke out.\nPolice said 3,000 came.", standfirst=None)
    new = make_document(
        1, title="Riots", text="Riots broke out.\nPolice said 4,000 people came. 暴動", standfirst="So."
    )
    told = [(each.field, each.kind, each.text) for each in difference(old, new)]
    assert told == [
        ("title", "same", "Riots"),
        ("standfirst", "inserted", "So."),
        ("text", "same", "Riots broke out.\nPolice said "),
        ("text", "deleted", "3,000 "),
        ("text", "inserted", "4,000 people "),
        ("text", "same", "came."),
        ("text", "inserted", " 暴動"),
    ]


def test_scripts_without_spaces_are_compared_by_characters() -> None:
    assert changed("東京で暴動", "大阪で暴動") == [("deleted", "東京"), ("inserted", "大阪"), ("same", "で暴動")]


@given(old=WORDS, new=WORDS)
def test_nothing_is_lost(old: list[str], new: list[str]) -> None:
    before, after = " ".join(old), " ".join(new)
    runs = changed(before, after)
    assert "".join(text for kind, text in runs if kind != "deleted") == after
    assert "".join(text for kind, text in runs if kind != "inserted") == before
    if before == after:
        assert {kind for kind, _ in runs} <= {"same"}


def test_passages_that_are_too_long_are_told_as_a_whole() -> None:
    long = " ".join(f"a{n}" for n in range(MOST_PAIRS // 1000))
    other = " ".join(f"b{n}" for n in range(1001))
    assert changed(long, other) == [("deleted", long), ("inserted", other)]


def test_an_address_or_an_id_names_a_document() -> None:
    assert identity("https://www.gazette.example/a?utm_source=x") == identity("http://gazette.example/a")
    assert identity(ONE) == ONE
    with pytest.raises(ConfigError, match="neither an address"):
        identity("gazette")
