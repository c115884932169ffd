"""robots.txt case by case: RFC 9309, and what Google's published parser tests ask, in words and cases of our own.

Where the two differ (Google obeys misspelt words, lines without a colon, and never decodes ``%62``) the RFC is kept.
"""

from __future__ import annotations

import pytest

from tearsheet.discover.robots import MAX_ROBOTS_BYTES, parse_robots

BOT = "FooBot/2.1 (+mailto:barbot@example.org)"
ALL, NONE = "user-agent: *\nallow: /\n", "user-agent: FooBot\ndisallow: /\n"

LINES = [
    ("user-agent: FooBot\ndisallow: /\n", "/x", False),
    ("USER-AGENT: FooBot\nDisAllow: /\n", "/x", False),
    ("user-agent:FooBot\ndisallow:/", "/x", False),
    (" \tuser-agent \t: \t FooBot \t\n\tdisallow :\t/ \n", "/x", False),
    ("user-agent: FooBot # ours\ndisallow: / # all\n", "/x", False),
    ("# user-agent: FooBot\n#disallow: /\n", "/x", True),
    ("user-agent: FooBot\rdisallow: /\r", "/x", False),
    ("user-agent: FooBot\r\n\r\ndisallow: /\r\n", "/x", False),
    ("user-agent: FooBot\ndisallow: /a\x0cdisallow: /\n", "/x", True),
    ("user-agent: FooBot\ndisallow: /a\u2028disallow: /\n", "/x", True),
    ("\ufeffuser-agent: FooBot\ndisallow: /\n", "/x", False),
    ("foo: FooBot\nbar: /\n", "/x", True),
    ("user-agent: FooBot\ndisalow: /\n", "/x", True),
    ("user-agent: FooBot\ndissallow: /\n", "/x", True),
    ("user-agent: FooBot\ndisallow /\n", "/x", True),
    ("useragent: FooBot\ndisallow: /\n", "/x", True),
    ("user agent: FooBot\ndisallow: /\n", "/x", True),
    ("user-agent: FooBot\ndisallow:\n", "/x", True),
    ("user-agent: FooBot\ndisallow: /\nallow:\n", "/x", False),
    ("", "/x", True),
]
GROUPS = [
    ("disallow: /\nuser-agent: FooBot\nallow: /\n", "/x", True),
    ("allow: /foo\nuser-agent: FooBot\ndisallow: /\n", "/foo", False),
    (f"{ALL}{NONE}", "/x", False),
    (f"{NONE}{ALL}", "/x", False),
    ("user-agent: *\ndisallow: /\nuser-agent: FooBot\nallow: /a\n", "/x", True),
    ("user-agent: *\ndisallow: /\nuser-agent: FooBot\n", "/x", True),
    ("user-agent: *\ndisallow: /\nuser-agent: BarBot\nallow: /\n", "/x", False),
    ("user-agent: BarBot\nuser-agent: FooBot\ndisallow: /\n", "/x", False),
    ("user-agent: FooBot\nuser-agent: BarBot\ndisallow: /\n", "/x", False),
    ("user-agent: FooBot\n\n\nuser-agent: BarBot\n\ndisallow: /\n", "/x", False),
    ("user-agent: FooBot\ndisallow: /a\nuser-agent: BarBot\ndisallow: /b\nuser-agent: FooBot\ndisallow: /c\n", "/a", 0),
    ("user-agent: FooBot\ndisallow: /a\nuser-agent: BarBot\ndisallow: /b\nuser-agent: FooBot\ndisallow: /c\n", "/b", 1),
    ("user-agent: FooBot\ndisallow: /a\nuser-agent: BarBot\ndisallow: /b\nuser-agent: FooBot\ndisallow: /c\n", "/c", 0),
    ("user-agent: FooBot\nsitemap: https://example.com/s.xml\nuser-agent: *\ndisallow: /\n", "/x", False),
    ("user-agent: FooBot\nunknown: thing\nuser-agent: *\ndisallow: /\n", "/x", False),
    ("user-agent: FooBot\ncrawl-delay: 4\nuser-agent: *\ndisallow: /\n", "/x", False),
    ("user-agent: BarBot\nunknown: thing\ndisallow: /\n", "/x", True),
]
NAMES = [
    ("foobot", False),
    ("FOOBOT", False),
    ("FooBot/1.0", False),
    ("FooBot beta", False),
    ("FooBot*", False),
    ("*", False),
    ("* everybody", False),
    ("Foo", True),
    ("Bot", True),
    ("FooBotNews", True),
    ("FooBot-News", True),
    ("barbot", True),
    ("mailto", True),
    ("*bot", True),
    ("360", True),
    ("", True),
]
PATHS = [
    ("disallow: /fish", "/fish", False),
    ("disallow: /fish", "/fish.html", False),
    ("disallow: /fish", "/fishheads/yummy.html", False),
    ("disallow: /fish", "/fish.php?id=anything", False),
    ("disallow: /fish", "/Fish.asp", True),
    ("disallow: /fish", "/catfish", True),
    ("disallow: /fish/", "/fish", True),
    ("disallow: /fish/", "/fish/?salmon", False),
    ("disallow: fish", "/fish", True),
    ("disallow: *fish", "/catfish", False),
    ("disallow: /fish*", "/fish.html", False),
    ("disallow: /*.php", "/folder/a.php.file/", False),
    ("disallow: /*.php", "/", True),
    ("disallow: /*.php", "/windows.PHP", True),
    ("disallow: /*.php$", "/a.php", False),
    ("disallow: /*.php$", "/a.php?q", True),
    ("disallow: /*.php$", "/a.php5", True),
    ("disallow: /fish*.php", "/fishheads/catfish.php?x", False),
    ("disallow: /a*b*c$", "/a-b-c-b", True),
    ("disallow: /a*b*c$", "/a-b-c-c", False),
    ("disallow: /a**c", "/abc", False),
    ("disallow: /$", "/", False),
    ("disallow: /$", "/x", True),
    ("disallow: /a$b", "/a$b", False),
    ("disallow: /a$b", "/a", True),
    ("disallow: /a$b\nallow: /a", "/a$c", True),
    ("disallow: /page\nallow: /p", "/page", False),
    ("disallow: /p\nallow: /page", "/page", True),
    ("allow: /page\ndisallow: /page", "/page", True),
    ("disallow: /page\nallow: /page", "/page", True),
    ("disallow: /*.htm\nallow: /page", "/page.htm", False),
    ("disallow: /\nallow: /$", "/", True),
    ("disallow: /\nallow: /$", "/page.htm", False),
    ("disallow: /x\nallow: /x/page.html", "/x/page.html", True),
    ("disallow: /foo\nallow: /", "/foo#bar", False),
    ("disallow: /", "/robots.txt", True),
    ("disallow: /robots.txt", "/robots.txt", True),
]
CODED = [
    ("/foo/bar?baz=quz", "/foo/bar?baz=quz"),
    ("/foo/bar?qux=taz&baz=http://foo.bar?tar&par", "/foo/bar?qux=taz&baz=http://foo.bar?tar&par"),
    ("/foo/bar?baz=https:", "/foo/bar?baz=https%3A"),
    ("/foo/bar/ツ", "/foo/bar/%E3%83%84"),
    ("/foo/bar/%E3%83%84", "/foo/bar/ツ"),
    ("/foo/bar/%e3%83%84", "/foo/bar/%E3%83%84"),
    ("/foo/bar/%62%61%7A", "/foo/bar/baz"),
    ("/foo/bar/baz", "/foo/bar/%62%61%7A"),
    ("/foo/%24", "/foo/$"),
]


def allowed(text: str, path: str, agent: str = BOT) -> bool:
    return parse_robots(text.encode(), 200).allows(f"https://example.com{path}", agent)


@pytest.mark.parametrize(("text", "path", "expected"), [*LINES, *GROUPS])
def test_lines_and_groups(text: str, path: str, expected: bool) -> None:
    assert allowed(text, path) is bool(expected)


@pytest.mark.parametrize(("name", "expected"), NAMES)
def test_a_group_is_of_the_robots_that_it_names_in_full(name: str, expected: bool) -> None:
    assert allowed(f"user-agent: {name}\ndisallow: /\n", "/x") is expected


@pytest.mark.parametrize(("rules", "path", "expected"), PATHS)
def test_the_longest_match_decides(rules: str, path: str, expected: bool) -> None:
    assert allowed(f"user-agent: *\n{rules}\n", path) is expected


@pytest.mark.parametrize(("rule", "path"), CODED)
def test_paths_are_compared_as_octets_however_they_are_written(rule: str, path: str) -> None:
    assert not allowed(f"user-agent: *\ndisallow: {rule}\n", path)
    assert allowed(f"user-agent: *\ndisallow: /\nallow: {rule}\n", path)


def test_a_crawl_delay_is_of_the_robots_above_it() -> None:
    robots = parse_robots(b"user-agent: SlowBot\ncrawl-delay: 900\n\nuser-agent: *\ndisallow: /a\n", 200)
    assert robots.crawl_delay("SlowBot") == 900
    assert robots.crawl_delay(BOT) is None
    assert not robots.allows("https://example.com/a", "SlowBot")


def test_half_a_mebibyte_is_read_and_not_the_rest() -> None:
    rule = b"disallow: /aaaa\n"
    within = b"user-agent: *\n" + rule * ((MAX_ROBOTS_BYTES - 60) // len(rule)) + b"disallow: /in\n"
    body = within + rule * 4 + b"disallow: /out\n" * 2000
    robots = parse_robots(body, 200)
    assert not robots.allows("https://example.com/in", BOT)
    assert robots.allows("https://example.com/out", BOT)
