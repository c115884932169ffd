"""Which document a URL names, and which site and host it belongs to.

The canonical form is **identity only**: it is hashed and compared, never asked. The URL that is asked is the one
that was discovered, because some servers answer only to their exact query. Two errors are possible, and they are not
equal: to keep two spellings of a page apart costs one request and is mended by deduplication; to take two pages for
one loses a page without a trace. So each rule merges only what no site is known to tell apart:

==========================  ==========================================================================================
http and https              one document; written as ``http``
user info                   dropped: it says who asks, not what for
host                        lower case, IDNA to ASCII as Scrapy asks it, without a last dot
``www.`` ``m.`` ``amp.`` …  dropped where a registrable name is left; ``en.m.site`` is ``en.site``; ``www2.`` stays,
                            it is often another server
port                        80 and 443 dropped, others kept
path                        dot segments resolved, runs of ``/`` folded, a last ``/`` and ``index.html`` dropped;
                            case stays; ``;`` is written ``%3B``, as in parameters
AMP, mobile                 ``…/slug/amp``, ``/amp/…/slug``, ``slug.amp.html``, ``?amp=1``, ``?outputType=amp``, what
                            AMP caches wrap, ``?m=1`` alone; a bare word beside ``/amp`` stays: a section, a tag
percent-encoding            unreserved characters decoded, the rest in upper case; ``%2F`` is not ``/``
parameters                  sorted; those that only say where a reader came from, and session ids, are dropped by
                            name from a closed list (courlan's patterns also match ``cid``, ``source`` or ``uid``, which
                            identify pages elsewhere); ``ref``, ``src`` … only with a value such as ``rss``
fragment                    dropped, ``#!`` too: it never reaches the server, whose answer is the document
==========================  ==========================================================================================

All functions raise ``RecordError`` for what is no absolute http(s) URL, and nothing else.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, NoReturn
from urllib.parse import quote, unquote_to_bytes, urlsplit

from w3lib.url import canonicalize_url

from tearsheet.errors import RecordError

if TYPE_CHECKING:
    from tldextract import TLDExtract

MAX_URL_LENGTH = 8_000
"""Characters; RFC 9110, section 4.1, asks everybody to support at least that many."""

MAX_PORT = 65_535

_TRACKERS = frozenset(
    """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid igshid igsh li_fat_id srsltid gad_source
    gad_campaignid _ga _gl mc_cid mc_eid mkt_tok _hsenc _hsmi hsctatracking rb_clickid s_cid ncid cmpid cmp intcmp
    int_cmp icid ito ico ocid xtor spm smid smtyp smprod ref_src ref_url ftag dicbo omrss echobox soc_src soc_trk tsrc
    __twitter_impression __source from_rss feedtype feedname rssfeed replytocom usqp aoh guccounter mibextid sfnsn
    _openstat wt_mc wt_zmc wtrid wtmc ns_source ns_mchannel ns_campaign ns_linkname ns_fee trk trkcampaign sara_ecid
    phpsessid jsessionid sessionid session_id cfid cftoken zanpid
    """.split()  # noqa: SIM905 - a list of 80 quoted words is harder to read and to sort
)
_TRACKER_PREFIXES = (
    *("utm_", "mtm_", "pk_", "piwik_", "matomo_", "at_", "hsa_", "fb_action_", "fb_ref", "fb_source", "vero_"),
    *("oly_", "itm_", "amp_", "guce_", "aspsessionid", "tmg_"),
)
_ORIGIN_PARAMETERS = frozenset({"ref", "referrer", "referer", "source", "src", "from", "via", "origin", "mod"})
_ORIGINS = frozenset(
    """
    rss feed feeds atom twitter facebook fb telegram whatsapp linkedin instagram newsletter email mail home homepage
    hp share push sitemap wap mobile app amp
    """.split()  # noqa: SIM905 - as above
)
_VARIANT_PARAMETERS = frozenset({"output", "outputtype", "view", "format"})
_SWITCHES = {"amp": {"", "0", "1", "true", "yes"}, "mobile": {"", "0", "1", "true", "false"}}
_HEX_SESSION = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)

_ORDINARY = re.compile(r"https?://([A-Za-z0-9.-]+(?::\d+)?)(?=[/?#]|$)")
_USER_INFO = re.compile(r"(?<=://)[^/?#\\\s]*@")
_AUTHORITY = re.compile(r"((?:[a-z0-9_-]+\.)*[a-z0-9_-]+|\[[0-9a-f:.]+\])(?::(\d+))?")
_BARE_SUFFIX = r"(?:com?|org|net|gov|gob|go|edu|ac|or|ne)\.[a-z]{2}"
_VARIANT_HOST = re.compile(
    rf"(?:^(?:www|m|mobile|mobil|touch|wap|amp)|(?<=\.)(?:m|amp))\.(?=[^.]+\.)(?!{_BARE_SUFFIX}$)"
)
_AMP_CACHE = re.compile(
    r"https?://(?:(?:[\w-]+\.)*cdn\.ampproject\.org/[a-z](?:/[a-z])??|(?:www\.)?google\.[a-z.]+/amp)/(?:s/)?",
    re.IGNORECASE,
)
_SLUG = r"(?=[^/]*[-_.\d%])[^/]+"
_AMP_PATH = re.compile(
    rf"(?<=/)({_SLUG})/amp(?:\.html)?$|(?<=[^/.])\.amp(?=\.html$)|(?<=[^/.])\.amp$|^/amp(?=/(?:.*/)?{_SLUG}$)"
)
_INDEX = re.compile(r"/index\.(?:html?|php)$")
_PATH_SESSION = re.compile(r"(?:;|%3B)(?:jsessionid|phpsessid)=[^;/?#]*", re.IGNORECASE)
_SLASHES = re.compile(r"//+")


class _Parts(NamedTuple):
    host: str
    port: str | None
    path: str
    query: str


def canonical(url: str) -> str:
    """The one spelling of all URLs of a document. Idempotent. The table above has the rules and their reasons."""
    parts = _parts(_PATH_SESSION.sub("", _unwrapped(url)).replace(";", "%3B"))
    host = _desktop_host(parts.host) + (f":{parts.port}" if parts.port else "")
    pairs = [pair for pair in parts.query.split("&") if pair.strip("=") and not _says_nothing(*pair.split("=", 1))]
    if pairs in (["m=0"], ["m=1"]):  # Blogger's mobile view; beside other parameters an m may be a module or a month
        pairs = []
    query = f"?{'&'.join(pairs)}" if pairs else ""
    return f"http://{host}{_plain_path(parts.path)}{query}"


def document_id(url: str) -> str:
    """20 hexadecimal digits (80 bits) of the SHA-256 of the canonical form."""
    return hashlib.sha256(canonical(url).encode()).hexdigest()[:20]


def anonymous(url: str) -> str:
    """A URL without user info, which says who asks: it is never sent, and belongs into no archive."""
    return _USER_INFO.sub("", url, count=1)


def host(url: str) -> str:
    """Host in lower-case ASCII, with ``:port`` unless that is 80 or 443; IPv6 in brackets."""
    name, port = _authority(url)
    return f"{name}:{port}" if port else name


def site(url: str) -> str:
    """Registrable domain (``bbc.co.uk``, ``someone.blogspot.com``), by the public suffix list that tldextract brings.

    What has none (an IP address, ``localhost``, an intranet's name) is its own site, told apart by port.
    """
    return _registrable(_authority(url)[0]) or host(url)


def same_site(a: str, b: str) -> bool:
    """Whether two URLs belong to one site."""
    return site(a) == site(b)


def surt(url: str) -> str:
    """Sort key of a CDXJ index, ``com,example)/path?query``, of the URL as it was asked.

    Sort-friendly URI Reordering Transform as replay tools look it up: host reversed without ``www``, port unless it is
    the default, everything in lower case, parameters sorted, no fragment, no last slash, no session id in the query.
    https://iipc.github.io/warc-specifications/specifications/cdx-format/cdx-2015/
    """
    parts, raw_query = _parts(url), url.strip().partition("#")[0].partition("?")[2]
    name = re.sub(r"^www\d*\.", "", parts.host).strip("[]")
    reversed_host = name if ":" in name else ",".join(reversed(name.split(".")))
    path = _SLASHES.sub("/", _surt_text(parts.path)).rstrip("/") or "/"
    pairs = [pair for pair in _surt_text(raw_query).split("&") if not _is_session(pair)]
    query = f"?{'&'.join(sorted(pairs))}" if any(pairs) else ""
    return f"{reversed_host}{f':{parts.port}' if parts.port else ''}){path}{query}"


def _authority(url: str) -> tuple[str, str | None]:
    """Host and port, for ordinary URLs by a look-up: a site's are asked for with each of its thousands of links."""
    ordinary = _ORDINARY.match(url) if url.isascii() and len(url) <= MAX_URL_LENGTH else None
    parts = _parts(f"http://{ordinary[1]}/" if ordinary else url)
    return parts.host, parts.port


@lru_cache(maxsize=4096)
def _parts(url: str) -> _Parts:
    """The normalised pieces of an http(s) URL; cached because one URL is asked for its id, its host and its site."""
    if len(url) > MAX_URL_LENGTH:
        _refuse(url, f"longer than {MAX_URL_LENGTH} characters")
    try:
        split = urlsplit(canonicalize_url(url))
    except ValueError as error:
        _refuse(url, str(error), error)
    authority = _AUTHORITY.fullmatch(split.netloc.rpartition("@")[2].removesuffix("."))
    if split.scheme not in ("http", "https"):
        _refuse(url, "not http or https")
    if authority is None:
        _refuse(url, "no valid host")
    port = authority[2]
    if port and int(port) > MAX_PORT:
        _refuse(url, "no valid port")
    return _Parts(authority[1], None if port in ("80", "443") else port, split.path or "/", split.query)


def _refuse(url: str, why: str, cause: Exception | None = None) -> NoReturn:
    shown = url[:200].encode("ascii", "backslashreplace").decode()
    raise RecordError(f"{shown!r} is no absolute http(s) URL: {why}") from cause


def _unwrapped(url: str) -> str:
    """The publisher's URL inside one of an AMP cache: ``https://x.cdn.ampproject.org/c/s/publisher/…``."""
    while match := _AMP_CACHE.match(url.strip()):
        url = f"http://{url.strip()[match.end() :]}"
    return url


def _desktop_host(name: str) -> str:
    """The host without ``www.``, ``m.``, ``amp.`` …; ``m.co.uk`` keeps its name, since ``co.uk`` is nobody's."""
    while (plain := _VARIANT_HOST.sub("", name)) != name:
        name = plain
    return name


def _plain_path(path: str) -> str:
    path = _SLASHES.sub("/", path)
    while (plain := _INDEX.sub("", _without_amp(path.rstrip("/")))) != path:
        path = plain
    return path or "/"


def _without_amp(path: str) -> str:
    return _AMP_PATH.sub(r"\1", path) if "amp" in path else path


def _says_nothing(name: str, value: str = "") -> bool:
    """Whether a parameter only tells a reader's way, session or screen, and never which page."""
    name, value = name.lower(), value.lower()
    return (
        name in _TRACKERS
        or name.startswith(_TRACKER_PREFIXES)
        or (name in _ORIGIN_PARAMETERS and re.split(r"[^a-z]", value, maxsplit=1)[0] in _ORIGINS)
        or (name in _VARIANT_PARAMETERS and value in ("amp", "mobile"))
        or value in _SWITCHES.get(name, ())
        or (name == "sid" and _HEX_SESSION.fullmatch(value) is not None)
    )


@lru_cache(maxsize=4096)
def _registrable(name: str) -> str:
    return _extractor()(name).top_domain_under_public_suffix


@lru_cache(maxsize=1)
def _extractor() -> TLDExtract:
    """Without network and disk; imported late, since reading an archive needs no public suffix list."""
    from tldextract import TLDExtract

    return TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


def _surt_text(text: str) -> str:
    """Unescaped until nothing changes, lower-cased and escaped once, as SURT tools do."""
    raw = text.encode()
    while (plain := unquote_to_bytes(raw)) != raw:
        raw = plain
    return quote(raw, safe="!\"$&'()*+,/:;<=>?@[\\]^`{|}~").lower()


def _is_session(pair: str) -> bool:
    name, _, value = pair.partition("=")
    return (
        (name in ("jsessionid", "phpsessid", "sid") and re.fullmatch(r"[0-9a-z]{32}", value) is not None)
        or (name.startswith("aspsessionid") and bool(value))
        or name in ("cfid", "cftoken")
    )
