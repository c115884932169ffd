#!/usr/bin/env python3
"""Score an article extractor on recorded pages with their truth (standard library only).

    PAGES_DIR=… evaluate_extraction.py MODULE:FUNCTION [MODULE:FUNCTION ...]
                [--sets fundus,wcxb_article] [--jobs 2] [--worst 10]

FUNCTION(html: bytes, url: str | None) -> mapping with
    text: str, title: str | None, authors: list[str], date: 'YYYY-MM-DD' | None.
    and, where it tells articles from other pages, article: bool.
An exception counts as an empty page and is reported; it is never scored as success.
A FUNCTION that has an attribute learn(pages: list[tuple[bytes, str | None]]) is given all pages of one site before they
are scored.

Columns
    n        pages
    P R F1   precision, recall and their F1 over 4-token shingles, averaged over pages
             (the measure of scrapinghub/article-extraction-benchmark)
    segF     F1 over must-have / must-not-have segments (the measure of trafilatura's own evaluation)
    leaked   must-not-have segments found in the text, of all of them
    extra    pieces (lines or sentences) of the text a page that are in no part of the gold (headline and standfirst
             excepted)
    clean    share of pages with recall >= .95 and no extra piece
    title authors date   exact title, set F1 of author names, exact day
    told     pages told as articles (wcxb_other: the lower the better; elsewhere 1 - told is what is lost)
    empty    pages with under ten tokens;  err  pages on which the function raised or took over 40 s
    p/s      pages a CPU second of one core, relative figures only
"""

from __future__ import annotations

import argparse
import gzip
import html as html_lib
import importlib
import json
import os
import re
import signal
import sys
import time
import unicodedata
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from pathlib import Path

NEWS_SETS = ["fundus", "wcxb_article", "trafilatura", "magic_article", "postlight", "daniel"]
TOKEN = re.compile(r"[฀-๿က-႟぀-ヿ㐀-鿿가-힯]|\w+")
SENTENCE = re.compile(r"(?<=[.!?…:])\s+(?=\S)")
NAME_SPLIT = re.compile(r"\s*(?:;|,|/|\||\n|&|\b(?:and|und|et|y|e|og|och|en)\b)\s*", re.IGNORECASE)
BYLINE = re.compile(r"^(?:by|von|par|por|di|av|af|door|written by|text:?)\s+", re.IGNORECASE)


def truth(folder: Path) -> list[dict]:
    """A set's pages with what is true of them."""
    with (folder / "truth.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def page(folder: Path, page_id: str) -> bytes:
    """The HTML of a page."""
    return gzip.decompress((folder / "html" / f"{page_id}.html.gz").read_bytes())


def tokens(text: str | None) -> list[str]:
    """Words; single characters where a script has no spaces."""
    return TOKEN.findall(text or "")


def shingles(words: list[str], n: int = 4) -> Counter:
    """How often each run of n words stands there; a shorter text is one run."""
    if not words:
        return Counter()
    return Counter(tuple(words[i : i + n]) for i in range(max(1, len(words) - n + 1)))


def precision_recall(gold: str, found: str) -> tuple[float, float]:
    """Precision and recall of the shingles that were found."""
    want, got = shingles(tokens(gold)), shingles(tokens(found))
    hit = sum((want & got).values())
    precision = hit / sum(got.values()) if got else float(not want)
    recall = hit / sum(want.values()) if want else float(not got)
    return precision, recall


def folded(text: str | None) -> str:
    """Words alone, in one case."""
    text = unicodedata.normalize("NFKC", html_lib.unescape(text or "")).casefold()
    return re.sub(r"[\W_]+", " ", text).strip()


def squeezed(text: str | None) -> str:
    """White space folded."""
    return re.sub(r"\s+", " ", text or "").strip()


def names(authors: list[str]) -> set[str]:
    """Single names, folded, without accents and words such as "by"."""
    found = set()
    for author in authors or []:
        for name in NAME_SPLIT.split(html_lib.unescape(str(author))):
            plain = unicodedata.normalize("NFD", folded(BYLINE.sub("", name.strip())))
            plain = "".join(c for c in plain if not unicodedata.combining(c))
            if len(plain) > 1:
                found.add(plain)
    return found


def set_f1(gold: set[str], found: set[str]) -> float:
    """F1 of two sets."""
    return 2 * len(gold & found) / (len(gold) + len(found)) if gold or found else 1.0


def extra_pieces(gold: str, found: str) -> list[str]:
    """Lines or sentences of `found` fewer than half of whose 3-token shingles stand in `gold`."""
    words = [t.casefold() for t in tokens(gold)]
    trigrams, flat = set(zip(words, words[1:], words[2:], strict=False)), f" {' '.join(words)} "
    extra = []
    for line in (found or "").split("\n"):
        for piece in SENTENCE.split(line) if len(line) > 220 else [line]:
            seen = [t.casefold() for t in tokens(piece)]
            if not seen:
                continue
            grams = list(zip(seen, seen[1:], seen[2:], strict=False))
            inside = sum(g in trigrams for g in grams) / len(grams) >= 0.5 if grams else f" {' '.join(seen)} " in flat
            if not inside:
                extra.append(piece.strip())
    return extra


def score(row: dict, got: dict) -> dict:
    """One page's figures; a figure is left out where nothing is known to be true."""
    text, out = got["text"], {"id": row["id"], "seconds": got["seconds"], "err": got["err"]}
    out["empty"] = len(tokens(text)) < 10
    if row["text"]:
        out["P"], out["R"] = precision_recall(row["text"], text)
        known = "\n".join(x for x in (row["text"], row["title"], row.get("summary"), got["title"]) if x)
        out["extra"] = extra_pieces(known, text)
        out["clean"] = out["R"] >= 0.95 and not out["extra"]
    if row["must_have"] or row["must_not_have"]:
        flat = squeezed(text)
        out["have"] = sum(squeezed(s) in flat for s in row["must_have"])
        out["lost"] = len(row["must_have"]) - out["have"]
        out["leaks"] = [s for s in row["must_not_have"] if squeezed(s) in flat]
        out["must_not"] = len(row["must_not_have"])
    if got["article"] is not None:
        out["told"] = bool(got["article"])
    if row["title"]:
        out["title"] = folded(row["title"]) == folded(got["title"])
    if row["authors"]:
        out["authors"] = set_f1(names(row["authors"]), names(got["authors"]))
    if row["date_published"]:
        out["date"] = (got["date"] or "")[:10] in {row["date_published"], (row.get("datetime") or "")[:10]}
    return out


def _too_slow(*_: object) -> None:
    """The alarm went off."""
    raise TimeoutError("over 40 s")


def run(spec: str, folder: Path, rows: list[dict]) -> list[dict]:
    """The scores of one site's pages.

    ``seconds`` are CPU seconds of the first time that a page is read: of an extractor that learns, a page's share of
    what learning takes, for a page that is read again finds much of what it needs at hand.
    """
    module, function = spec.split(":")
    extract = getattr(importlib.import_module(module), function)
    signal.signal(signal.SIGALRM, _too_slow)
    results, learned, share = [], None, None
    for row in rows:
        if hasattr(extract, "learn") and row["site"] != learned:
            learned = row["site"]
            pages = [(page(folder, r["id"]), r["url"]) for r in rows if r["site"] == learned]
            start = time.process_time()
            extract.learn(pages)
            share = (time.process_time() - start) / len(pages)
        body, start, err, got = page(folder, row["id"]), time.process_time(), None, {}
        signal.alarm(40)
        try:
            got = dict(extract(body, row["url"]))
        except Exception as error:  # noqa: BLE001 - a benchmark reports every failure
            err = f"{type(error).__name__}: {error}"[:200]
        finally:
            signal.alarm(0)
        got = {
            "text": got.get("text") or "",
            "title": got.get("title"),
            "date": got.get("date"),
            "authors": list(got.get("authors") or []),
            "article": got.get("article"),
            "seconds": time.process_time() - start if share is None else share,
            "err": err,
        }
        results.append(score(row, got))
    return results


def mean(values: list[float]) -> float | None:
    """The mean, None of nothing."""
    return sum(values) / len(values) if values else None


def summary(scores: list[dict]) -> dict[str, float | None]:
    """The figures of a set."""

    def of(key: str) -> list[float]:
        return [float(s[key]) for s in scores if key in s]

    out: dict[str, float | None] = {"n": len(scores), "P": mean(of("P")), "R": mean(of("R"))}
    if out["P"] is not None and out["R"]:
        out["F1"] = 2 * out["P"] * out["R"] / (out["P"] + out["R"])
    if of("must_not"):
        leaks, have, lost = sum(len(s["leaks"]) for s in scores if "leaks" in s), sum(of("have")), sum(of("lost"))
        out["segF"] = 2 * have / (2 * have + lost + leaks) if have else 0.0
        out["leaked"] = leaks / sum(of("must_not")) if sum(of("must_not")) else None
    out["extra"] = mean([float(len(s["extra"])) for s in scores if "extra" in s])
    for key in ("clean", "title", "authors", "date", "told", "empty"):
        out[key] = mean(of(key))
    out["err"] = sum(bool(s["err"]) for s in scores)
    out["p/s"] = len(scores) / max(1e-9, sum(of("seconds")))
    return out


COLUMNS = [
    "n",
    "P",
    "R",
    "F1",
    "segF",
    "leaked",
    "extra",
    "clean",
    "title",
    "authors",
    "date",
    "told",
    "empty",
    "err",
    "p/s",
]


def tell(spec: str, got: dict[str, float | None], worst: list[dict]) -> None:
    """Print an extractor's row, and the pages on which it did worst."""
    cells = [
        "" if got.get(c) is None else f"{got[c]:.3f}" if isinstance(got[c], float) else str(got[c]) for c in COLUMNS
    ]
    print(f"| {spec} | " + " | ".join(cells) + " |", flush=True)
    for s in worst:
        figures = f"P {s.get('P', 1):.2f} R {s.get('R', 1):.2f}"
        print(f"    {s['id']}: {figures} {s['err'] or ''} {(s.get('extra') or [])[:3]} {s.get('leaks') or ''}")


def main() -> None:
    """Score each extractor on each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extractors", nargs="+", metavar="MODULE:FUNCTION")
    parser.add_argument("--sets", default=",".join(NEWS_SETS))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--worst", type=int, default=0, help="print the N worst pages of each set with their extra pieces"
    )
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument(
        "--pages", type=Path, default=os.environ.get("PAGES_DIR") or None, help="the folder of recorded pages"
    )
    args = parser.parse_args()
    if not args.pages:
        sys.exit("skipped: set PAGES_DIR to the folder of recorded pages")
    sys.path.insert(0, ".")
    figures: dict[str, dict] = {}
    for name in args.sets.split(","):
        folder = args.pages / name
        rows = sorted(truth(folder), key=lambda r: (r["site"] or r["id"], r["id"]))
        chunks = [list(group) for _, group in groupby(rows, key=lambda r: r["site"] or r["id"])]
        print(f"\n### {name}\n| extractor | " + " | ".join(COLUMNS) + " |\n|" + "---|" * (len(COLUMNS) + 1))
        for spec in args.extractors:
            with ProcessPoolExecutor(args.jobs) as pool:
                scores = [
                    s
                    for part in pool.map(run, [spec] * len(chunks), [folder] * len(chunks), chunks, chunksize=8)
                    for s in part
                ]
            got = summary(scores)
            figures.setdefault(spec, {})[name] = got
            tell(spec, got, sorted(scores, key=lambda s: s.get("P", 1) + s.get("R", 1))[: args.worst])
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
