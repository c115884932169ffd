"""What a right configuration becomes, and that every wrong one is told with file, line and key."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tearsheet.config import examine, load, load_settings, rules
from tearsheet.config.models import Limits
from tearsheet.errors import ConfigError
from tearsheet.model import SourceRule

PRESS, HARBOURS, SETTINGS = "collections/press.yaml", "topics/harbours.yaml", "tearsheet.yaml"
NOTHING: dict[str, str] = {}


def problems(folder: Path, environ: dict[str, str] = NOTHING) -> list[str]:
    """The lines of the error, with paths as from the folder."""
    with pytest.raises(ConfigError) as caught:
        load(folder, environ)
    return [line.removeprefix(f"{folder}/") for line in str(caught.value).splitlines()]


def edit(folder: Path, file: str, old: str, new: str) -> None:
    """Replace a part of a file that is there."""
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")


def test_sources_have_the_limits_of_their_collection_and_their_own(folder: Path) -> None:
    gazette, courier = load(folder, NOTHING).collections["press"].sources
    assert gazette.limits == Limits(max_pages=50, delay=0.5)
    assert courier.limits == Limits(max_pages=50, delay=2.0, lookback_days=None)
    assert (courier.expect.min_articles, gazette.expect.min_articles) == (3, 0)


def test_norway_is_no_boolean_and_dates_are_dates(folder: Path) -> None:
    configuration = load(folder, NOTHING)
    gazette = configuration.collections["press"].sources[0]
    assert (gazette.country, gazette.language) == ("NO", "no")
    assert configuration.topics["harbours"].since == date(2026, 1, 1)
    assert configuration.topics["harbours"].id == "harbours"


def test_without_settings_the_defaults_hold(folder: Path) -> None:
    assert load(folder, NOTHING).settings.fetch.contact is None
    (folder / SETTINGS).write_text("# nothing but a comment\n", "utf-8")
    assert load(folder, NOTHING).settings.fetch.timeout == 30.0


def test_an_unknown_key_is_told_with_the_known_ones(folder: Path) -> None:
    edit(folder, HARBOURS, "languages:", "langauges:")
    (told,) = problems(folder)
    assert told.startswith(f"{HARBOURS}:3: langauges: 'langauges' is unknown, did you mean 'languages'?; ")
    assert told.endswith("; known keys: collections, description, languages, query, since, title, until")


def test_an_unknown_key_below_a_source_is_named_by_the_source(folder: Path) -> None:
    edit(folder, PRESS, "expect: {min_articles: 3}", "expect: {min_article: 3}")
    (told,) = problems(folder)
    assert told.startswith(f"{PRESS}:17: sources[courier].expect.min_article: 'min_article' is unknown")
    assert told.endswith("did you mean 'min_articles'?; known keys: min_articles")


@pytest.mark.parametrize(
    ("file", "old", "new", "wanted"),
    [
        (PRESS, "delay: 2", 'delay: "2"', "16: sources[courier].delay: should be a number, not"),
        (PRESS, "max_pages: 50", "max_pages: 0", "3: defaults.max_pages: should be greater than or equal to 1"),
        (PRESS, "max_pages: 50", "max_pages: .inf", "3: defaults.max_pages: should be a whole number"),
        (PRESS, "delay: 2", "delay: 1e999", "16: sources[courier].delay: should be a finite number"),
        (PRESS, "name: The Gazette", "name: 24", "6: sources[gazette].name: should be text: put it in quotes, not 24"),
        (PRESS, "name: The Gazette", "name:", "6: sources[gazette].name: is empty"),
        (PRESS, "    name: The Gazette\n", "", "5: sources[gazette].name: is missing"),
        (PRESS, "country: NO", "country: Norway", "8: sources[gazette].country: should be two capital letters"),
        (PRESS, "country: NO", "country: UK", "8: sources[gazette].country: 'UK' is no country of ISO 3166-1"),
        (PRESS, "language: no", "language: kz", "9: sources[gazette].language: 'kz' is no language of ISO 639-1"),
        (PRESS, "https://gazette", "ftp://gazette", "7: sources[gazette].homepage: should begin with http"),
        (PRESS, "https://gazette", "https://me:secret@gazette", "7: sources[gazette].homepage: credentials do not"),
        (PRESS, "https://gazette.example/", "https://:99/", "7: sources[gazette].homepage: 'https://:99/' names no"),
        (PRESS, "id: gazette", "id: The Gazette", "5: sources[The Gazette].id: should be small letters"),
        (PRESS, "Asia/Almaty", "Asia/Almatty", "2: timezone: 'Asia/Almatty' is no time zone of the IANA data"),
        (PRESS, "Asia/Almaty", "../../etc/passwd", "2: timezone: '../../etc/passwd' is no time zone"),
        (PRESS, "0 2 * * *", "0 25 * * *", "1: schedule: '25' is no hour"),
        (PRESS, "0 2 * * *", "@daily", "1: schedule: '@daily' has 1 fields"),
        (PRESS, "language: no", "language: no\n    enabled: false", "10: sources[gazette].enabled: false needs"),
        (PRESS, "language: no", "language: no\n    enabled: yes", "10: sources[gazette].enabled: should be true"),
        (PRESS, "language: no", "language: no\n    feeds: https://x/", "10: sources[gazette].feeds: should be a list"),
        (HARBOURS, "collections: [press]", "collections: [pres]", "4: collections[0]: 'pres' is unknown, did you"),
        (HARBOURS, "collections: [press]", "collections: []", "4: collections: should not be empty"),
        (HARBOURS, "since: 2026-01-01", "since: 2026-02-30", "5: since: should be a valid date"),
        (HARBOURS, "since: 2026-01-01", "since: 2026-02-01\nuntil: 2026-01-31", "6: until: 2026-01-31 is before since"),
        (HARBOURS, "query: 'harbour* AND NOT title:football'", "query: [a]", "2: query: should be text"),
        (HARBOURS, "title: Harbours", "title: &t !!python/name:os.system Harbours", "1: title: the tag"),
    ],
)  # fmt: skip
def test_each_wrong_value_is_told_where_it_stands(folder: Path, file: str, old: str, new: str, wanted: str) -> None:
    edit(folder, file, old, new)
    told = problems(folder)
    assert len(told) == 1
    assert told[0].startswith(f"{file}:{wanted}")


def test_all_problems_of_all_files_are_told_at_once(folder: Path) -> None:
    edit(folder, PRESS, "country: NO", "country: XY")
    edit(folder, PRESS, "country: DE", "country: de")
    edit(folder, HARBOURS, "title:", "titel:")
    (folder / SETTINGS).write_text("fetch:\n  timeout: soon\n", "utf-8")
    places = [problem.partition(": ")[0] for problem in problems(folder, {"TEARSHEET_EXTRACT__WORKERS": "0"})]
    assert places == [
        f"{SETTINGS}:2",
        "TEARSHEET_EXTRACT__WORKERS",
        f"{PRESS}:8",
        f"{PRESS}:13",
        f"{HARBOURS}:1",
        f"{HARBOURS}:1",
    ]


def test_a_key_given_twice_is_told_beside_other_problems(folder: Path) -> None:
    edit(folder, PRESS, "language: de", "language: de\n    name: Courier\n    max_pages: many")
    twice, wrong = problems(folder)
    assert twice == f"{PRESS}:15: sources[courier].name: is given twice, first in line 11"
    assert wrong.startswith(f'{PRESS}:16: sources[courier].max_pages: should be a whole number, not "many" (pages a')


def test_an_id_is_unique_over_all_collections(folder: Path) -> None:
    text = (folder / PRESS).read_text("utf-8").replace("id: courier", "id: herald").replace("country: DE", "country: 5")
    (folder / "collections" / "second.yaml").write_text(text, "utf-8")
    taken, wrong = problems(folder)
    assert taken == (
        f"collections/second.yaml:5: sources[gazette].id: 'gazette' is taken by the source at {folder}/{PRESS}:5"
    )
    assert wrong.startswith("collections/second.yaml:13: sources[herald].country: should be text")


def test_a_missing_folder_names_the_command_that_makes_one(tmp_path: Path) -> None:
    assert problems(tmp_path / "none") == [
        f"{tmp_path}/none: no such folder: `tearsheet init {tmp_path}/none` writes a starter"
    ]


def test_a_folder_without_collections_is_told(tmp_path: Path) -> None:
    assert problems(tmp_path) == ["collections: no collection stands here: a file *.yaml is wanted"]


def test_an_empty_file_is_told_what_it_needs(folder: Path) -> None:
    (folder / HARBOURS).write_text("", "utf-8")
    (folder / PRESS).write_text("# to do\n", "utf-8")
    told = [problem.partition(" (")[0] for problem in problems(folder)]
    assert told == [
        f"{PRESS}:1: sources: is missing",
        f"{HARBOURS}:1: title: is missing",
        f"{HARBOURS}:1: query: is missing",
        f"{HARBOURS}:1: collections: is missing",
    ]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"title: a\nquery: 'x\ncollections: [press]\n", "2: is not YAML: found unexpected end of stream"),
        (b"title: a\nquery: b: c\n", "2: is not YAML: mapping values are not allowed"),
        (b"title: a\n\tquery: b\n", "2: is not YAML"),
        (b"title: a\n\n\x89PNG\r\n\x1a\n\0", "3: is not UTF-8 text"),
        (b"title: a\nquery: \xe4\xf6\n", "2: is not UTF-8 text"),
        (b"title: a\nquery: *b\n", "2: *b stands for nothing"),
        (b"title: a\n? [b]\n: c\n", "2: a key is text"),
        (b"title: a\n---\ntitle: b\n", "2: a second document begins here"),
        (b"- a\n- b\n", "1: should hold keys and their values"),
        (b"[" * 100_000, "1: is nested deeper than"),
        (b"- " * 100_000, "1: is nested deeper than"),
        (b"a: &a [1,1,1,1,1,1,1,1,1]\n" + b"".join(
            b"%c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 9)) for n in range(98, 112)
        ), "6: holds more than"),
        (b"a: &a [*a]", "1: *a stands for nothing"),
        (b"# " + b"x" * 5_000_000, "1: is larger than"),
    ],
)  # fmt: skip
def test_what_is_no_such_yaml_is_told_with_its_line(folder: Path, body: bytes, wanted: str) -> None:
    (folder / HARBOURS).write_bytes(body)
    told = problems(folder)
    assert told[0].startswith(f"{HARBOURS}:{wanted}")


def test_anchors_are_expanded_and_problems_in_them_told(folder: Path) -> None:
    edit(folder, PRESS, "language: no", "language: no\n    feeds: &f [https://a.example/]")
    edit(folder, PRESS, "language: de", "language: de\n    sitemaps: *f")
    sources = load(folder, NOTHING).collections["press"].sources
    assert sources[0].feeds == sources[1].sitemaps == ("https://a.example/",)


def test_files_that_are_not_read_are_told(folder: Path) -> None:
    (folder / PRESS).rename(folder / "collections/press.yml")
    assert problems(folder)[:2] == [
        "collections: no collection stands here: a file *.yaml is wanted",
        "collections/press.yml: is not read: rename it to end in .yaml",
    ]
    (folder / "collections/Other Press.yaml").write_text((folder / "collections/press.yml").read_text("utf-8"), "utf-8")
    (folder / "collections/.#other.yaml").symlink_to("nobody@nowhere")
    assert any(
        problem.startswith("collections/Other Press.yaml:1: the file's name is its id") for problem in problems(folder)
    )
    assert not any(".#other" in problem for problem in problems(folder))


def test_a_reading_keeps_what_was_right_and_where_it_stands(folder: Path) -> None:
    edit(folder, PRESS, "country: NO", "country: XY")
    reading = examine(folder, NOTHING)
    assert not reading.configuration.collections
    assert reading.topics["harbours"].place(("query",)) == (2, 1)
    assert [(problem.place, problem.key) for problem in reading.problems] == [((8, 5), "sources[gazette].country")]


def test_settings_alone_need_no_folder(tmp_path: Path) -> None:
    settings = load_settings(tmp_path / "none", {"TEARSHEET_STORE": "s3://bucket/prefix"})
    assert settings.store.url == "s3://bucket/prefix"
    (tmp_path / SETTINGS).write_text("fetsch: {}\n", "utf-8")
    with pytest.raises(
        ConfigError, match=rf"^{tmp_path}/tearsheet.yaml:1: fetsch: 'fetsch' is unknown, did you mean 'fetch'"
    ):
        load_settings(tmp_path, NOTHING)


RULES = """\
    rules:
      - {cut: [.promo], since: 2026-01-01}
      - title: h1.head
        until: 2025-12-31
"""


def with_rules(folder: Path, rules: str = RULES) -> None:
    """The last source with rules."""
    path = folder / PRESS
    path.write_text(path.read_text("utf-8") + rules, "utf-8")


def test_rules_stand_with_their_source(folder: Path) -> None:
    with_rules(folder)
    gazette, courier = load(folder, NOTHING).collections["press"].sources
    assert gazette.rules == ()
    assert [declared.rule for declared in courier.rules] == [
        SourceRule(cut=(".promo",), since=date(2026, 1, 1)),
        SourceRule(title="h1.head", until=date(2025, 12, 31)),
    ]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("[.promo]", "[.a, 'p..']", "19: sources[courier].rules[0].cut[1]: 'p..' is no CSS selector of elements"),
        ("[.promo]", "[.a, 'p::text']", "19: sources[courier].rules[0].cut[1]: 'p::text' is no CSS selector"),
        ("[.promo]", "['svg|a']", "19: sources[courier].rules[0].cut[0]: 'svg|a' names a namespace"),
        ("[.promo]", ".promo", "19: sources[courier].rules[0].cut: should be a list"),
        ("h1.head", '""', "20: sources[courier].rules[1].title: should not be empty"),
        ("h1.head", "[h1]", "20: sources[courier].rules[1].title: should be text"),
        (
            "title: h1.head",
            "titel: h1",
            "20: sources[courier].rules[1].titel: 'titel' is unknown, did you mean 'title'",
        ),
        (
            "cut: [.promo], ",
            "",
            "19: sources[courier].rules[0]: says nothing: give it one of cut, keep, title, authors",
        ),
        ("since: 2026", "until: 2025-12-31, since: 2026", "19: sources[courier].rules[0].until: 2025-12-31 is before"),
        ("until: 2025-12-31", "until: lately", "21: sources[courier].rules[1].until: "),
    ],
)
def test_a_wrong_rule_is_told_with_line_and_key(folder: Path, old: str, new: str, wanted: str) -> None:
    with_rules(folder)
    edit(folder, PRESS, old, new)
    (told,) = problems(folder)
    assert told.startswith(f"{PRESS}:{wanted}")


@pytest.mark.parametrize("selector", ["a[title='x|y']", 'a[lang|="en"]', ":is(.a, .b) > p:not(.c)", "p:has(> img)"])
def test_selectors_of_every_kind_are_right(folder: Path, selector: str) -> None:
    with_rules(folder, f"    rules: [{{cut: [{json.dumps(selector)}]}}]\n")
    assert load(folder, NOTHING).collections["press"].sources[1].rules[0].cut == (selector,)


def test_selectors_are_not_looked_at_where_nothing_is_extracted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "find_spec", lambda name: None)
    with_rules(folder, "    rules: [{cut: ['p..']}]\n")
    assert load(folder, NOTHING).collections["press"].sources[1].rules[0].cut == ("p..",)


def test_the_configuration_is_loaded_without_what_extracts() -> None:
    code = "import sys, tearsheet.config; print(sorted({'lxml', 'cssselect', 'scrapy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
