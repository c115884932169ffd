"""What Trafilatura drops between two paragraphs of an article comes back."""

from __future__ import annotations

from tests.unit.extract.press import PARAGRAPHS, TITLE, extract

FIRST, SECOND, THIRD, FOURTH = PARAGRAPHS


def texts(story: str) -> list[str]:
    """The lines of an article with that body."""
    html = f"<html lang='en'><body><main><article><h1>{TITLE}</h1><div>{story}</div></article></main></body></html>"
    return [block.text for block in extract(html).blocks if not block.left_out]


def test_a_heading_within_the_text_is_kept_where_it_stood() -> None:
    lines = texts(f"<p>{FIRST}</p><p>{SECOND}</p><h2>Fishermen object</h2><p>{THIRD}</p><p>{FOURTH}</p>")
    assert lines[lines.index(SECOND) + 1 : lines.index(THIRD)] == ["Fishermen object"]


ITEMS = ["The basin is dredged in spring.", "The wall is raised by a metre.", "The crane is sold in the autumn."]


def test_a_list_within_the_text_is_kept_where_it_stood() -> None:
    listed = "".join(f"<li>{item}</li>" for item in ITEMS)
    lines = texts(f"<p>{FIRST}</p><p>{SECOND}</p><ul>{listed}</ul><p>{THIRD}</p><p>{FOURTH}</p>")
    assert lines[lines.index(SECOND) + 1 : lines.index(THIRD)] == ITEMS


def test_a_list_of_links_does_not_come_back() -> None:
    listed = "".join(f"<li><a href='/region/{i}'>{item}</a></li>" for i, item in enumerate(ITEMS))
    lines = texts(f"<p>{FIRST}</p><p>{SECOND}</p><ul>{listed}</ul><p>{THIRD}</p><p>{FOURTH}</p>")
    assert not set(ITEMS) & set(lines)


def test_a_box_beside_the_text_does_not_come_back() -> None:
    box = "<aside><h3>Also in the paper</h3><p>The ferry is late again, and nobody knows why.</p></aside>"
    lines = texts(f"<p>{FIRST}</p><p>{SECOND}</p>{box}<p>{THIRD}</p><p>{FOURTH}</p>")
    assert not any("ferry" in line for line in lines)


def test_a_box_that_nobody_closed_does_not_take_the_article_with_it() -> None:
    story = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS * 4)
    html = f"<html lang='en'><body><aside class='popup'><p>Hello</p><h1>{TITLE}</h1>{story}</body></html>"
    assert set(PARAGRAPHS) <= {block.text for block in extract(html).blocks}
