"""robots.txt: rules by status, by agent and by pattern."""

from __future__ import annotations

import pytest

from tearsheet.discover.robots import MAX_ROBOTS_BYTES, Robots, parse_robots

AGENT = "Tearsheet/1.0 (+mailto:otherbot@example.org)"
PAGE = "https://example.com/private/a"
RULES = b"""User-agent: *
Disallow: /private/
Crawl-delay: 2.5

User-agent: tearsheet
User-agent: somebody
Disallow: /draft
Allow: /draft/public$
Disallow: /*.pdf$
Crawl-delay: 4

User-agent: otherbot
Disallow: /

Sitemap: https://example.com/sitemap.xml
sitemap: https://example.com/news.xml
Sitemap: https://example.com/sitemap.xml
Sitemap: /relative.xml
"""


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410, 451])
def test_unavailable_allows_everything(status: int) -> None:
    robots = parse_robots(RULES, status)
    assert robots.allows(PAGE, "anybody")
    assert robots.sitemaps == ()
    assert not robots.closed


@pytest.mark.parametrize("status", [None, 429, 500, 502, 503, 599])
def test_unreachable_allows_nothing(status: int | None) -> None:
    robots = parse_robots(None, status)
    assert not robots.allows(PAGE, "anybody")
    assert robots.closed
    assert robots.crawl_delay("anybody") is None


def test_the_group_of_an_agent_replaces_the_general_one() -> None:
    robots = parse_robots(RULES, 200)
    assert not robots.allows(PAGE, "anybody/2")
    assert robots.allows(PAGE, AGENT)
    assert robots.crawl_delay("anybody/2") == 2.5
    assert robots.crawl_delay(AGENT) == 4


def test_patterns() -> None:
    robots = parse_robots(RULES, 200)
    assert not robots.allows("https://example.com/draft/x", AGENT)
    assert robots.allows("https://example.com/draft/public", AGENT)
    assert not robots.allows("https://example.com/draft/public/x", AGENT)
    assert not robots.allows("https://example.com/a/b.pdf", AGENT)
    assert robots.allows("https://example.com/a/b.pdf?page=1", AGENT)
    assert robots.allows("https://example.com/robots.txt", AGENT)


def test_sitemaps_are_absolute_and_named_once() -> None:
    assert parse_robots(RULES, 200).sitemaps == ("https://example.com/sitemap.xml", "https://example.com/news.xml")


@pytest.mark.parametrize(
    "body",
    [None, b"", b"\xef\xbb\xbf", b"  \n<!DOCTYPE html><html>Disallow: /</html>", b"\x00\xff\xfe", b"Disallow: /"],
)
def test_no_rules(body: bytes | None) -> None:
    assert parse_robots(body, 200).allows(PAGE, AGENT)


def test_a_byte_order_mark_hides_no_rule() -> None:
    assert not parse_robots(b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /private", 200).allows(PAGE, AGENT)


def test_a_long_file_is_read_to_the_last_whole_line_within_the_limit() -> None:
    start = b"User-agent: *\nDisallow: /private/\n"
    padding = b"#" * (MAX_ROBOTS_BYTES - len(start) - len(b"\nDisallow: /"))
    robots = parse_robots(start + padding + b"\nDisallow: /archive\n", 200)
    assert not robots.allows(PAGE, AGENT)
    assert robots.allows("https://example.com/news", AGENT)
    assert robots.allows("https://example.com/archive", AGENT)


def test_robots_by_default_allow() -> None:
    assert Robots().allows(PAGE, AGENT)


def test_user_info_of_a_sitemap_goes() -> None:
    robots = parse_robots(b"Sitemap: https://u:planted@example.com/s.xml\n", 200)
    assert robots.sitemaps == ("https://example.com/s.xml",)
