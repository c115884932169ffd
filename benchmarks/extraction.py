"""Extraction and cleaning beside plain Trafilatura on recorded pages: tables, halves, pages won and lost, bounds.

PAGES_DIR=… python benchmarks/extraction.py [--sets …] [--jobs 2] [--losses 5]

The scores are those of evaluate_extraction.py. Rules were tuned on the sites whose name has an even MD5; *tuned* and
*other* are the two halves. A page is won or lost where its F1, or its share of wanted segments, differs by MARGIN.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from typing import Any

from evaluate_extraction import COLUMNS, NEWS_SETS, run, summary, tell, truth
from replayed import pages_dir

OURS, PLAIN = "extractors:tearsheet", "plain_trafilatura:trafilatura"
OTHERS = "wcxb_other"
MARGIN = 0.05
CPU = 1.10
"""Times Trafilatura's CPU that a page may cost."""
AT_LEAST: dict[str, dict[str, float]] = {
    "fundus": {"F1": 0.970, "clean": 0.55, "title": 0.88, "authors": 0.92, "date": 0.985},
    "wcxb_article": {"F1": 0.945, "title": 0.80, "authors": 0.80, "date": 0.90},
    "trafilatura": {"segF": 0.935, "title": 0.80, "authors": 0.68, "date": 0.88},
    "magic_article": {"F1": 0.905},
    "postlight": {"title": 0.82, "authors": 0.65, "date": 0.80},
    "daniel": {"F1": 0.93},
}
AT_MOST: dict[str, dict[str, float]] = {
    "fundus": {"extra": 1.5},
    "wcxb_article": {"leaked": 0.02},
    "trafilatura": {"leaked": 0.06},
    OTHERS: {"told": 0.20},
}
LOST = 0.015
"""Share of articles that may be told as something else."""
EMPTY = 0.003

Score = dict[str, Any]


def scores(spec: str, rows: list[dict[str, Any]], name: str, jobs: int) -> list[Score]:
    """Every page's score, site by site, in the order of the rows."""
    sites = [list(group) for _, group in groupby(rows, key=lambda row: row["site"] or row["id"])]
    with ProcessPoolExecutor(jobs) as pool:
        parts = pool.map(run, [spec] * len(sites), [pages_dir() / name] * len(sites), sites, chunksize=8)
        return [score for part in parts for score in part]


def is_tuned(row: dict[str, Any]) -> bool:
    """Whether a page is of the half on which rules were tuned."""
    return int(hashlib.md5(str(row["site"] or row["id"]).encode()).hexdigest(), 16) % 2 == 0


def figure(score: Score) -> float | None:
    """One number for a page: F1, else the share of wanted segments less what leaked."""
    if "P" in score:
        return 2 * score["P"] * score["R"] / (score["P"] + score["R"]) if score["P"] + score["R"] else 0.0
    wanted = score.get("have", 0) + score.get("lost", 0) + len(score.get("leaks", ()))
    return score["have"] / wanted if wanted else None


def won_and_lost(ours: list[Score], plain: list[Score], losses: int) -> None:
    """Print how many pages came out better and worse, and the worst of those that were lost."""
    pairs = [(figure(a), figure(b), a["id"]) for a, b in zip(ours, plain, strict=True)]
    differences = sorted((a - b, page) for a, b, page in pairs if a is not None and b is not None)
    won = sum(difference >= MARGIN for difference, _ in differences)
    lost = [(difference, page) for difference, page in differences if difference <= -MARGIN]
    print(f"pages won {won}, lost {len(lost)}, of {len(differences)}")
    for difference, page in lost[:losses]:
        print(f"    {difference:+.2f} {page}")


def missed(name: str, got: dict[str, float | None]) -> list[str]:
    """The bounds that a set's figures miss."""
    found = [
        f"{name} {column} {got[column]:.3f}, at least {bound}"
        for column, bound in AT_LEAST.get(name, {}).items()
        if (got[column] or 0.0) < bound
    ]
    found += [
        f"{name} {column} {got[column]:.3f}, at most {bound}"
        for column, bound in AT_MOST.get(name, {}).items()
        if (got[column] or 0.0) > bound
    ]
    if name != OTHERS and (got["empty"] or 0.0) > EMPTY:
        found.append(f"{name} empty {got['empty']:.3f}, at most {EMPTY}")
    return [*found, *([f"{name}: {got['err']} errors"] if got["err"] else [])]


def measure(name: str, jobs: int, losses: int) -> tuple[list[str], list[Score], list[Score]]:
    """Print a set's table; the bounds it misses, and both extractors' scores."""
    rows = sorted(truth(pages_dir() / name), key=lambda row: (row["site"] or row["id"], row["id"]))
    print(f"\n### {name}\n| extractor | " + " | ".join(COLUMNS) + " |\n|" + "---|" * (len(COLUMNS) + 1))
    ours, plain = (scores(spec, rows, name, jobs) for spec in (OURS, PLAIN))
    tuned = {row["id"] for row in rows if is_tuned(row)}
    got = summary(ours)
    tell("Tearsheet", got, [])
    tell("… tuned half", summary([score for score in ours if score["id"] in tuned]), [])
    tell("… other half", summary([score for score in ours if score["id"] not in tuned]), [])
    tell("Trafilatura", summary(plain), [])
    won_and_lost(ours, plain, losses)
    return missed(name, got), ours, plain


def main() -> None:
    """Print all tables, then what was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", default=",".join([*NEWS_SETS, OTHERS]))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--losses", type=int, default=5, help="print so many of the pages that came out worse")
    args = parser.parse_args()
    sys.path.insert(0, ".")
    failed: list[str] = []
    articles: list[Score] = []
    seconds = {OURS: 0.0, PLAIN: 0.0}
    for name in args.sets.split(","):
        missing, ours, plain = measure(name, args.jobs, args.losses)
        failed += missing
        articles += ours if name != OTHERS else []
        seconds[OURS] += sum(score["seconds"] for score in ours)
        seconds[PLAIN] += sum(score["seconds"] for score in plain)
    told = [score["told"] for score in articles if "told" in score]
    ratio = seconds[OURS] / seconds[PLAIN]
    print(f"\narticles told as something else: {1 - sum(told) / len(told):.3%} of {len(told)} (at most {LOST:.1%})")
    print(f"CPU a page: {ratio:.2f} times Trafilatura's, metadata included in both (at most {CPU})")
    failed += [f"articles lost: {1 - sum(told) / len(told):.3%}"] if sum(told) < (1 - LOST) * len(told) else []
    failed += [f"CPU {ratio:.2f} times Trafilatura's"] if ratio > CPU else []
    print("\nbounds missed: " + ("; ".join(failed) or "none"))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
