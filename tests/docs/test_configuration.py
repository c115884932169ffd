"""The YAML of the tutorial and of add-a-source is a configuration that loads."""

from __future__ import annotations

from pathlib import Path

from tests.docs.pages import ROOT, fences

from tearsheet.config import load
from tearsheet.select import parse


def _yaml(page: str) -> list[str]:
    return [fence.code for fence in fences(ROOT / "docs" / page) if fence.language == "yaml"]


def _write(folder: Path, files: list[str]) -> Path:
    """Each file where its first line says."""
    for text in files:
        path = folder / text.partition("\n")[0].removeprefix("# ")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder / "config"


def test_the_tutorial(tmp_path: Path) -> None:
    configuration = load(_write(tmp_path, _yaml("tutorial.md")))
    assert configuration.settings.fetch.contact
    (topic,) = configuration.topics.values()
    assert parse(topic.query).match({"title": "Tariffs rise", "text": "Power tariffs rise."})
    assert topic.collections == tuple(configuration.collections) == ("my-press",)


def test_add_a_source(tmp_path: Path) -> None:
    declared, channels, rules = _yaml("add-a-source.md")
    collection = "# config/collections/my-press.yaml\nsources:\n" + declared.partition("\n")[2] + channels + rules
    tutorial = [text for text in _yaml("tutorial.md") if "sources:" not in text]
    (source,) = load(_write(tmp_path, [*tutorial, collection])).collections["my-press"].sources
    assert source.feeds == ("https://www.example.org/rss.xml",)
    assert source.sitemaps == ()
    assert source.expect.min_articles == 5
    assert [rule.cut for rule in source.rules] == [("div.reader-offer", "aside[data-kind=poll]"), (".offer",)]
