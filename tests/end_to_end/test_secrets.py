"""A night with planted secrets: none of them in the bucket, the logs, the files left behind or the process list.

The proxy's password and the store's key are used for real. Others are planted where they might be taken along: in the
environment, and in links that outlets print.
"""

from __future__ import annotations

import base64
import gzip
import http.client
import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pyarrow.parquet as pq
import pytest
from tests.unit.spiders.press import Site

from tearsheet.config.models import StoreSettings
from tearsheet.storage import Store
from tearsheet.storage.embedded import embedded_store
from tearsheet.storage.keeper import read_server

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

NIGHT = "2026-03-10"
USER, PASSWORD = "desk-user", "planted-proxy-password"
BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
PLANTED = {
    "AWS_ACCESS_KEY_ID": "PLANTEDACCESSKEYID01",
    "AWS_SECRET_ACCESS_KEY": "planted-secret-access-key",
    "AWS_SESSION_TOKEN": "planted-session-token",
    "AIRFLOW_CONN_PRESS": "http://planted-airflow:planted-connection@127.0.0.1/",
    "TEARSHEET_FETCH__PROXY": "",  # with the proxy's port, below
}
SECRETS = [
    *(value for value in PLANTED.values() if value),
    *(PASSWORD, BASIC, "planted-link-password", "planted-feed-password", "planted-redirect-password"),
]
COMMAND = "import sys; from tearsheet.cli import main; sys.argv[1:] = {!r}; main()"
COMMANDS = [
    ["night", "--night", NIGHT],
    ["status"],
    ["status", "--json"],
    ["check"],
    ["check", "--online"],
    ["doctor"],
    ["explain", "http://reader:planted-link-password@127.0.0.1:9/never"],
    ["pull", "stories", "--text", "--out", "stories.jsonl"],
]


class Proxy:
    """A forward proxy on loopback that asks for a password; ``refused`` counts requests without it."""

    def __init__(self) -> None:
        self.served = self.refused = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://{USER}:{PASSWORD}@127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: object) -> None: ...

            def do_GET(self) -> None:
                if self.headers["Proxy-Authorization"] != f"Basic {BASIC}":
                    proxy.refused += 1
                    return self.send_error(407)
                proxy.served += 1
                asked = urlsplit(self.path)
                connection = http.client.HTTPConnection(asked.hostname or "", asked.port, timeout=10)
                try:
                    connection.request("GET", asked.path + (f"?{asked.query}" if asked.query else ""))
                    answer = connection.getresponse()
                    body = answer.read()
                except OSError:
                    return self.send_error(502)
                finally:
                    connection.close()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name not in ("Connection", "Date", "Server"):
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                return None

        return Handler


class Watch(threading.Thread):
    """Samples every command line of this machine until it is told to stop."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: set[str] = set()
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.1):
            for process in psutil.process_iter(["cmdline"]):
                self.seen.add("\0".join(process.info["cmdline"] or ()))

    def stop(self) -> set[str]:
        self._over.set()
        self.join()
        return self.seen


@dataclass(frozen=True)
class Night:
    """What the commands left: the working folder, what they printed, the command lines that were seen meanwhile."""

    home: Path
    printed: dict[str, str]
    lines: set[str]
    proxy: Proxy


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """An outlet whose links hold passwords."""
    site = Site()
    site.publish("/2026/03/10/a-story-of-the-day", "/2026/03/10/another-story")
    host = f"127.0.0.1:{site.port}"
    secret = f"http://reader:planted-link-password@{host}/2026/03/10/a-third-story"
    site.on("/2026/03/10/a-third-story", site.answers["/2026/03/10/another-story"].body)  # type: ignore[union-attr]
    feed = site.answers["/feed.xml"].body.replace(  # type: ignore[union-attr]
        b"</channel>",
        f"<item><title>A third story of this day, with a long title</title><link>{secret}</link></item>"
        f"<item><title>A story that moved away</title><link>http://{host}/moved</link></item></channel>".encode(),
    )
    site.on("/feed.xml", feed, kind="application/rss+xml")
    site.on("/moved", status=302, headers={"Location": f"http://u:planted-redirect-password@{host}/gone"})
    site.on("/robots.txt", f"User-agent: *\nSitemap: http://u:planted-feed-password@{host}/s.xml\n", kind="text/plain")
    yield site
    site.close()


@pytest.fixture(scope="module")
def night(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    home, proxy, watch = tmp_path_factory.mktemp("secrets"), Proxy(), Watch()
    (home / "config" / "collections").mkdir(parents=True)
    (home / "config" / "topics").mkdir()
    place = "country: KZ, language: en"
    (home / "config" / "collections" / "press.yaml").write_text(
        "defaults: {delay: 0, lookback_days: null}\nsources:\n"
        f"- {{id: one, name: One, homepage: '{site.url()}', {place}, feeds: ['{site.url('/feed.xml')}']}}\n"
        f"- {{id: dead, name: Dead, homepage: 'http://127.0.0.1:9/', {place}}}\n"
    )
    (home / "config" / "topics" / "stories.yaml").write_text("{title: S, query: word, collections: [press]}")
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment |= PLANTED | {"TEARSHEET_FETCH__PROXY": proxy.url, "TEARSHEET_LOG_LEVEL": "DEBUG"}
    watch.start()
    try:
        with embedded_store(home / "var"):  # one server for all commands
            printed = {" ".join(command): _run(home, environment, command) for command in COMMANDS}
        yield Night(home, printed, watch.stop(), proxy)
    finally:
        proxy.close()


def _run(home: Path, environment: dict[str, str], command: list[str]) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", COMMAND.format(command)], cwd=home, env=environment, capture_output=True, timeout=300
    )
    return (ended.stdout + ended.stderr).decode()


def unpacked(key: str, body: bytes) -> bytes:
    """An object's content: members of gzip unfolded, every value of a Parquet file as text."""
    if body.startswith(b"\x1f\x8b"):
        return gzip.decompress(body)
    if key.endswith(".parquet"):
        table = pq.read_table(io.BytesIO(body))
        return repr((table.to_pylist(), table.schema.metadata)).encode()
    return body


def held(text: bytes | str, secrets: list[str]) -> list[str]:
    told = text if isinstance(text, str) else text.decode("latin-1")
    return [secret for secret in secrets if secret in told]


def own_key(home: Path) -> list[str]:
    """The embedded store's own key."""
    server = read_server(home / "var" / "store")
    assert server is not None
    return [server.access_key, server.secret_key]


def test_the_night_was_run_through_the_proxy_and_gave_articles(night: Night) -> None:
    assert night.proxy.served > 5
    assert night.proxy.refused == 0
    assert "3 articles" in night.printed[f"night --night {NIGHT}"], night.printed[f"night --night {NIGHT}"]
    assert (night.home / "stories.jsonl").read_text().count("\n") == 3


def test_no_secret_is_printed(night: Night) -> None:
    found = {name: held(text, SECRETS + own_key(night.home)) for name, text in night.printed.items()}
    assert not {name: secrets for name, secrets in found.items() if secrets}


def test_no_secret_is_in_the_bucket_but_what_outlets_print_on_their_pages(night: Night) -> None:
    with (
        embedded_store(night.home / "var") as server,
        Store(server.url, settings=StoreSettings(), access=server.access) as store,
    ):
        objects = {info.key: unpacked(info.key, store.get(info.key)) for info in store.list("")}
    assert {key.partition("/")[0] for key in objects} >= {"raw", "runs", "tables", "state", "config"}
    printed = ["planted-link-password", "planted-feed-password", "planted-redirect-password"]
    secrets = [secret for secret in SECRETS if secret not in printed] + own_key(night.home)
    assert not {key: held(body, secrets) for key, body in objects.items() if held(body, secrets)}
    derived = {key: body for key, body in objects.items() if not key.endswith(".warc.gz")}
    assert not {key: held(body, SECRETS) for key, body in derived.items() if held(body, SECRETS)}
    heads = b"".join(body for key, body in objects.items() if key.endswith(".warc.gz"))
    targets = [line for line in heads.splitlines() if line.startswith((b"WARC-Target-URI", b"GET ", b"Host:"))]
    assert len(targets) > 10
    assert not held(b"\n".join(targets), SECRETS)
    assert b"proxy-authorization" not in heads.lower()


def test_no_secret_is_in_a_file_that_is_left(night: Night) -> None:
    files = [path for path in night.home.rglob("*") if path.is_file()]
    assert len(files) > 5
    # what the outlets print stands in the WARCs, and so in the server's volumes
    planted = [secret for secret in SECRETS if not secret.startswith(("planted-link", "planted-feed", "planted-redir"))]
    assert not {path: held(path.read_bytes(), planted) for path in files if held(path.read_bytes(), planted)}


def test_what_is_left_is_for_its_owner_alone(night: Night) -> None:
    store = night.home / "var" / "store"
    assert store.stat().st_mode & 0o777 == 0o700
    assert own_key(night.home)[1] in (store / "server.json").read_text()
    files = [path for path in store.rglob("*") if path.is_file()]
    assert not [path for path in files if path.stat().st_mode & 0o077 and path.parent == store]


def test_no_secret_is_on_a_command_line(night: Night) -> None:
    for part in ("tearsheet.spiders", "tearsheet.documents", "s3.port"):
        assert [line for line in night.lines if part in line], f"{part} was never seen"
    commands = {COMMAND.format(command) for command in COMMANDS}  # `explain` is given a password by this test itself
    lines = [line for line in night.lines if line.split("\0")[-1] not in commands]
    assert not held("\n".join(lines), SECRETS + own_key(night.home))
