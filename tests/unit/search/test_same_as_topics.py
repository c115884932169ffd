"""What search finds is what the query matches, in any script, whatever the query is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.unit.search.conftest import publish

from tearsheet import search
from tearsheet.config.models import StoreSettings
from tearsheet.model import Document
from tearsheet.search.build import fields
from tearsheet.select import parse
from tearsheet.storage import Store
from tearsheet.storage.embedded import EmbeddedStore
from tearsheet.tables.schema import to_arrow

WORDS = [
    "gas", "price", "prices", "Gás", "collective", "security", "covid-19", "l'Europe", "a", "b", "12",
    "Қазақстан", "ёлка", "Ёлки", "كازاخستانُ", "ΑΘΗΝΑ", "Straße", "İstanbul", "कज़ाख़स्तान",
    "中国", "国人", "人民", "中", "国", "人", "iPhone手机", "手机x", "รัสเซีย", "한국", "は", "ﬁ", "half\u00adway",
    "x" * 70, "x" * 30 + "y" * 40,
]  # fmt: skip
JOINTS = [" ", " ", " ", ", ", "\n", "", "-", "。", "_", ". ", "\u3000"]
WILD = [
    "ga*", "*as", "pr?ce", "pric*", "*e", "c*y", "k*", "қаз*", "*стан", "x*", "x*y", "*x*y*", "中*", "*国",
    "中?", "?国", "中?民", "手*x", "i*手机", "a*中", "한*", "1?",
]  # fmt: skip


def texts() -> st.SearchStrategy[str]:
    joined = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(JOINTS)), max_size=8)
    return joined.map(lambda parts: "".join(word + joint for word, joint in parts))


def quoted() -> st.SearchStrategy[str]:
    inner = st.lists(st.sampled_from([*WORDS, *WILD]), min_size=1, max_size=3).map(" ".join)
    return inner.map(lambda words: f'"{words}"')


def near() -> st.SearchStrategy[str]:
    words = st.lists(
        st.sampled_from(["gas", "price", "a", "b", "中", "国", "pric*"]), min_size=2, max_size=3, unique=True
    )
    return st.tuples(words.map(" ".join), st.integers(1, 6)).map(lambda each: f'"{each[0]}"~{each[1]}')


def whole() -> st.SearchStrategy[str]:
    return st.sampled_from(
        [
            "source:gazette",
            "source:g*",
            "source:new-*",
            "source:?ew-york",
            "lang:en",
            "lang:?n",
            "source:*e*",
            "lang:zh",
        ]
    )


def queries() -> st.SearchStrategy[str]:
    bare = st.one_of(st.sampled_from(WORDS), st.sampled_from(WILD), quoted(), near())
    named = st.tuples(st.sampled_from(["title", "standfirst", "text", "tag", "author", "section"]), bare)
    leaf = st.one_of(bare, bare, named.map(":".join), whole())

    def grown(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        joined = st.lists(parts, min_size=2, max_size=3)
        either, every = joined.map(" OR ".join), joined.map(" AND ".join)
        without = st.tuples(parts, parts).map(lambda pair: f"{pair[0]} AND NOT {pair[1]}")
        return st.one_of(either, every, without).map(lambda inner: f"({inner})")

    return st.recursive(leaf, grown, max_leaves=5)


def values() -> st.SearchStrategy[dict[str, Any]]:
    several = st.lists(texts(), max_size=3).map(tuple)
    return st.fixed_dictionaries(
        {
            "title": texts(),
            "standfirst": st.none() | texts(),
            "text": texts(),
            "tags": several,
            "authors": several,
            "section": st.none() | texts(),
            "source": st.sampled_from(["gazette", "new-york", "kurier"]),
            "language": st.sampled_from([None, "en", "zh"]),
        }
    )


@pytest.fixture(scope="module")
def shared(embedded: EmbeddedStore) -> Iterator[Store]:
    """One store for all examples; each has a topic of its own."""
    with Store(f"{embedded.url}/same-{uuid4().hex[:12]}", settings=StoreSettings(), access=embedded.access) as store:
        yield store


def expected(query: str, rows: Mapping[str, Mapping[str, Any]]) -> set[str]:
    parsed = parse(query)
    return {name for name, row in rows.items() if parsed.match(fields(row)) is not None}


TOPICS = count()


@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(given_values=st.lists(values(), min_size=1, max_size=25), asked=st.lists(queries(), min_size=10, max_size=25))
def test_search_finds_what_the_query_matches(
    shared: Store, make_document: Callable[..., Document], given_values: list[dict[str, Any]], asked: list[str]
) -> None:
    topic = f"t{next(TOPICS)}"
    documents = [
        make_document(number, f"2026-0{1 + number % 3}-05", **each) for number, each in enumerate(given_values)
    ]
    publish(shared, topic, documents)
    search.refresh(shared, topic)
    rows = {row["document_id"]: row for row in to_arrow(documents).to_pylist()}
    for query in asked:
        found = search.matches(shared, [topic], query)["document_id"].to_list()
        assert sorted(found) == sorted(expected(query, rows)), query


PARTED = [
    "中国",
    "中 国",
    "中，国人",
    "国 中",
    "a中",
    "a 中",
    "中\n国",
    "gas\nprice",
    "gas price",
    "gas, price",
    "x" * 70,
]
ASKED = [
    "中国",
    '"中 国"',
    '"a 中"',
    "a中",
    '"gas price"',
    "国人",
    "中国人",
    "x*",
    "x*x",
    "中*人",
    '"price gas"~1',
    '"国 中"~1',
]


def test_what_parts_words_parts_them_for_both(shared: Store, make_document: Callable[..., Document]) -> None:
    documents = [make_document(number, text=text, title="") for number, text in enumerate(PARTED)]
    publish(shared, "parted", documents)
    search.refresh(shared, "parted")
    rows = {row["document_id"]: row for row in to_arrow(documents).to_pylist()}
    for query in ASKED:
        found = search.matches(shared, ["parted"], query)["document_id"].to_list()
        assert sorted(found) == sorted(expected(query, rows)), query
