"""Three nights over replayed real sites: what is captured, what becomes text, and that nothing is asked twice.

PAGES_DIR=… python benchmarks/replay_nights.py [--sets fundus,wcxb_article,daniel]
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tearsheet
from replayed import Replay, replay, write_replayed
from workplace import run_night

NIGHTS = ("2026-01-12", "2026-01-13", "2026-01-14")
CAPTURED, WITH_TEXT = 0.99, 0.98


def rows(folder: Path) -> list[dict[str, Any]]:
    """All documents, but for what may differ between two runs."""
    os.environ["TEARSHEET_VAR"] = str(folder / "var")
    with_text = tearsheet.open().documents().columns("night", "url", "outcome", "version_id", "payload_digest", "words")
    return sorted(with_text.to_polars().to_dicts(), key=lambda row: (row["night"], row["url"]))


def pages_asked(web: Replay, urls: list[str]) -> dict[str, int]:
    """Requests of each page on show, by URL."""
    hits = web.hits()
    return {url: hits.get(f"{urlsplit(url).netloc}{url.split(urlsplit(url).netloc, 1)[1]}", 0) for url in urls}


def main() -> None:
    """Print a line a night and fail where a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", default="fundus,wcxb_article,daniel")
    sets = parser.parse_args().sets
    with replay("--sets", sets, "--nights", "3") as web, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        web.night(3)
        write_replayed(folder, web.urls())
        for number, night in enumerate(NIGHTS, start=1):
            web.night(number)
            result = run_night(folder, night, http_proxy=web.proxy, TEARSHEET_VAR=str(folder / "var"))
            check(folder, web, night, result)
        again_and_again(folder, web)


def check(folder: Path, web: Replay, night: str, result: dict[str, Any]) -> None:
    """The bounds after a night."""
    urls = web.urls()
    found = rows(folder)
    captured = {row["url"] for row in found}
    texts = {row["url"] for row in found if row["outcome"] == "article"}
    asked = pages_asked(web, urls)
    shares = [len(which.intersection(urls)) / len(urls) for which in (captured, texts)]
    twice = [url for url, count in asked.items() if count > 1]
    print(
        f"{night}: {len(urls)} pages on show, captured {shares[0]:.2%}, with text {shares[1]:.2%}, "
        f"asked twice {len(twice)}, {result['seconds']:.0f} s, {result['cpu_seconds']:.0f} CPU-s, "
        f"{result['fetched']} page requests",
        flush=True,
    )
    print(f"  outcomes {result['outcomes']}")
    for url in sorted(set(urls) - captured)[:10]:
        print(f"  not captured: {url}")
    for row in [row for row in found if row["url"] in set(urls) - texts][:40]:
        print(f"  no text: {row['outcome']} {row['url']}")
    assert sum(result["outcomes"].values()) == result["candidates"], "outcomes do not add up"
    assert not twice, twice[:5]
    assert shares[0] >= CAPTURED, "too few captured"
    assert shares[1] >= WITH_TEXT, "too few with text"


def again_and_again(folder: Path, web: Replay) -> None:
    """The same nights once more, out of order: no page is asked, no row changes."""
    before, hits = rows(folder), web.hits()
    for night in reversed(NIGHTS):
        result = run_night(folder, night, http_proxy=web.proxy, TEARSHEET_VAR=str(folder / "var"))
        assert result["fetched"] == 0, result
    after = rows(folder)
    for was, now in [pair for pair in zip(before, after, strict=False) if pair[0] != pair[1]][:5]:
        print(f"  was {was}\n  now {now}")
    assert after == before, "rows changed; was the code or a rule changed meanwhile?"
    assert web.hits() == hits, "something was asked"
    print("run again: nothing asked, no row changed")


if __name__ == "__main__":
    main()
