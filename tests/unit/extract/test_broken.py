"""Whatever the bytes: a page is read, or refused with RecordError, and nothing else happens."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.extract.press import FETCHED_AT, PARAGRAPHS, TITLE, URL, extract, page

from tearsheet.errors import RecordError
from tearsheet.extract.page import Extraction
from tearsheet.model import ARTICLE

WHOLE = page("<meta name='author' content='Odile Farrant'>").encode()
DEPTH = 100_000
LINKED_DATA = (
    """<script type='application/ld+json'>|{"@type":"NewsArticle","headline":["|"@graph":[[[|null|]}|</script>"""
)
DATED = (
    """<meta property='article:published_time' content='|9999-99-99T99:99:99Z|0001-01-01T00:00+23:59|<time datetime='"""
)
TAGS = """<p>|</p>|<div class='|'>|<a href='http://[|<h1>|</h1>|<table><tr><td>|<li>|<!--|-->|<title>|<html lang='"""
HEAD = """<meta name='author' content='|<link rel='canonical' href='|<base href='//'>|&#0;|&#xD800;"""
PIECES = [
    *(piece for pieces in (LINKED_DATA, DATED, TAGS, HEAD) for piece in pieces.split("|")),
    *("\x00", "\x1b$B", "\ufffe", "🦭", "مدينة", *PARAGRAPHS),
]


def _kind(body: bytes) -> str:
    """The page's kind; a refusal must name the page."""
    try:
        return extract(body).kind
    except RecordError as refused:
        return "refused" if URL in str(refused) else ARTICLE


def _text(found: Extraction) -> str:
    return "\n".join(block.text for block in found.blocks)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"   \n\t ", id="white space"),
        pytest.param(b"\x00" * 5000, id="zeros"),
        pytest.param(b"%PDF-1.7\n" + bytes(range(256)) * 20, id="binary"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, id="picture"),
        pytest.param(b"{}", id="json"),
        pytest.param(b"<", id="one bracket"),
        pytest.param(b"<!--" + b"x" * 5000, id="open comment"),
        pytest.param(b"\xff\xfe", id="byte order mark"),
    ],
)
def test_what_is_no_page_is_no_article(body: bytes) -> None:
    assert _kind(body) != ARTICLE


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_truncated_page_gives_what_is_left_of_it(share: float) -> None:
    cut = WHOLE[: int(len(WHOLE) * share)]
    with suppress(RecordError):
        found = extract(cut)
        assert all(block.text in " ".join(PARAGRAPHS) or block.text == TITLE for block in found.blocks)


@pytest.mark.parametrize("tag", ["div", "span", "b", "ul><li", "table><tr><td", "blockquote"])
def test_elements_too_deep_for_any_parser(tag: str) -> None:
    """Never a crash of the process, and never another exception."""
    deep = "".join(f"<{tag}>" for _ in range(DEPTH))
    with suppress(RecordError):
        assert isinstance(extract(f"<html><body>{deep}<p>{PARAGRAPHS[0]}"), Extraction)


def test_zeros_inside_a_page_do_not_end_it() -> None:
    found = extract(WHOLE.replace(b"</p>", b"\x00</p>\x00"))
    assert found.kind == ARTICLE
    assert PARAGRAPHS[-1] in _text(found)


def test_a_huge_attribute_is_no_text() -> None:
    found = extract(page(below=f'<img alt="" src="data:image/png;base64,{"A" * 2_000_000}">'))
    assert [block.text for block in found.blocks][-1] == PARAGRAPHS[-1]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        pytest.param("utf-8", "iso-8859-1", id="UTF-8 declared as Latin 1"),
        pytest.param("utf-8", "no-such-charset", id="unknown charset"),
        pytest.param("utf-16", None, id="UTF-16 with a byte order mark"),
        pytest.param("cp1251", "windows-1251", id="Cyrillic as declared by the header"),
    ],
)
def test_characters_are_read_whatever_is_declared(encoding: str, declared: str | None) -> None:
    said = "Старый мост через Таволгу закрыли для машин и пешеходов, и паром пустят не раньше апреля."
    html = page(attributes="").replace(PARAGRAPHS[0], said)
    headers = {"Content-Type": f"text/html; charset={declared}"} if declared else {}
    for paragraph in PARAGRAPHS:
        html = html.replace(paragraph, said + said)
    assert said in _text(extract(html.encode(encoding), headers=headers))


def test_the_same_page_says_the_same_twice() -> None:
    assert extract(WHOLE) == extract(WHOLE)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=30), max_size=30).map("".join))
def test_anything_is_read_or_refused(html: str) -> None:
    body = html.encode("utf-8", "surrogatepass")
    try:
        found = extract(body)
    except RecordError:
        return
    assert found.kind
    assert all(block.text and block.text == " ".join(block.text.split()) for block in found.blocks)
    assert all(0 <= block.linked <= 1 for block in found.blocks)
    assert all(day is None or day <= FETCHED_AT for day in (found.published_at, found.modified_at))
    assert extract(body) == found
