"""What a single configured value must satisfy beyond its type: each rule returns the value or raises ValueError."""

from __future__ import annotations

import difflib
import re
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from ipaddress import ip_network
from string import Formatter
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

ISO_639_1 = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
    "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng "
    "nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su "
    "sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
NAMESPACE = re.compile(r"\|(?!=)")
USER = re.compile(
    r"(?P<name>[^\s:,]+):scrypt\$(?P<n>\d+)\$(?P<r>\d+)\$(?P<p>\d+)\$(?P<salt>[\w+/=]+)\$(?P<hash>[\w+/=]+)", re.ASCII
)
USER_ASSIGNED = {"XK": "Kosovo", "ZZ": "unknown"}
"""Of the codes that ISO 3166-1 leaves to its users, the two in common use."""


@cache
def countries() -> dict[str, str]:
    """Country names by ISO 3166-1 alpha-2 code, from the table that comes with the time zones."""
    table = (files("tzdata.zoneinfo") / "iso3166.tab").read_text("utf-8").splitlines()
    return dict(line.split("\t", 1) for line in table if line and not line.startswith("#")) | USER_ASSIGNED


def a_country(code: str) -> str:
    """A code of ISO 3166-1."""
    if code not in countries():
        raise ValueError(f"{code!r} is no country of ISO 3166-1, such as KZ (the United Kingdom is GB)")
    return code


def a_language(code: str) -> str:
    """A two-letter code must be one of ISO 639-1; three letters are taken as they are."""
    if len(code) == 2 and code not in ISO_639_1.split():
        raise ValueError(f"{code!r} is no language of ISO 639-1, such as kk for Kazakh")
    return code


def a_zone(name: str) -> str:
    """A time zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        near = difflib.get_close_matches(name, available_timezones(), n=1) or ["Europe/Paris"]
        raise ValueError(f"{name!r} is no time zone of the IANA database, such as {near[0]}") from error
    return name


def a_web_address(url: str) -> str:
    """A URL with a host and without credentials, which do not belong into a file that is published."""
    parts = urlsplit(url)
    if not parts.hostname or parts.port == 0:
        raise ValueError(f"{url!r} names no host")
    if "@" in parts.netloc:
        raise ValueError("credentials do not belong into a source's address")
    return url


def a_proxy(url: str) -> str:
    """A proxy's URL, with or without credentials."""
    parts = urlsplit(url)
    if not parts.hostname or parts.port == 0:
        raise ValueError("the proxy's address names no host")
    return url


def a_network(text: str) -> str:
    """A network in CIDR notation, or one address."""
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError(f"{text!r} is no network such as 10.1.0.0/16 or fd00::/8: {error}") from error


def listed(value: object) -> object:
    """A list of JSON as a tuple; text, which is all that the environment holds, parted at its commas."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(","))
    return tuple(value) if isinstance(value, list) else value


def a_user(line: str) -> str:
    """A name and the hash of a password, as ``python -m tearsheet.web.login NAME`` prints them; never shown again."""
    if not USER.fullmatch(line):
        raise ValueError("is no user: take the line that `python -m tearsheet.web.login NAME` prints")
    return line


def a_contact(text: str) -> str:
    """A mail address or a web address: what a site's owner can use."""
    name, at, domain = text.removeprefix("mailto:").partition("@")
    is_mail = bool(name and at and domain) and "@" not in domain
    if not text.isprintable() or " " in text or not (is_mail or text.startswith(("http://", "https://"))):
        raise ValueError(f"{text!r} is neither a mail address nor a URL")
    return text


def a_user_agent(template: str) -> str:
    """Printable ASCII in which only {version} and {contact} are filled in (RFC 9110, 10.1.5)."""
    if not (template.isascii() and template.isprintable()):
        raise ValueError("only printable ASCII can be sent in a header")
    unknown = {name for _, name, _, _ in Formatter().parse(template) if name is not None} - {"version", "contact"}
    if unknown:
        raise ValueError(f"only {{version}} and {{contact}} are filled in, not {', '.join(sorted(unknown))!r}")
    return template


def a_selector(text: str) -> str:
    """A CSS selector of elements; not looked at where the extra [harvest] is missing: there nothing is extracted."""
    if find_spec("cssselect") is None:
        return text
    from cssselect import HTMLTranslator, SelectorError

    try:
        HTMLTranslator().css_to_xpath(text)
    except SelectorError as error:
        raise ValueError(f"{text!r} is no CSS selector of elements, such as div.promo > p: {error}") from error
    if NAMESPACE.search(QUOTED.sub("", text)):
        raise ValueError(f"{text!r} names a namespace, and HTML has none: leave out what stands before the |")
    return text


def without_credentials(text: str) -> str:
    """A URL, or text with URLs in it, without the part before the ``@`` of a host."""
    return re.sub(r"(?<=//)[^/\s\"']*@", "", text)
