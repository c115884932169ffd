"""Every link leads somewhere, and the pages speak of the project alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.docs.pages import IDS, PAGES, ROOT, anchors, links, prose

OUTSIDE = re.compile(
    r"\b(issues? \d|issues show|sessions?|sub-?agents?|(?<!user-)agents?|helpers?|TODO|FIXME)\b|shared/|/work/",
)


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        target, _, anchor = link.partition("#")
        if re.match(r"https?://", target):
            continue
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), f"{page.name}: {link}"
        assert file.is_relative_to(ROOT), f"{page.name}: {link} leads out of the repository"
        assert not anchor or anchor in anchors(file), f"{page.name}: {link}; its anchors: {sorted(anchors(file))}"


def test_every_page_is_reached_from_readme() -> None:
    reached = {ROOT / "README.md"}
    waiting = list(reached)
    while waiting:
        page = waiting.pop()
        for link in links(page):
            target = (page.parent / link.partition("#")[0]).resolve()
            found = sorted(target.glob("*.md")) if target.is_dir() else [target] if target.suffix == ".md" else []
            waiting += [each for each in found if each.exists() and each not in reached]
            reached.update(waiting)
    assert {page for page in PAGES if page not in reached} == set()


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_pages_speak_of_the_project_alone(page: Path) -> None:
    text = page.read_text("utf-8").replace("AWS_SESSION_TOKEN", "").replace("a session of its own", "")
    assert OUTSIDE.findall(text) == []


def test_readme_is_one_screen() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 80


def test_the_wording_test_finds_what_it_looks_for() -> None:
    assert all(OUTSIDE.search(words) for words in ("see issue 3", "an agent", "../shared/data", "this session"))
    assert not any(OUTSIDE.search(words) for words in ("the User-Agent", "user-agent", "was issued", "agency"))


def test_prose_leaves_out_code() -> None:
    assert "import tearsheet" not in prose(ROOT / "docs" / "analyse.md")
