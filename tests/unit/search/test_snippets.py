"""A passage says where it is part of a text, and its marks stand on the words that match."""

from __future__ import annotations

import pytest

from tearsheet.search.snippets import LENGTH, snippets
from tearsheet.select import parse

FILLED = "The council met again and went home again. " * 20


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("The harbour is closed.", "", ""),
        (f"The harbour is closed. {FILLED}", "", " …"),
        (f"{FILLED}The harbour is closed. {FILLED}", "… ", " …"),
        (f"{FILLED}The harbour is closed.", "… ", ""),
    ],
    ids=["whole", "head", "middle", "tail"],
)
def test_a_passage_has_dots_where_the_text_goes_on(text: str, before: str, after: str) -> None:
    row = {"title": "Nothing", "standfirst": None, "text": text, "language": "en", "source": "gazette", "authors": []}
    (passage,) = snippets(parse("harbour"), row | {"section": None, "tags": [], "url": "https://gazette.example/1"})
    assert passage.field == "text"
    assert (passage.text.startswith("…"), passage.text.endswith("…")) == (bool(before), bool(after))
    assert len(passage.text) <= LENGTH + len(before) + len(after)
    assert [passage.text[at : at + length] for at, length in passage.marks] == ["harbour"]
