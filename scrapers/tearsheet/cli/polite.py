"""The few requests that ``check --online`` and ``record`` make: the manners of the harvest without its machinery.

One request at a time a site with a delay between, robots.txt of every host obeyed (RFC 9309) and its Crawl-delay kept,
the User-Agent of the settings; redirects, bytes and seconds have an end. Without a contact only loopback is asked, and
no address that is neither public nor opened by the configuration.
"""

from __future__ import annotations

import socket
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
)

from tearsheet.archive.coding import decode
from tearsheet.config.models import FetchSettings
from tearsheet.discover.robots import Robots, parse_robots
from tearsheet.errors import RecordError
from tearsheet.spiders.addresses import Reach, reach_of
from tearsheet.spiders.hosts import is_loopback
from tearsheet.urls import site

REDIRECTS = {301, 302, 303, 307, 308}
ROBOTS_REDIRECTS = 5
"""RFC 9309, section 2.3.1.2."""
CHUNK = 65_536
LONGEST_PAUSE = 30.0
FORBIDDEN = "robots.txt forbids it"


class NoAnswer(Exception):
    """A URL gave no usable answer; ``status`` is HTTP's where there was one."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response; ``body`` is decoded, ``location`` the target of a redirect."""

    url: str
    status: int
    media_type: str
    headers: dict[str, str]
    body: bytes
    location: str | None


@dataclass(slots=True)
class _Turn:
    """A site's turn-taking: who holds ``lock`` may ask it, once ``last`` is long enough ago."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    last: float = float("-inf")


@dataclass(slots=True)
class _Rules:
    """A host's robots.txt, asked for once by whoever holds ``lock``; ``answer`` is what came of it, for people."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    robots: Robots | None = None
    answer: str = ""


class PoliteClient:
    """Asks for URLs; may be shared by threads. ``declared`` are the URLs that the operator named."""

    def __init__(self, settings: FetchSettings, declared: Iterable[str] = ()) -> None:
        self._reach = reach_of(settings, declared)
        self._settings = settings
        self._agent = settings.agent
        self._lock = threading.Lock()
        self._turns: defaultdict[str, _Turn] = defaultdict(_Turn)
        self._rules: defaultdict[str, _Rules] = defaultdict(_Rules)
        self._pools: dict[str | None, urllib3.PoolManager] = {}

    def ask(self, url: str, *, delay: float) -> Answer:
        """The 2xx answer to a URL, redirects followed. ``delay``: seconds after the site's last request, at least.

        Raises:
            NoAnswer: robots.txt or a rule of ours forbids it, it does not answer, or not with 2xx.
        """
        answer = self._follow(url, delay, self._settings.max_redirects, obey=True)
        if not 200 <= answer.status < 300:
            raise NoAnswer(f"HTTP {answer.status}", answer.status)
        return answer

    def robots(self, url: str, *, delay: float) -> Robots:
        """The rules of a URL's host, asked for once."""
        return self._rules_of(url, delay)[0]

    def _rules_of(self, url: str, delay: float) -> tuple[Robots, str]:
        """… and what came of asking, for people."""
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        with self._lock:
            rules = self._rules[origin]
        with rules.lock:
            if rules.robots is None:
                rules.robots, rules.answer = self._ask_robots(f"{origin}/robots.txt", delay)
            return rules.robots, rules.answer

    def _ask_robots(self, url: str, delay: float) -> tuple[Robots, str]:
        try:
            answer = self._follow(url, delay, ROBOTS_REDIRECTS, obey=False)
        except NoAnswer as failure:
            return parse_robots(None, failure.status), str(failure)
        return parse_robots(answer.body, answer.status), f"HTTP {answer.status}"

    def _follow(self, url: str, delay: float, redirects: int, *, obey: bool) -> Answer:
        for _ in range(redirects + 1):
            if not self._settings.contact and not is_loopback(url):
                raise NoAnswer("not asked: fetch.contact is not set")
            if address := self._reach.refuses_url(url):
                raise NoAnswer(f"not asked: {_forbidden(url, address)}")
            answer = self._request(url, self._pause(url, delay) if obey else delay)
            if answer.status not in REDIRECTS or answer.location is None:
                return answer
            url = _target(url, answer.location)
        raise NoAnswer(f"more than {redirects} redirects", answer.status)

    def _pause(self, url: str, delay: float) -> float:
        """Seconds to leave between two requests to a URL's site, if robots.txt allows it at all."""
        robots, answer = self._rules_of(url, delay)
        if robots.closed:
            raise NoAnswer(f"not asked: robots.txt gives no rules ({answer}), and nothing is allowed until it does")
        if not robots.allows(url, self._agent):
            raise NoAnswer(FORBIDDEN)
        pause = max(delay, robots.crawl_delay(self._agent) or 0.0)
        if pause > LONGEST_PAUSE:
            raise NoAnswer(f"not asked: it wants {pause:g} s between requests, and a check is short; the harvest waits")
        return pause

    def _request(self, url: str, delay: float) -> Answer:
        with self._lock:
            turn = self._turns[_site(url)]
        with turn.lock:
            time.sleep(max(0.0, turn.last + delay - time.monotonic()))
            try:
                return self._send(url)
            finally:
                turn.last = time.monotonic()

    def _send(self, url: str) -> Answer:
        seconds = self._settings.timeout
        headers = {"User-Agent": self._agent, "Accept-Encoding": "gzip"}
        try:
            response = self._pool(url).request(
                "GET",
                url,
                headers=headers,
                timeout=urllib3.Timeout(seconds),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                body = self._body(response)
            finally:
                response.close()
            return Answer(
                url=url,
                status=response.status,
                media_type=response.headers.get("Content-Type", ""),
                headers=dict(response.headers.items()),
                body=decode(body, response.headers.get("Content-Encoding", "")),
                location=response.headers.get("Location"),
            )
        except (ConnectTimeoutError, ReadTimeoutError) as error:
            refused = isinstance(error, NewConnectionError)  # for urllib3, a kind of time-out
            raise NoAnswer(_reason(error) if refused else f"no answer within {seconds:g} s") from error
        except HTTPError as error:
            raise NoAnswer(_reason(error)) from error
        except RecordError as error:
            raise NoAnswer(str(error)) from error

    def _body(self, response: urllib3.BaseHTTPResponse) -> bytes:
        """The body as received."""
        body, end = bytearray(), time.monotonic() + self._settings.timeout
        while chunk := response.read1(CHUNK, decode_content=False):
            body += chunk
            if len(body) > self._settings.max_bytes:
                raise NoAnswer(f"larger than {self._settings.max_bytes:,} bytes", response.status)
            if time.monotonic() > end:
                raise NoAnswer(f"not whole within {self._settings.timeout:g} s", response.status)
        return bytes(body)

    def _pool(self, url: str) -> urllib3.PoolManager:
        proxy = self._proxy(url)
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = _new_pool(proxy, self._reach)
            return self._pools[proxy]

    def _proxy(self, url: str) -> str | None:
        """The proxy of the settings, else of the environment; this machine is asked directly."""
        parts = urlsplit(url)
        if is_loopback(url):
            return None
        if self._settings.proxy or urllib.request.proxy_bypass(parts.netloc):
            return self._settings.proxy
        return urllib.request.getproxies().get(parts.scheme)


class _Guarded(HTTPConnection):
    """Resolves its host once, and connects to an address that may be asked."""

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reach = reach

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        self._dns_host = self._address(name)
        try:
            return super()._new_conn()
        finally:
            self._dns_host = name

    def _address(self, name: str) -> str:
        try:
            found = [str(each[4][0]) for each in socket.getaddrinfo(name, self.port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError) as error:
            raise NameResolutionError(name, self, socket.gaierror(str(error))) from error
        allowed = [address for address in found if not self._reach.refuses(name, self.port, address)]
        if not allowed:
            raise NewConnectionError(self, f"not asked: {_forbidden(name, found[0])}")
        return allowed[0]


class _GuardedTls(_Guarded, HTTPSConnection):
    """The same before TLS."""


class _GuardedPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Guarded


class _GuardedTlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _GuardedTls


def _new_pool(proxy: str | None, reach: Reach) -> urllib3.PoolManager:
    # Certificates are not verified, as in the harvest: what is asked here is whether the harvest will get an answer.
    if proxy is None:
        manager = urllib3.PoolManager(cert_reqs="CERT_NONE")
        pools: Any = {"http": partial(_GuardedPool, reach=reach), "https": partial(_GuardedTlsPool, reach=reach)}
        manager.pool_classes_by_scheme = pools
        return manager
    parts = urlsplit(proxy if "//" in proxy else f"http://{proxy}")
    login = f"{parts.username}:{parts.password or ''}" if parts.username else None
    address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    headers = urllib3.make_headers(proxy_basic_auth=login)
    return urllib3.ProxyManager(address, proxy_headers=headers, cert_reqs="CERT_NONE")


def _reason(error: HTTPError) -> str:
    """What went wrong, without urllib3's own objects."""
    return str(error).rpartition(": ")[2]


def _site(url: str) -> str:
    try:
        return site(url)
    except RecordError as error:
        raise NoAnswer(str(error)) from error


def _target(url: str, location: str) -> str:
    """Where a redirect leads."""
    target = urljoin(url, location)
    if urlsplit(target).scheme not in ("http", "https"):
        raise NoAnswer(f"redirects to {target}, which is no web address")
    return target


def _forbidden(url: str, address: str) -> str:
    return f"{url} leads to {address}, which is no public address; fetch.private_networks can open it"
