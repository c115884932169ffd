"""A release: what is in it, what changed, whether it is whole, how to load and cite it; or the notice in its place."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tearsheet.errors import ConfigError
from tearsheet.pull import releases
from tearsheet.pull.releases import File, Release
from tearsheet.release import wording
from tearsheet.web.catalogue import Catalogue, catalogue_of
from tearsheet.web.citing import Citation, cite_release
from tearsheet.web.rendering import render

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one tool loads the rows from the folder that ``tearsheet pull`` wrote; ``tried``: our tests run it."""

    tool: str
    code: str
    tried: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What reading every file back has shown: the damage by key, none where all are as they were released."""

    files: int
    bytes: int
    damage: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePage:
    """What the page shows; ``heir`` is the release that stands in the place of a withdrawn one."""

    release: Release
    title: str
    files: tuple[File, ...]
    spreads: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    pull: str
    recipes: tuple[Recipe, ...]
    citation: Citation
    heir: Release | None
    newer: Release | None


@router.get("/releases/{topic}/{release}", name="release")
def show(request: Request, topic: str, release: str) -> Response:
    """The release's page."""
    return render(request, "release.html", page=release_page(catalogue_of(request), topic, release), check=None)


@router.post("/releases/{topic}/{release}/verify", name="verify_release")
def verify(request: Request, topic: str, release: str) -> Response:
    """The page with every file read back from the store and held against its digest."""
    catalogue = catalogue_of(request)
    page = release_page(catalogue, topic, release)
    damage = tuple(releases.damaged(catalogue.store, page.release)) if not page.release.withdrawn else ()
    check = Check(files=len(page.release.files), bytes=page.release.bytes, damage=damage)
    return render(request, "release.html", page=page, check=check)


def release_page(catalogue: Catalogue, topic: str, name: str) -> ReleasePage:
    """A release of a topic.

    Raises:
        ConfigError: there is none of this name.
        StorageError: the store cannot be read.
    """
    of_topic = releases.releases(catalogue.store, topic)
    found = next((each for each in of_topic if each.id == name), None)
    if found is None:
        known = ", ".join(each.id for each in of_topic) or "none"
        raise ConfigError(f"the topic {topic} has no release {name!r}; it has: {known}")
    standing = [each for each in of_topic if not each.withdrawn]
    counts = found.counts
    return ReleasePage(
        release=found,
        title=wording.title(found),
        files=tuple(sorted(found.files, key=lambda each: (not each.path.startswith(releases.DATA), each.path))),
        spreads=(
            ("outlets", tuple((catalogue.outlet(source), rows) for source, rows in _largest(counts.sources))),
            ("languages", tuple(_largest(counts.languages))),
            ("months", tuple(sorted(counts.months.items()))),
        ),
        pull=f"tearsheet pull {topic} --release {found.id} --out {found.id}",
        recipes=recipes(found.id),
        citation=cite_release(found),
        heir=_heir(found, {each.id: each for each in of_topic}),
        newer=standing[-1] if standing and standing[-1].read_at > found.read_at else None,
    )


def recipes(folder: str) -> tuple[Recipe, ...]:
    """How to load a release that stands in a folder."""
    return (
        Recipe(
            tool="pandas",
            code=f'import pandas as pd\n\narticles = pd.read_parquet("{folder}/data")',
        ),
        Recipe(
            tool="polars",
            code=f'import polars as pl\n\narticles = pl.read_parquet("{folder}/data/*.parquet")',
        ),
        Recipe(
            tool="DuckDB",
            code=f"import duckdb\n\narticles = duckdb.read_parquet('{folder}/data/*.parquet')",
        ),
        Recipe(tool="R", code=f'library(arrow)\n\narticles <- open_dataset("{folder}/data")', tried=False),
    )


def _largest(spread: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(spread.items(), key=lambda each: (-each[1], each[0]))


def _heir(release: Release, known: dict[str, Release]) -> Release | None:
    """The release that stands at the end of the successors of a withdrawn one."""
    heir: Release | None = release
    while heir and heir.withdrawn:
        heir = known.get(heir.withdrawn.successor or "")
    return None if heir is release else heir
