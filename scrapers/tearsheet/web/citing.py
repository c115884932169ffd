"""How to cite what a page shows, in words and as BibTeX."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from tearsheet.web.catalogue import Catalogue
from tearsheet.web.charts import span
from tearsheet.web.filters import EVERYTHING, Filter

_TEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The same twice, and whether what it names can change."""

    text: str
    bibtex: str
    frozen: bool = False


def cite(catalogue: Catalogue, topic: str, asked: Filter, rows: pl.DataFrame) -> Citation:
    """A topic's rows under a filter, as the table holds them today."""
    title = str(catalogue.named.topics.get(topic, {}).get("title") or topic)
    version = catalogue.snapshot.version
    today = datetime.now(UTC).date()
    nights = "no night" if rows.is_empty() else "nights {} to {}".format(*span(rows))
    narrowed = "" if asked == EVERYTHING else "; " + _said(asked)
    what = f"{rows.height} articles, {nights}{narrowed}"
    place = f"topic {topic} of {catalogue.store.url()}, table version {version}"
    return Citation(
        text=f"{title} [data set]. Tearsheet, {place}; {what}. Read on {today}.",
        bibtex="\n".join(
            (
                f"@misc{{tearsheet-{topic}-{version},",
                f"  title        = {{{{{tex(title)}}}}},",
                f"  howpublished = {{Tearsheet, {tex(place)}}},",
                f"  note         = {{Data set; {tex(what)}}},",
                f"  year         = {{{today.year}}},",
                f"  urldate      = {{{today}}}",
                "}",
            )
        ),
    )


def tex(text: str) -> str:
    """Text as TeX reads it."""
    return re.sub(r"[\\~^&%$#_{}]", lambda found: _TEX.get(found[0], f"\\{found[0]}"), text)


def _said(asked: Filter) -> str:
    """What narrows it, in words."""
    told = [
        *([f"outlets {', '.join(asked.source)}"] if asked.source else []),
        *([f"languages {', '.join(asked.language)}"] if asked.language else []),
        *(["one row a story"] if asked.stories else []),
    ]
    return ", ".join(told) or "these nights only"
