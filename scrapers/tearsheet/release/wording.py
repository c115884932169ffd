"""Sentences and words that every description of a release has."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from tearsheet.pull.releases import Release

RIGHTS = (
    "The texts are the work of their outlets and authors, and rights in them stay there; this release grants none. "
    "Pages whose sites reserve such uses are left out."
)
PARQUET = "application/x-parquet"
KEY = ("collection", "night", "document_id")


def as_json(value: Any) -> bytes:
    """JSON as it is read by people, too."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def title(release: Release) -> str:
    """What the release is called."""
    return f"{release.about.title}: articles of the press, {release.counts.first_night} to {release.counts.last_night}"


def abstract(release: Release) -> str:
    """What it is, in three sentences."""
    counts, about = release.counts, release.about
    kept = "every archived version" if about.all_versions else "the latest version of each article once"
    told = f" {about.description.strip()}" if about.description else ""
    return (
        f"{counts.rows} rows of {counts.documents} articles by {len(counts.sources)} outlets that the query of the "
        f"topic “{about.title}” selected, {kept}, as archived in the nights from {counts.first_night} to "
        f"{counts.last_night}.{told} {RIGHTS}"
    )


def keywords(release: Release) -> list[str]:
    """Words under which it is found."""
    return [release.about.title, "news", "press", "web archive"]


def meaning(field: pa.Field) -> str:
    """What a column means, with its unit."""
    said = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
    return f"{said['comment']} ({said['unit']})" if "unit" in said else said["comment"]


def suffix(release: Release) -> str:
    """The digits of the content's hash in the id."""
    return release.id.rpartition("-")[2]


def day(release: Release) -> str:
    """The day of the release: all that descriptions say of the time, so that a run that was killed can be taken up."""
    return release.id.rpartition("-")[0]
