"""Of an article in several boxes that are built alike, all come; of another article none."""

from __future__ import annotations

from lxml.html import document_fromstring

from tearsheet.extract.outline import Outline
from tearsheet.extract.twins import with_twins

STEPS = [
    [
        f"In the {when} the crew takes out part {n} of the old stone quay, and the harbour master counts it again."
        for n in range(6)
    ]
    for when in ("spring", "summer", "autumn")
]


def box(number: int, name: str = "article-body") -> str:
    return f"<div class='{name}'>{''.join(f'<p>{line}</p>' for line in STEPS[number])}</div>"


def kept(story: str, *boxes: int) -> list[str]:
    """The lines of a page of whose boxes these were kept."""
    outline = Outline(document_fromstring(f"<html><body><main>{story}</main></body></html>"))
    lines = [line for number in boxes for line in STEPS[number]]
    found, _ = with_twins([(line, "paragraph") for line in lines], outline.places(lines), outline)
    return [line for line, _ in found]


def test_boxes_built_alike_are_all_text_in_the_order_of_the_page() -> None:
    story = f"<article>{box(0)}<h2>Then</h2>{box(1)}<img src='a.jpg'>{box(2)}</article>"
    assert kept(story, 1) == [*STEPS[0], *STEPS[1], *STEPS[2]]


def test_a_box_of_another_class_is_no_twin() -> None:
    assert kept(f"<article>{box(0)}{box(1, 'author-note')}</article>", 0) == STEPS[0]


def test_the_next_article_is_not_part_of_this_one() -> None:
    assert kept(f"<article>{box(0)}</article><article>{box(1)}</article>", 0) == STEPS[0]


def test_a_box_with_a_headline_of_its_own_is_another_article() -> None:
    other = box(1).replace("<p>", "<h1>Another headline</h1><p>", 1)
    assert kept(f"<article>{box(0)}{other}</article>", 0) == STEPS[0]


def test_a_box_of_links_is_no_twin() -> None:
    links = "".join(f"<p><a href='/{n}'>{line}</a></p>" for n, line in enumerate(STEPS[1]))
    assert kept(f"<article>{box(0)}<div class='article-body'>{links}</div></article>", 0) == STEPS[0]
