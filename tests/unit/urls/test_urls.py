"""URL identity: what is one document, what is not, and which site it belongs to."""

from __future__ import annotations

import subprocess
import sys
import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tearsheet import urls
from tearsheet.errors import RecordError

STORY = "http://example.com/2024/05/a-story"

SAME = [
    "http://example.com/2024/05/a-story",
    "https://example.com/2024/05/a-story",
    "https://www.example.com/2024/05/a-story/",
    "HTTP://EXAMPLE.COM:80/2024/05/a-story",
    "https://example.com:443/2024/05/a-story",
    "http://example.com./2024/05/a-story",
    "http://reader:secret@example.com/2024/05/a-story",
    "  https://example.com/2024/05/a-story\n",
    "https://example.com//2024/./05/../05/a-story",
    "https://example.com/2024/05/%61-st%6Fry",
    "https://example.com/2024/05/a-story#comments",
    "https://example.com/2024/05/a-story#!/gallery/3",
    "https://example.com/2024/05/a-story?",
    "https://example.com/2024/05/a-story/index.html",
    "https://example.com/2024/05/a-story;jsessionid=8A1F?PHPSESSID=abc",
    "https://example.com/2024/05/a-story?utm_source=rss&utm_medium=feed&UTM_Campaign=x",
    "https://example.com/2024/05/a-story?fbclid=IwAR0&gclid=1&mc_cid=2&_ga=3&at_medium=RSS",
    "https://example.com/2024/05/a-story?ref=rss&src=twitter_timeline&from=home",
    "https://example.com/2024/05/a-story?sid=9682993c8daa2c5497996114facdc805",
    "https://m.example.com/2024/05/a-story",
    "https://mobile.example.com/2024/05/a-story?mobile=1",
    "https://amp.example.com/2024/05/a-story",
    "https://www.m.example.com/2024/05/a-story?m=1",
    "https://example.com/2024/05/a-story/amp",
    "https://example.com/2024/05/a-story/amp/",
    "https://example.com/2024/05/a-story/amp.html",
    "https://example.com/2024/05/a-story.amp",
    "https://example.com/amp/2024/05/a-story",
    "https://example.com/2024/05/a-story?amp",
    "https://example.com/2024/05/a-story?amp=1&usqp=mq331AQ",
    "https://example.com/2024/05/a-story?outputType=amp",
    "https://www-example-com.cdn.ampproject.org/c/s/www.example.com/2024/05/a-story/amp",
    "https://example-com.cdn.ampproject.org/v/s/example.com/2024/05/a-story?amp_js_v=0.1",
    "https://cdn.ampproject.org/c/example.com/2024/05/a-story",
    "https://www.google.com/amp/s/example.com/2024/05/a-story/amp/",
]

APART = [
    ("http://example.com/?p=123", "http://example.com/?p=124"),
    ("http://example.com/?p=123", "http://example.com/"),
    ("http://example.com/a?id=1&page=2", "http://example.com/a?id=1"),
    ("http://example.com/spip.php?article8532", "http://example.com/spip.php?article8533"),
    ("http://example.com/modules.php?sid=12", "http://example.com/modules.php?sid=13"),
    ("http://example.com/a?cid=1", "http://example.com/a"),
    ("http://example.com/a?ref=20240501", "http://example.com/a"),
    ("http://example.com/a?source=123", "http://example.com/a?source=124"),
    ("http://example.com/a?m=0&n=3", "http://example.com/a?m=1&n=3"),
    ("http://example.com/a?lang=de", "http://example.com/a?lang=en"),
    ("http://example.com/A", "http://example.com/a"),
    ("http://example.com/a%2Fb", "http://example.com/a/b"),
    ("http://example.com/a%3Fb", "http://example.com/a?b"),
    ("http://example.com:8080/a", "http://example.com/a"),
    ("http://www2.example.com/a", "http://example.com/a"),
    ("http://news.example.com/a", "http://example.com/a"),
    ("http://m.co.uk/a", "http://www.co.uk/a"),
    ("http://x.m.co.uk/a", "http://x.co.uk/a"),
    ("http://m.com/a", "http://com/a"),
    ("http://example.com/tag/amp", "http://example.com/tag"),
    ("http://example.com/amp/news", "http://example.com/news"),
    ("http://example.com/stamp", "http://example.com/st"),
    ("http://example.com/a?q=1&q=2", "http://example.com/a?q=1"),
    ("http://example.com/%E4", "http://example.com/%C3%A4"),
]

JUNK = [
    "http://example.com:65536/",
    "",
    "story",
    "/2024/05/a-story",
    "//example.com/a",
    "mailto:desk@example.com",
    "javascript:void(0)",
    "ftp://example.com/a",
    "data:text/html,x",
    "http://",
    "http:///a",
    "http://exa mple.com/a",
    "http://%41.com/",
    "http://a..b/",
    "http://[::1/",
    "http://example.com:x/",
    "http://example.com:99999/",
    "http://example.com/\ud800",
    "http://example.com/" + "a" * urls.MAX_URL_LENGTH,
]


@pytest.mark.parametrize("url", SAME)
def test_spellings_of_one_document(url: str) -> None:
    assert urls.canonical(url) == STORY


@pytest.mark.parametrize(("one", "other"), APART)
def test_pages_that_are_told_apart(one: str, other: str) -> None:
    assert urls.canonical(one) != urls.canonical(other)
    assert urls.document_id(one) != urls.document_id(other)


@pytest.mark.parametrize("url", JUNK)
@pytest.mark.parametrize("function", [urls.canonical, urls.document_id, urls.host, urls.site, urls.surt])
def test_junk_is_a_record_error(function: object, url: str) -> None:
    with pytest.raises(RecordError, match="no absolute http"):
        function(url)  # type: ignore[operator]


def test_parameters_are_sorted_and_kept() -> None:
    assert urls.canonical("http://example.com/a?b=2&a=1&utm_source=x") == "http://example.com/a?a=1&b=2"


def test_names_in_other_scripts_have_one_form() -> None:
    assert urls.canonical("https://bücher.example/новости") == urls.canonical(
        "http://xn--bcher-kva.example/%d0%bd%d0%be%d0%b2%d0%be%d1%81%d1%82%d0%b8"
    )


def test_an_article_ending_keeps_its_suffix() -> None:
    assert urls.canonical("https://example.com/x/a-story.amp.html") == "http://example.com/x/a-story.html"


def test_document_id_never_changes() -> None:
    assert urls.document_id("https://www.example.com/2024/05/a-story/?utm_source=rss") == "d8359f8093807073c6a8"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.bbc.co.uk/news/x", "bbc.co.uk"),
        ("http://news.example.com:8080/a", "example.com"),
        ("http://someone.blogspot.com/a", "someone.blogspot.com"),
        ("http://127.0.0.1:8001/a", "127.0.0.1:8001"),
        ("http://localhost/a", "localhost"),
        ("http://[::1]:8001/a", "[::1]:8001"),
        ("http://press.invalid/a", "press.invalid"),
        ("http://co.uk/a", "co.uk"),
        ("http://правда.рф/a", "xn--80aafi6cg.xn--p1ai"),
    ],
)
def test_site(url: str, expected: str) -> None:
    assert urls.site(url) == expected


def test_same_site() -> None:
    assert urls.same_site("https://www.example.com/", "http://sport.example.com/a")
    assert not urls.same_site("http://a.blogspot.com/", "http://b.blogspot.com/")
    assert not urls.same_site("http://127.0.0.1:8001/", "http://127.0.0.1:8002/")


def test_host() -> None:
    assert urls.host("HTTPS://user@News.Example.com:443/a") == "news.example.com"
    assert urls.host("http://127.0.0.1:8001/") == "127.0.0.1:8001"


@pytest.mark.parametrize(
    ("url", "expected"),  # as pywb 2.9 computes them
    [
        ("http://example.com", "com,example)/"),
        ("https://www.example.com/", "com,example)/"),
        ("http://www2.example.com/a/", "com,example)/a"),
        ("http://m.example.com/", "com,example,m)/"),
        ("http://example.com/A/B.HTML?B=2&a=1&A=0", "com,example)/a/b.html?a=0&a=1&b=2"),
        ("https://example.com:443/x", "com,example)/x"),
        ("http://example.com:8080/x", "com,example:8080)/x"),
        ("http://127.0.0.1:8001/a", "1,0,0,127:8001)/a"),
        ("http://localhost:8001/a", "localhost:8001)/a"),
        ("http://[::1]:8001/a", "::1:8001)/a"),
        ("http://example.com/a/?", "com,example)/a"),
        ("http://example.com/?x", "com,example)/?x"),
        ("http://example.com/a?b=&c", "com,example)/a?b=&c"),
        ("http://example.com/a?PHPSESSID=9682993c8daa2c5497996114facdc805&x=1", "com,example)/a?x=1"),
        ("http://example.com/a?CFID=123&CFTOKEN=456&z=1", "com,example)/a?z=1"),
        ("http://example.com/a?utm_source=x&z=1&b=2", "com,example)/a?b=2&utm_source=x&z=1"),
        ("http://example.com/a b?c d=e+f", "com,example)/a%20b?c%20d=e+f"),
        ("http://example.com/%7Euser/%e4%B8%ad", "com,example)/~user/%e4%b8%ad"),
        ("http://example.com/новости?я=ю", "com,example)/%d0%bd%d0%be%d0%b2%d0%be%d1%81%d1%82%d0%b8?%d1%8f=%d1%8e"),
        ("http://bücher.example/x", "example,xn--bcher-kva)/x"),
        ("http://example.com/a#frag", "com,example)/a"),
        ("http://example.com//a//b/", "com,example)/a/b"),
        ("http://example.com/a/../b/./c", "com,example)/b/c"),
        ("http://user:pw@EXAMPLE.com./x", "com,example)/x"),
        ("http://example.com/a?b=2&b=1&", "com,example)/a?&b=1&b=2"),
        ("http://example.com/a%252Fb", "com,example)/a/b"),
        ("http://example.com/a?q=http://x.y/z?1", "com,example)/a?q=http://x.y/z?1"),
        ("http://example.com/a,b:c@d!e$f&g'h*i", "com,example)/a,b:c@d!e$f&g'h*i"),
        ("http://example.com/a?b%3Dc=d", "com,example)/a?b=c=d"),
    ],
)
def test_surt(url: str, expected: str) -> None:
    assert urls.surt(url) == expected


@pytest.mark.parametrize(
    "path",
    ["-" * 7000 + "/x/amp", "amp/" + "-/" * 3000, "/amp" * 1500, "a-1/amp/" * 900, "%25" * 2600, "%" + "25" * 3900],
)
def test_hostile_paths_cost_little(path: str) -> None:
    started = time.process_time()
    urls.canonical(f"http://example.com/{path}")
    urls.surt(f"http://example.com/{path}")
    assert time.process_time() - started < 1


def test_reading_an_archive_loads_no_suffix_list() -> None:
    code = (
        "import sys, tearsheet.urls as u; u.document_id('http://example.com/'); sys.exit('tldextract' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


words = st.text(st.sampled_from("abcm09-_.~%éя中/ ;=&?+"), min_size=0, max_size=12)
labels = st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9]", fullmatch=True)
hosts = st.lists(
    st.one_of(labels, st.sampled_from(["www", "m", "amp", "co", "com", "uk"])), min_size=1, max_size=4
).map(".".join)
paths = st.lists(
    st.one_of(words, st.sampled_from(["amp", "index.html", "..", "a-1", "x.amp.html", "amp.html"])), max_size=5
)
names = st.sampled_from(["a", "id", "p", "utm_source", "amp", "m", "ref", "sid", "q%41", ""])
queries = st.lists(st.tuples(names, words.map(quote)), max_size=4)


@st.composite
def web_addresses(draw: st.DrawFn) -> str:
    """Addresses with everything in them that a rule looks at."""
    scheme, port = draw(st.sampled_from(["http", "https"])), draw(st.sampled_from(["", ":80", ":443", ":8080"]))
    query = "&".join(f"{name}={value}" for name, value in draw(queries))
    return f"{scheme}://{draw(hosts)}{port}/{'/'.join(draw(paths))}{'?' + query if query else ''}"


@settings(deadline=None)
@given(web_addresses())
def test_canonical_is_idempotent(url: str) -> None:
    once = urls.canonical(url)
    assert urls.canonical(once) == once
    assert urls.document_id(once) == urls.document_id(url)


@settings(deadline=None)
@given(web_addresses())
def test_the_short_way_to_a_host_is_the_long_one(url: str) -> None:
    assert urls.host(url) == urls.host(f" {url}")


@settings(deadline=None)
@given(hosts, st.lists(st.from_regex(r"[a-z]{1,6}", fullmatch=True), max_size=3), st.integers(0, 99), queries)
def test_what_says_nothing_changes_nothing(
    name: str, folders: list[str], number: int, query: list[tuple[str, str]]
) -> None:
    path = "/".join([*folders, f"story-{number}"])
    plain = "&".join(f"{key}={value}" for key, value in query)
    expected = urls.canonical(f"http://{name}/{path}?{plain}")
    for variant in (
        f"https://{name}:443/{path}/?{plain}",
        f"http://{name}/{path}?utm_campaign=x&{plain}&fbclid=y",
        f"http://{name}/{path}/amp/?{plain}#top",
        f"http://{name}/{path}?{'&'.join(reversed(plain.split('&')))}&amp=1",
    ):
        assert urls.canonical(variant) == expected


@settings(deadline=None)
@given(st.one_of(st.text(max_size=60), st.text(max_size=40).map("http://".__add__), web_addresses()))
def test_only_record_errors_are_raised(url: str) -> None:
    try:
        identity = urls.document_id(url)
    except RecordError:
        with pytest.raises(RecordError):
            urls.surt(url)
    else:
        assert len(identity) == 20
        assert urls.surt(url).count(")/") >= 1
        assert urls.same_site(url, url)


@settings(deadline=None)
@given(web_addresses(), st.from_regex(r"[a-z]{1,5}(:[a-z@!$&]{0,5})?", fullmatch=True))
def test_user_info_goes_and_nothing_else(url: str, user: str) -> None:
    scheme, _, rest = url.partition("://")
    assert urls.anonymous(f"{scheme}://{user}@{rest}") == urls.anonymous(url)
    assert urls.document_id(urls.anonymous(url)) == urls.document_id(url)


@pytest.mark.parametrize("url", ["http://a.example/@b", "http://a.example?x=b@c", "http://a.example#b@c", "/a@b"])
def test_what_is_no_user_info_stays(url: str) -> None:
    assert urls.anonymous(url) == url
