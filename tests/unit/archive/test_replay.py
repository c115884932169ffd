"""pywb replays what the archive stage wrote: the page, and the page as a later visit found it unchanged.

pywb is a tool of these tests alone (it is under the GPL) and is run from an environment of its own:
``TEARSHEET_PYWB`` is the path of a Python that has it.
"""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tearsheet.archive import cdxj
from tearsheet.archive.exchange import Exchange
from tearsheet.archive.writer import SegmentWriter

PYWB = os.environ.get("TEARSHEET_PYWB")

pytestmark = pytest.mark.skipif(
    not PYWB, reason="TEARSHEET_PYWB is not set: replay is tested with a Python that has pywb"
)

CONFIGURATION = """
collections:
  ours:
    index_paths: ours.cdxj
    archive_paths: ./
  theirs:
    index_paths: theirs.cdxj
    archive_paths: [raw/press/2026-01-05/, raw/press/2026-01-06/]
"""


@pytest.fixture
def archive(tmp_path: Path, nights: tuple[SegmentWriter, SegmentWriter]) -> Path:
    """Both segments under their keys, with our index of them and with the one that pywb makes."""
    folder = tmp_path / "archive"
    for segment in nights:
        (folder / segment.key).parent.mkdir(parents=True)
        segment.path.rename(folder / segment.key)
    (folder / "ours.cdxj").write_bytes(cdxj.dump([entry for segment in nights for entry in segment.entries]))
    keys = [segment.key for segment in nights]
    _pywb(folder, "from pywb.indexer.cdxindexer import main", "-s", "-j", "-o", "theirs.cdxj", *keys)
    (folder / "config.yaml").write_text(CONFIGURATION)
    return folder


def _pywb(folder: Path, program: str, *arguments: str) -> None:
    subprocess.run([str(PYWB), "-c", f"{program}; main()", *arguments], cwd=folder, check=True, capture_output=True)


@contextmanager
def _replay(folder: Path) -> Iterator[httpx.Client]:
    """A running replay server on a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(PYWB), "-c", "from pywb.apps.cli import wayback; wayback()", "-b", "127.0.0.1", "-p", str(port)]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as server:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20) as client:
                _wait(client, server)
                yield client
        finally:
            server.terminate()


def _wait(client: httpx.Client, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while server.poll() is None and time.monotonic() < deadline:
        try:
            client.get("/")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("pywb did not start")


@pytest.mark.parametrize("collection", ["ours", "theirs"])
def test_pywb_replays_the_page_and_its_revisits(
    archive: Path, make_page: Callable[..., Exchange], collection: str
) -> None:
    with _replay(archive) as client:
        for stamp, memento in (
            ("20260105020000", "Mon, 05 Jan 2026 02:00:00 GMT"),
            ("20260106020000", "Tue, 06 Jan 2026 02:00:00 GMT"),
            ("20260106030000", "Tue, 06 Jan 2026 03:00:00 GMT"),
        ):
            answer = client.get(f"/{collection}/{stamp}id_/{make_page().url}")
            assert (answer.status_code, answer.headers["memento-datetime"]) == (200, memento)
            assert answer.content == gzip.decompress(make_page().body)
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
        plain = client.get(f"/{collection}/20260105020000id_/http://news.example/b?x=1")
        assert plain.text.count("A paragraph of the article.") == 60
        moved = client.get(f"/{collection}/20260105020000mp_/http://news.example/old")
        assert moved.headers["location"].endswith("/http://news.example/a")
        assert "A paragraph of the article." in client.get(f"/{collection}/20260105020000mp_/{make_page().url}").text


def test_pywb_finds_the_same_keys_places_and_digests(archive: Path) -> None:
    ours, theirs = (_read_index(archive / name) for name in ("ours.cdxj", "theirs.cdxj"))
    assert ours == theirs
    assert len(ours) == 7


def _read_index(path: Path) -> list[tuple[str, ...]]:
    """Key, time, digest, length and offset of each line, without the candidates' metadata records."""
    lines = (line.split(" ", 2) for line in path.read_text().splitlines() if not line.startswith("urn:"))
    return [
        (key, stamp, *(json.loads(told)[name] for name in ("digest", "length", "offset"))) for key, stamp, told in lines
    ]
