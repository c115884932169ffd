"""How precise are two queries: a sample of what they select goes to people as a CSV, and comes back with their verdict.

The sample is drawn from what was gained, lost and kept alike, so that each row stands for as many articles as its
change has, divided by its rows. A query's precision is the weighted share of relevant ones in what it selects (the
present one: kept and lost; the proposed one: kept and gained), with Wilson's interval of 95 % on Kish's effective
sample size, the square of the sum of the weights by the sum of their squares.

The file names the comparison that it was drawn from, so that labels are never counted for other queries; it may come
back from a spreadsheet with semicolons, a byte order mark and further columns.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from tearsheet.backtest.compare import CHANGES, Change, Comparison, Match
from tearsheet.errors import ConfigError
from tearsheet.pull.export import Written, check_target, write
from tearsheet.select.query import Query

COLUMNS = ("relevant", "change", "found", "title", "source", "night", "url", "document_id", "of", "sample")
SELECTED: Mapping[str, tuple[Change, ...]] = {"present": ("kept", "lost"), "proposed": ("kept", "gained")}
"""What each query selects."""
Z = 1.959963984540054
"""The standard normal quantile of 97.5 %."""

_TEXTS = tuple(name for name in COLUMNS if name != "of")
_LABELS = {"yes": True, "y": True, "1": True, "true": True, "no": False, "n": False, "0": False, "false": False}
_NEEDED = ("relevant", "change", "document_id", "of", "sample")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A verdict on an article; ``of`` is how many articles its change has in all."""

    document_id: str
    change: Change
    of: int
    relevant: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """The share of relevant articles in what a query selects, its interval, on how many labels, for how many."""

    share: float
    low: float
    high: float
    labels: int
    articles: int


def write_sample(comparison: Comparison, number: int, path: Path) -> Written:
    """Write ``number`` of the drawn articles for people to label, as many of each change as there are.

    Raises:
        ConfigError: the name does not end in .csv, the folder is not there, or nothing is selected.
    """
    if check_target(path).suffix != ".csv":
        raise ConfigError(f"{path}: a sample to be labelled is a .csv")
    if not (rows := list(_rows(comparison, number))):
        raise ConfigError(f"topic {comparison.topic}: neither query selects an article, so there is nothing to label")
    schema = pa.schema([(name, pa.int64() if name == "of" else pa.string()) for name in COLUMNS])
    return write([pa.Table.from_pylist(rows, schema=schema)], schema, path)


def read_labels(path: Path, topic: str, present: Query, proposed: Query) -> list[Label]:
    """The rows of a sample that came back.

    Raises:
        ConfigError: it is no sample, of another comparison, or a row of it is wrong; with file and line.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; name the file that --sample wrote") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: it is not UTF-8; save it as CSV UTF-8") from error
    labels = list(_labels(path, text, _sample(topic, present, proposed)))
    _check(path, labels)
    return labels


def precisions(labels: Sequence[Label]) -> dict[str, Precision | None]:
    """The precision of the present and of the proposed query; None for one that selects nothing.

    Raises:
        ConfigError: of what a query selects, a change has no label at all.
    """
    return {
        query: _precision(query, [label for label in labels if label.change in SELECTED[query]]) for query in SELECTED
    }


def _rows(comparison: Comparison, number: int) -> Iterator[dict[str, object]]:
    sample = _sample(comparison.topic, comparison.present, comparison.proposed)
    for change, rows in _shares({change: comparison.count(change) for change in CHANGES}, number).items():
        for match in comparison.drawn[change][:rows]:
            yield _told(match) | {"of": comparison.count(change), "sample": sample}


def _told(match: Match) -> dict[str, object]:
    return asdict(match) | {"relevant": None}


def _shares(counts: Mapping[Change, int], number: int) -> dict[Change, int]:
    """How many rows each change gets: as many as the others, unless it has fewer, which the others then share."""
    shares: dict[Change, int] = {}
    left, changes = number, sorted(CHANGES, key=lambda change: counts[change])
    for position, change in enumerate(changes):
        shares[change] = min(counts[change], left // (len(changes) - position))
        left -= shares[change]
    return {change: shares[change] for change in CHANGES}


def _sample(topic: str, present: Query, proposed: Query) -> str:
    """What names a comparison; no spreadsheet takes it for a number."""
    return f"{topic}:{present.hash}:{proposed.hash}"


def _labels(path: Path, text: str, sample: str) -> Iterator[Label]:
    head = text.partition("\n")[0]
    lines = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in head else ",")
    if missing := [name for name in _NEEDED if name not in (lines.fieldnames or ())]:
        raise ConfigError(f"{path}:1: no column {', '.join(missing)}; it is not what --sample wrote")
    for row in lines:
        place = f"{path}:{lines.line_num}"
        if (row["sample"] or "").removeprefix("'") != sample:
            raise ConfigError(f"{place}: the row was drawn for other queries ({row['sample']}), not for {sample}")
        yield _label(place, row)


def _label(place: str, row: Mapping[str, str | None]) -> Label:
    told = (row["relevant"] or "").strip().casefold()
    if told and told not in _LABELS:
        raise ConfigError(f"{place}: {row['relevant']!r} is no label; write yes or no, or leave it empty")
    change = next((change for change in CHANGES if change == row["change"]), None)
    of = row["of"] or ""
    if change is None or not of.isdecimal():
        raise ConfigError(f"{place}: columns change and of are not to be changed; they are {row['change']!r}, {of!r}")
    return Label(document_id=row["document_id"] or "", change=change, of=int(of), relevant=_LABELS.get(told))


def _check(path: Path, labels: Sequence[Label]) -> None:
    """Rows that were pasted twice, or changed, would be counted wrong."""
    twice = [document_id for document_id, count in Counter(label.document_id for label in labels).items() if count > 1]
    if twice:
        raise ConfigError(f"{path}: document {twice[0]} stands in it more than once; delete the further rows")
    for change in CHANGES:
        of = {label.of for label in labels if label.change == change}
        rows = sum(label.change == change for label in labels)
        if len(of) > 1 or any(each < rows for each in of):
            raise ConfigError(
                f"{path}: column of says {sorted(of)} for {rows} rows of {change}; it is not to be changed"
            )


def _precision(query: str, labels: Sequence[Label]) -> Precision | None:
    if not labels:
        return None
    relevant = squares = 0.0
    articles = 0
    for change in SELECTED[query]:
        if rows := [label for label in labels if label.change == change]:
            told = [label.relevant for label in rows if label.relevant is not None]
            if not told:
                raise ConfigError(f"no row of {change} is labelled, so the {query} query cannot be judged; label some")
            articles += rows[0].of
            relevant += rows[0].of * sum(told) / len(told)
            squares += rows[0].of ** 2 / len(told)
    share = relevant / articles
    low, high = wilson(share, articles**2 / squares)
    return Precision(
        share=share, low=low, high=high, labels=sum(label.relevant is not None for label in labels), articles=articles
    )


def wilson(share: float, number: float) -> tuple[float, float]:
    """Wilson's interval of 95 % for a share that was seen in so many trials (Wilson 1927)."""
    spread = Z * math.sqrt(share * (1 - share) / number + Z**2 / (4 * number**2))
    centre, scale = share + Z**2 / (2 * number), 1 + Z**2 / number
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
