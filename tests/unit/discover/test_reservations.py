"""tdmrep.json: which rule holds for a page, and what is no such file."""

from __future__ import annotations

import json

import pytest

from tearsheet.discover.reservations import MAX_RULES, parse_reservations
from tearsheet.discover.robots import MAX_ROBOTS_BYTES
from tearsheet.errors import RecordError

RULES = [
    {"location": "/open/", "tdm-reservation": 0},
    {"location": "/*.pdf$", "tdm-reservation": 1, "tdm-policy": "https://x.example/pdf.json"},
    {"location": "/caf%C3%A9", "tdm-reservation": "1"},
    {"location": "/news", "tdm-reservation": 1, "tdm-policy": "https://x.example/news.json"},
    {"location": "/newsroom", "tdm-reservation": 0},
]


def signals(rules: object, path: str) -> list[tuple[str, str]]:
    found = parse_reservations(json.dumps(rules).encode()).of(f"https://example.com{path}")
    assert {signal.origin for signal in found} <= {"tdmrep.json"}
    return [(signal.signal, signal.value) for signal in found]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/open/a.pdf", ["0"]),
        ("/a.pdf", ["1", "https://x.example/pdf.json"]),
        ("/a.pdf?page=2", []),
        ("/café/1", ["1"]),
        ("/news/1", ["1", "https://x.example/news.json"]),
        ("/newsroom/1", ["1", "https://x.example/news.json"]),
        ("/News/1", []),
        ("/", []),
    ],
)
def test_the_first_rule_that_matches_the_path_holds(path: str, expected: list[str]) -> None:
    names = ["tdm-reservation", "tdm-policy"]
    assert signals(RULES, path) == list(zip(names, expected, strict=False))


@pytest.mark.parametrize("location", ["/", "*", "/*", "/a"])
def test_a_rule_for_all(location: str) -> None:
    assert signals([{"location": location, "tdm-reservation": 1}], "/a/b?c") == [("tdm-reservation", "1")]


@pytest.mark.parametrize(
    "rule",
    [
        {},
        "rule",
        {"location": "/"},
        {"tdm-reservation": 1},
        {"location": "", "tdm-reservation": 1},
        {"location": 1, "tdm-reservation": 1},
        {"location": "/x\ndisallow: /", "tdm-reservation": 1},
        {"location": "/", "tdm-reservation": True},
        {"location": "/", "tdm-reservation": 2},
        {"location": "/", "tdm-reservation": "yes"},
    ],
)
def test_a_rule_that_is_none_says_nothing_and_hides_no_other(rule: object) -> None:
    assert signals([rule], "/a") == []
    assert signals([rule, {"location": "/", "tdm-reservation": 1}], "/a") == [("tdm-reservation", "1")]


def test_so_many_rules_are_read_and_no_more() -> None:
    rules = [{"location": f"/{number}$", "tdm-reservation": 1} for number in range(MAX_RULES + 1)]
    assert signals(rules, f"/{MAX_RULES - 1}") == [("tdm-reservation", "1")]
    assert signals(rules, f"/{MAX_RULES}") == []


@pytest.mark.parametrize(
    "body",
    [b"", b"<html></html>", b'{"location": "/"}', b"\xff\xfe", b"[" * 100_000, b"[]" + b" " * MAX_ROBOTS_BYTES],
)
def test_what_is_no_such_file_is_named(body: bytes) -> None:
    with pytest.raises(RecordError):
        parse_reservations(body)
