"""How to cite what a page shows, in words and as BibTeX.

A topic's table changes with every night; a release never does, and is what to cite where there is one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from tearsheet.pull.releases import Release
from tearsheet.release.wording import title
from tearsheet.web.catalogue import Catalogue
from tearsheet.web.charts import span
from tearsheet.web.filters import EVERYTHING, Filter

_TEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The same twice; ``release`` names what it cites where that is one, which cannot change."""

    text: str
    bibtex: str
    release: str | None = None


def citations(catalogue: Catalogue, topic: str, asked: Filter, rows: pl.DataFrame) -> tuple[Citation, ...]:
    """The topic's latest release, where there is one, and the rows that a filter leaves today."""
    standing = [each for each in catalogue.releases(topic) if each.withdrawn is None]
    return (*map(cite_release, standing[:1]), cite(catalogue, topic, asked, rows))


def cite_release(release: Release) -> Citation:
    """A release, under the names that its CITATION.cff gives."""
    identity = f"urn:tearsheet:release:{release.topic}:{release.id}"
    called, publisher, year = title(release), release.about.publisher, release.released_at.year
    return Citation(
        text=f"{publisher} ({year}). {called} [data set], version {release.id}. {identity}",
        bibtex="\n".join(
            (
                f"@misc{{tearsheet-{release.topic}-{release.id},",
                f"  author  = {{{{{tex(publisher)}}}}},",
                f"  title   = {{{{{tex(called)}}}}},",
                f"  version = {{{release.id}}},",
                f"  note    = {{Data set; {identity}, SHA-256 of the content {release.content_sha256}}},",
                f"  year    = {{{year}}}",
                "}",
            )
        ),
        release=release.id,
    )


def cite(catalogue: Catalogue, topic: str, asked: Filter, rows: pl.DataFrame) -> Citation:
    """A topic's rows under a filter, as the table holds them today."""
    called = str(catalogue.named.topics.get(topic, {}).get("title") or topic)
    version = catalogue.snapshot.version
    today = datetime.now(UTC).date()
    nights = "no night" if rows.is_empty() else "nights {} to {}".format(*span(rows))
    narrowed = "" if asked == EVERYTHING else "; " + _said(asked)
    what = f"{rows.height} articles, {nights}{narrowed}"
    place = f"topic {topic} of {catalogue.store.url()}, table version {version}"
    return Citation(
        text=f"{called} [data set]. Tearsheet, {place}; {what}. Read on {today}.",
        bibtex="\n".join(
            (
                f"@misc{{tearsheet-{topic}-{version},",
                f"  title        = {{{{{tex(called)}}}}},",
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
