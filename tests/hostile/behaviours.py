"""What a hostile web does, and what is to come of it: one behaviour, one site.

``ends`` are the outcomes of the site's candidates in the night, ``errors`` by path what is said of its channels that
gave nothing, by its beginning. In both ``a|b`` is one of two, where it is a race which of two limits is met first; in
outcomes ``*`` is anything. Where only channels are hostile there is one good page, which must become an article.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.hostile import bodies
from tests.hostile.bodies import ARTICLE, feed, once, text
from tests.hostile.server import ANY, Answer


@dataclass(frozen=True)
class Behaviour:
    """One site. ``source`` overrides its declaration, in which ``{}`` is its address."""

    name: str
    answers: Mapping[str, Answer]
    ends: Mapping[str, int] = field(default_factory=lambda: {"article": 1})
    errors: Mapping[str, str] = field(default_factory=dict)
    source: Mapping[str, Any] = field(default_factory=dict)

    def site(self) -> dict[str, Answer]:
        """All that its site answers: what is not said is as on a good one."""
        return GOOD | dict(self.answers)


GOOD: dict[str, Answer] = {
    "/robots.txt": text("User-agent: *\nDisallow: /private/\n", kind="text/plain"),
    "/": text("<!doctype html><html><head><title>Welcome</title></head><body><p>Welcome.</p></body></html>"),
    "/feed.xml": feed("{}/page.html"),
    "/page.html": once(ARTICLE),
}


def page(name: str, end: str, answer: Answer) -> Behaviour:
    """A page that is hostile."""
    return Behaviour(name, {"/page.html": answer}, {end: 1})


def link(name: str, ends: dict[str, int], *links: str, **answers: Answer) -> Behaviour:
    """A feed that names hostile addresses; any of them would be answered with an article."""
    return Behaviour(name, {"/feed.xml": feed(*links), ANY: once(ARTICLE)} | answers, ends)


def channel(name: str, answer: Answer, error: str | None, kind: str = "feeds", **more: Any) -> Behaviour:
    """A second feed, or a sitemap, that is hostile; ``error`` is what is said of it."""
    source = {"feeds": ["{}/feed.xml", "{}/hostile.xml"]} if kind == "feeds" else {kind: ["{}/hostile.xml"]}
    errors = ({"/hostile.xml": error} if error else {}) | more.pop("errors", {})
    return Behaviour(name, {"/hostile.xml": answer}, errors=errors, source=source, **more)


sitemap = partial(channel, kind="sitemaps")


def robots(name: str, answer: Answer, error: str | None = None, **more: Any) -> Behaviour:
    """A robots.txt that is hostile: either the site is read as if it were good, or nothing of it is asked."""
    if error is None:
        return Behaviour(name, {"/robots.txt": answer}, **more)
    return Behaviour(name, {"/robots.txt": answer}, {}, {"/": error, "/feed.xml": error})


def to(location: str, status: str = "302 Found") -> Answer:
    """A redirect."""
    return Answer(status=status, headers=(("Location", location),))


def saying(status: str, **headers: str) -> Answer:
    """A status with a page of few words."""
    fields = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return text(f"<html><body><h1>{status}</h1></body></html>", status=status, headers=fields)


HEALTHY = 3
STORIES = 10


def healthy(number: int) -> Behaviour:
    """A good outlet, which must be complete whatever the others do."""
    paths = [f"/{number}-{story}.html" for story in range(STORIES)]
    stories = {path: once(lambda path=path: bodies.article(path)) for path in paths}
    return Behaviour(
        f"healthy {number}", {"/feed.xml": feed(*(f"{{}}{path}" for path in paths))} | stories, {"article": STORIES}
    )


UNREADABLE, LARGE, LATE, LOST = "drop.unreadable", "failed.too_large", "pending.timeout", "pending.connection"
ENDLESS = f"{LARGE}|{LATE}"
FORBIDDEN, SHUT = "failed.forbidden_address", "pending.robots_unreachable"

BODIES = [
    page("a gzip bomb of 2 GB", UNREADABLE, bodies.coded("gzip", bodies.gzip_bomb)),
    page("gzip in gzip, a bomb", UNREADABLE, bodies.coded("gzip, gzip", bodies.nested_bomb)),
    page("a brotli bomb", UNREADABLE, bodies.coded("br", lambda: bodies.compressed("brotli"))),
    page("a zstd bomb", UNREADABLE, bodies.coded("zstd", lambda: bodies.compressed("zstd"))),
    page("an unknown coding", UNREADABLE, bodies.coded("snappy", lambda: b"whatever")),
    page("a thousand codings", UNREADABLE, bodies.coded(", ".join(["gzip"] * 1000), lambda: bodies.gzipped("x"))),
    page("gzip that is none", "article", bodies.coded("gzip", lambda: ARTICLE().encode())),
    page("gzip cut short", UNREADABLE, bodies.coded("gzip", lambda: bodies.gzipped(ARTICLE())[:-200])),
    page("an endless body", ENDLESS, Answer(bodies.endless(b"<p>more</p>" * 5000))),
    page("a body of 50 MB", ENDLESS, Answer(bodies.repeated(b"<p>more and more words of text</p>" * 1000, 1500))),
    page("50 MB, announced", LARGE, Answer(bodies.repeated(b"<p>more and more words of text</p>" * 1000, 1500), length=51_000_000)),
    page("a drop every half second", LATE, Answer(bodies.endless(b"<p>"), pause=0.5)),
    page("no answer at all", LATE, Answer(bodies.endless(b""), pause=1.0, bare=True)),
    page("a head that never ends", "pending.timeout|pending.connection", Answer(bodies.endless(b"X-More: " + b"x" * 1000 + b"\r\n", b"HTTP/1.1 200 OK\r\n"), pause=0.05, bare=True)),
    page("a head of one endless line", "pending.timeout|pending.connection", Answer(bodies.endless(b"x" * 60_000, b"HTTP/1.1 200 OK\r\nX: "), pause=0.05, bare=True)),
    page("informational answers without end", "pending.timeout|pending.connection", Answer(bodies.endless(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 5), pause=0.05, bare=True)),
    page("less than announced", LOST, Answer(bodies.repeated(b"<p>cut", 1), length=5_000)),
    page("more than announced", "drop.empty", Answer(bodies.repeated(ARTICLE().encode(), 1), length=60)),
    page("a negative length", LOST, Answer(bodies.repeated(b"<p>x", 1), length=-5)),
    page("two lengths", LOST, Answer(bodies.repeated(b"<p>x", 1), length=4, headers=(("Content-Length", "4000"),))),
    page("chunks that are none", "pending.timeout|pending.connection", Answer(bodies.repeated(b"zz\r\nno chunk", 1), headers=(("Transfer-Encoding", "chunked"),))),
    page("chunks of one byte without end", LATE, Answer(bodies.endless(b"1\r\nx\r\n" * 20), pause=0.05, headers=(("Transfer-Encoding", "chunked"),))),
    page("a chunk of 16 exabytes", "pending.timeout|pending.connection", Answer(bodies.repeated(b"ffffffffffffffff\r\n<p>", 1), headers=(("Transfer-Encoding", "chunked"),))),
    page("no HTTP", "pending.timeout|pending.connection", Answer(bodies.repeated(b"SSH-2.0-OpenSSH_9.2p1\r\n", 1), bare=True)),
    page("a status that is none", LOST, Answer(bodies.repeated(b"HTTP/1.1 abc OK\r\n\r\n", 1), bare=True)),
    page("hung up at once", "pending.timeout|pending.connection", Answer(bare=True)),
    page("an empty page", UNREADABLE, text("")),
    page("a picture called HTML", UNREADABLE, Answer(bodies.repeated(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 400, 1))),
    page("a PDF", "failed.not_html", Answer(bodies.repeated(b"%PDF-1.7" + bytes(1000), 1), kind="application/pdf")),
    page("a type of 15,000 letters", "failed.*|pending.*", Answer(bodies.repeated(b"<p>x", 1), kind="x" * 15_000)),
    page("NUL bytes between the letters", "article", text(ARTICLE().replace(" ", " \0"))),
    page("UTF-16 called UTF-8", "article", Answer(bodies.repeated(ARTICLE().encode("utf-16"), 1))),
    page("a charset that is none", "article", text(ARTICLE(), kind="text/html; charset=klingon")),
    page("100,000 elements deep", UNREADABLE, text("<div>" * 100_000 + ARTICLE())),
    page("a line of 1 MB of one letter", "article", bodies.filled(b"a" * 1000, 1000)),
    page("3 MB of blanks", "article", bodies.filled(b" " * 1000, 3000)),
    page("3 MB of no-break spaces", "article", bodies.filled("\u00a0".encode() * 500, 3000)),
    page("500 KB of brackets", "article", bodies.filled(b"([{" * 1000, 170)),
    page("500 KB of < that open nothing", "article", bodies.filled(b"<" * 1000, 500)),
    page("500 KB of dates", "article", bodies.filled(b"2026-01-12 12.01.2026 " * 50, 450)),
    page("500 KB of at signs", "article", bodies.filled(b"a@a.a@" * 200, 420)),
    page("500 KB of ampersands", "article", bodies.filled(b"&amp;&&nbsp;&#0;&#x110000;" * 50, 400)),
    page("500 KB of combining marks", "article", bodies.filled("e\u0301\u0302\u0303".encode() * 200, 350)),
    page("500 KB of dots and commas", "article", bodies.filled(b". , ; : ! " * 100, 500)),
    page("by by by by", "article", bodies.filled(b"By By And By and " * 60, 500)),
    page("half a million empty elements", "article|drop.memory_limit|drop.worker_died|drop.cpu_limit", bodies.filled(b"<p></p>" * 1000, 500)),
    page("a table of 50,000 cells", "article|drop.cpu_limit", bodies.filled(b"<td>1</td>" * 1000, 50)),
    page("20,000 links", "article|drop.cpu_limit", bodies.filled(b'<a href="/x">more</a> ' * 1000, 20)),
    page("20,000 attributes", "drop.*", text("<p " + " ".join(f"a{n}=1" for n in range(20_000)) + ">x</p>")),
    page("a class of 3 MB", UNREADABLE, text(f'<div class="{"nav-" * 750_000}"><p>{"word " * 300}</p></div>')),
    page("a comment that never ends", "drop.*", text("<!--" + "-" * 2_000_000 + ARTICLE())),
    page("a script that never ends", "drop.*", text("<script>" + "if (a < b) " * 200_000)),
    page("a title of 1 MB", "article", text(f"<title>{'Long ' * 200_000}</title>" + ARTICLE())),
    page("JSON-LD 100,000 deep", "article", text(f'<script type="application/ld+json">{"[" * 100_000}</script>' + ARTICLE())),
    page("JSON-LD of numbers and nulls", "article", text(f'<script type="application/ld+json">{{"@type": 7, "author": [[[null]]], "datePublished": {{"a": 1e999}}, "headline": {"9" * 5000}}}</script>' + ARTICLE())),
    page("dated to the year 9999", "article", text(ARTICLE().replace("2026-01-12", "9999-12-31"))),
    page("dated to the year 0", "article", text(ARTICLE().replace("2026-01-12", "0000-00-00"))),
    page("an entity bomb in XHTML", "article", text(bodies.entity_bomb(ARTICLE()), kind="application/xhtml+xml")),
    page("an external entity", "article", text(bodies.external_entity("<p>&x;</p>" + ARTICLE()), kind="application/xhtml+xml")),
    page("a refresh to a file", "article", text('<meta http-equiv="refresh" content="0; url=file:///etc/passwd">' + ARTICLE())),
    page("a base that is a script", "article", text('<base href="javascript:alert(1)">' + ARTICLE())),
    page("a hundred cookies", "article", text(ARTICLE(), headers=tuple(("Set-Cookie", f"c{n}=1") for n in range(100)))),
]  # fmt: skip

ANSWERS = [
    page("401", "failed.forbidden", saying("401 Unauthorized", WWW_Authenticate="Basic")),
    page("403, a challenge", "failed.forbidden", saying("403 Forbidden", cf_mitigated="challenge")),
    page("404", "failed.not_found", saying("404 Not Found")),
    page("410", "failed.gone", saying("410 Gone")),
    page("418", "failed.http_418", saying("418 I'm a teapot")),
    page("451", "failed.legal", saying("451 Unavailable For Legal Reasons")),
    page("429 for ten years", "pending.rate_limited", saying("429 Too Many Requests", Retry_After="315360000")),
    page("429 for 10^400 seconds", "pending.rate_limited", saying("429 Too Many Requests", Retry_After="9" * 400)),
    page("503 until the year 9999", "pending.http_5xx", saying("503 Unavailable", Retry_After="Fri, 31 Dec 9999 23:59:59 GMT")),
    page("500", "pending.http_5xx", saying("500 Oops")),
    page("status 999", "pending.http_5xx", saying("999 Request denied")),
    page("204", UNREADABLE, Answer(status="204 No Content")),
    page("206 that nobody asked for", "article", once(ARTICLE, status="206 Partial Content")),
    page("304 that nobody asked for", "failed.http_304", Answer(status="304 Not Modified")),
    page("300 without a place", "failed.http_300", saying("300 Multiple Choices")),
    page("a soft 404", "drop.error_page", text(bodies.SOFT_404)),
    page("a login wall", "drop.empty", text(bodies.LOGIN)),
    page("a consent wall", "drop.consent_wall", text(bodies.CONSENT)),
    page("a challenge called 200", "drop.challenge", text(bodies.CHALLENGE)),
    page("other text at each fetch", "article", Answer(bodies.changing)),
]  # fmt: skip

REDIRECTS = [
    page("a redirect to itself", "failed.redirect_loop", to("{}/page.html")),
    Behaviour("a redirect in a circle", {"/page.html": to("/b"), "/b": to("/c"), "/c": to("/page.html")}, {"failed.redirect_loop": 1}),
    Behaviour("a chain of 50", {"/page.html": to("/1"), **{f"/{n}": to(f"/{n + 1}") for n in range(1, 50)}, "/50": once(ARTICLE)}, {"failed.redirect_loop": 1}),
    page("a page that leads to this machine", "failed.redirect_foreign", to("http://127.0.0.1:{port}/")),
    page("a page that leads home", "failed.redirect_home", to("/")),
    page("to a file", "failed.http_302", to("file:///etc/passwd")),
    page("to an FTP server", "failed.http_302", to("ftp://127.0.0.1/secret")),
    page("to a script", "failed.http_302", to("javascript:alert(1)")),
    page("to data", "failed.http_302", to("data:text/html,<h1>hello</h1>")),
    page("to nowhere", "failed.http_302", to("")),
    page("to 15 KB of address", "failed.bad_url", to("/" + "a" * 15_000)),
    page("to a port that is none", "failed.bad_url", to("http://127.0.0.1:99999/")),
    page("to a host that is none", "failed.bad_url", to("http://[::1/")),
    *(
        channel(f"a feed that leads to {name}", to(target), FORBIDDEN)
        for name, target in {
            "loopback": "http://127.0.0.1:{port}/",
            "loopback in decimal": "http://2130706433:{port}/",
            "loopback in octal": "http://0177.0.0.1:{port}/",
            "loopback in hex": "http://0x7f000001:{port}/",
            "loopback in short": "http://127.1:{port}/",
            "0.0.0.0": "http://0.0.0.0:{port}/",
            "localhost": "http://localhost:{port}/",
            "loopback in IPv6": "http://[::1]:{port}/",
            "loopback mapped into IPv6": "http://[::ffff:127.0.0.1]:{port}/",
            "the metadata service": "http://169.254.169.254/latest/meta-data/",
            "the metadata service in decimal": "http://2852039166/latest/meta-data/",
            "a private network": "http://10.0.0.1/",
            "a carrier's network": "http://100.64.0.1/",
            "multicast": "http://224.0.0.1/",
            "a name of this machine": "http://inside.test:{port}/",
            "a name of the metadata service": "http://metadata.test/",
        }.items()
    ),
]  # fmt: skip

RSS = '<rss version="2.0"><channel><title>F</title>'
URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
INDEX = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'

FEEDS = [
    channel("a feed of a million items", bodies.streamed(RSS, lambda n: f"<item><link>/{n}.html</link></item>", 1_000_000, "</channel></rss>"), ENDLESS),
    channel("a feed of 20,000 items", bodies.streamed(RSS, lambda n: f"<item><link>/{n}.html</link></item>", 20_000, "</channel></rss>"), None, ends={"article": 1, "failed.not_found": 19, "pending.over_limit": 4_981}),
    channel("a feed with an entity bomb", text(bodies.entity_bomb(RSS + "<p></p></channel></rss>")), "http"),
    channel("a feed with an external entity", text(bodies.external_entity(RSS + "<item><title>&x;</title></item></channel></rss>")), "http"),
    channel("a feed that is HTML", saying("200 OK"), "http"),
    channel("a feed that is noise", Answer(bodies.repeated(bytes(range(256)) * 100, 40)), "http"),
    channel("a feed that is a gzip bomb", bodies.coded("gzip", bodies.gzip_bomb), "the gzip body"),
    channel("a feed without end", Answer(bodies.endless(b"<item>" * 5000)), ENDLESS),
    channel("a feed 100,000 deep", text(RSS + "<item>" * 100_000), None),
    channel("a feed with scripts in its titles", feed("javascript:alert(1)", "file:///etc/passwd", "{}/page.html"), None),
    channel("a feed of the year 9999", text(RSS + "<item><link>{}/page.html</link><pubDate>Fri, 31 Dec 9999 23:59:59 -1200</pubDate></item></channel></rss>"), None),
    channel("a feed of the year -1", text(RSS + "<item><link>{}/page.html</link><pubDate>Fri, 00 Foo 0000 99:99:99 +9999</pubDate></item></channel></rss>"), None),
    channel("a feed with a title of 900 KB", text(f"{RSS}<item><title>{'Long ' * 180_000}</title><link>{{}}/page.html</link></item></channel></rss>"), None),
    channel("a feed of strangers", feed("http://stranger.test/a", "http://127.0.0.1:{port}/b", "http://169.254.169.254/c"), None, ends={"article": 1, "skipped.foreign": 3}),
    channel("a feed that drips", Answer(bodies.endless(b"<item/>"), pause=0.5), LATE),
    channel("a feed of 1 MB of <", Answer(bodies.repeated(b"<" * 100_000, 10)), "http"),
]  # fmt: skip

SITEMAPS = [
    sitemap("a sitemap of a million pages", bodies.streamed(URLSET, lambda n: f"<url><loc>{{}}/{n}.html</loc></url>", 1_000_000, "</urlset>"), ENDLESS),
    sitemap("a sitemap that is a gzip bomb", Answer(lambda: (bodies.gzip_bomb(),), kind="application/gzip"), "http"),
    sitemap("a sitemap with an entity bomb", text(bodies.entity_bomb(URLSET + "<url><loc><p></loc></url></urlset>")), None),
    sitemap("an index that names itself", text(f"{INDEX}<sitemap><loc>{{}}/hostile.xml</loc></sitemap></sitemapindex>"), None),
    Behaviour("indexes without end", {ANY: bodies.changing_index()}, source={"sitemaps": ["{}/hostile.xml"]}),
    sitemap("an index of 50,000", bodies.streamed(INDEX, lambda n: f"<sitemap><loc>{{}}/s.xml?{n}</loc></sitemap>", 50_000, "</sitemapindex>"), None, errors={"/s.xml": "not asked, nor are 49"}),
    sitemap("an index of this machine", text(f"{INDEX}<sitemap><loc>http://127.0.0.1:{{port}}/s.xml</loc></sitemap><sitemap><loc>file:///etc/passwd</loc></sitemap></sitemapindex>"), None, errors={"/s.xml": FORBIDDEN}),
    sitemap("a sitemap of the year 9999", text(f"{URLSET}<url><loc>{{}}/page.html</loc><lastmod>9999-12-31T23:59:59-12:00</lastmod></url></urlset>"), None),
    sitemap("a sitemap of CDATA", text(URLSET + "<![CDATA[" * 300_000), None),
    sitemap("a text sitemap of one line", Answer(bodies.repeated(b"http://" * 10_000, 40)), "http"),
]  # fmt: skip

ROBOTS = [
    robots("robots.txt that is HTML", saying("200 OK")),
    robots("robots.txt of 50 MB", Answer(bodies.repeated(b"Disallow: /x\n" * 1000, 4000)), SHUT),
    robots("robots.txt without end", Answer(bodies.endless(b"# more\n" * 5000)), SHUT),
    robots("robots.txt that drips", Answer(bodies.endless(b"#"), pause=0.5), SHUT),
    robots("robots.txt that is a gzip bomb", bodies.coded("gzip", bodies.gzip_bomb), SHUT),
    robots("robots.txt with 500", saying("500 Oops"), SHUT),
    robots("robots.txt with 403", saying("403 Forbidden")),
    robots("robots.txt with 429", saying("429 Slow down"), SHUT),
    robots("robots.txt in a circle", to("/robots.txt")),
    robots("robots.txt that leads to this machine", to("http://127.0.0.1:{port}/robots.txt"), FORBIDDEN),
    robots("robots.txt of stars", text("User-agent: *\n" + f"Disallow: /{'*a' * 500}b$\n" * 50, kind="text/plain")),
    robots("robots.txt that closes all", text("User-agent: *\nDisallow: /", kind="text/plain"), "skipped.robots"),
    robots("robots.txt of noise", Answer(bodies.repeated(bytes(range(256)) * 400, 1), kind="text/plain")),
    robots("robots.txt that names the metadata service", text("Sitemap: http://169.254.169.254/s.xml\n", kind="text/plain"), source={"sitemaps": None}, errors={"/s.xml": FORBIDDEN}),
]  # fmt: skip

ADDRESSES = [
    link("64 KB of address", {"article": 1}, "{}/" + "a" * 64_000, "{}/page.html"),
    link("control characters in an address", {"article": 1}, "{}/a\x01b\x7f"),
    link("dots in an address", {"article": 1}, "{}/../../../etc/passwd"),
    link("dots in disguise", {"article": 1}, "{}/..%2f..%2f%2e%2e/etc/passwd%00.html"),
    link("a line end in an address", {"article": 1}, "{}/a%0d%0aX-More:%20yes"),
    link("a user in an address", {"article": 1}, "http://user:secret@{host}/page.html"),
    link("a thousand sessions of one page", {"article": 1}, *(f"{{}}/page.html?PHPSESSID={n:032x}" for n in range(1000))),
    link("anchors of one page", {"article": 1}, *(f"{{}}/page.html#{n}" for n in range(1000))),
    link("addresses that are none", {"article": 1}, "http://[::1", "http://:80/", "http://a b/", "http://127.0.0.1:99999/", "http://[v1.x]/", "{}/page.html"),
    Behaviour("a calendar without end", {ANY: Answer(bodies.calendar)}, {}, source={"sections": None, "feeds": []}),
    Behaviour("a front page of 20,000 links", {"/": bodies.streamed("<html><body>", lambda n: f'<a href="/2026/01/12/a-story-with-a-long-name-{n}.html">A story with a name {n}</a>', 20_000, "</body></html>")}, {"article": 1, "failed.not_found": 19, "pending.over_limit": 281}),
]  # fmt: skip

REBINDING = [
    Behaviour(
        "a name that turns",
        {},
        {"article": 1},
        source={"feeds": ["{}/feed.xml", "http://turning.test:{port}/feed.xml"]},
    ),
]

ALL = [*BODIES, *ANSWERS, *REDIRECTS, *FEEDS, *SITEMAPS, *ROBOTS, *ADDRESSES, *REBINDING]
