"""What the catalogue's pages take on the big archive: milliseconds, bytes as sent, and the server's memory.

python benchmarks/catalogue.py [--folder var/big] [--rounds 20]        (needs ``make big-archive``)

`tearsheet serve` in a process of its own, asked by one reader who accepts gzip. The first answer of a page is shown
apart; the median is of the later ones. Fails where a page takes more than 150 ms at the median or 300 KB, or the server
more than 500 MB.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tearsheet.storage.embedded import embedded_store

MILLISECONDS, KILOBYTES, MEGABYTES = 150, 300, 500
LINK = re.compile(r'href="(?P<path>/articles/[^"#?]+)')


def main() -> None:
    """Print a table and fail where a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("var/big"))
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    if not (asked.folder / "store").exists():
        sys.exit(f"{asked.folder} holds no archive; make one with `make big-archive`")
    missed: list[str] = []
    print("| page | first, ms | median, ms | KB |\n|---|---|---|---|")
    with embedded_store(asked.folder) as server, serving(server.environment()) as (url, process):
        with httpx.Client(base_url=url, trust_env=False, timeout=60) as reader:
            for path in pages(reader):
                missed += measure(reader, path, asked.rounds)
        memory = resident(process)
    print(f"\nserver: {memory} MB")
    missed += [f"the server takes {memory} MB; {MEGABYTES} are allowed"] if memory > MEGABYTES else []
    for miss in missed:
        print(f"missed: {miss}")
    sys.exit(bool(missed))


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    """The address and process id of a catalogue."""
    command = [sys.executable, "-m", "tearsheet", "serve", "--port", "0"]
    with subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        told = process.stderr.readline()
        found = re.search(r"at (http://\S+)/;", told)
        if found is None:
            sys.exit(told + process.stderr.read())
        try:
            yield found[1], process.pid
        finally:
            process.terminate()


def pages(reader: httpx.Client) -> Iterator[str]:
    """Every kind of page, under the filters that cost most."""
    topic = re.findall(r'href="(/topics/[^"/?]+)"', reader.get("/").text)[0]
    listed = reader.get(topic).text
    source = re.findall(r"source=([^&\"]+)", listed)[0]
    language = re.findall(r"language=([^&\"]+)", listed)[0]
    words = " OR ".join(re.findall(r"[a-z]{6,}", re.findall(r'<code dir="auto">([^<]+)', listed)[0])[:3])
    yield from ("/", topic, f"{topic}?by=language", f"{topic}?by=story", f"{topic}?stories=1", f"{topic}?page=1000")
    yield from (f"{topic}?source={source}&language={language}", f"{topic}/search?q={words}")
    yield from (found["path"] for found in [*LINK.finditer(listed)][:1])
    yield from ("/sources", f"/sources/{source}")


def measure(reader: httpx.Client, path: str, rounds: int) -> Iterator[str]:
    """A line of the table; what is over its bound."""
    taken = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        answer = reader.get(path)
        taken.append(1000 * (time.perf_counter() - began))
        answer.raise_for_status()
    median, kilobytes = statistics.median(taken[1:]), answer.num_bytes_downloaded / 1000
    print(f"| `{path}` | {taken[0]:.0f} | {median:.0f} | {kilobytes:.1f} |", flush=True)
    if median > MILLISECONDS:
        yield f"{path}: {median:.0f} ms; {MILLISECONDS} are allowed"
    if kilobytes > KILOBYTES:
        yield f"{path}: {kilobytes:.0f} KB; {KILOBYTES} are allowed"


def resident(process: int) -> int:
    """The memory that a process holds at its peak, in MB."""
    status = Path(f"/proc/{process}/status").read_text("ascii")
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) // 1000


if __name__ == "__main__":
    main()
