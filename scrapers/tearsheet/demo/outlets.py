"""The outlets of the demo's press as they stand in press/*.yaml: who prints what from which night on.

A night is 1, 2 or 3: NIGHTS in their order. What is printed on a night stays on show, unless it says ``gone``.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict

NIGHTS = ("2026-01-12", "2026-01-13", "2026-01-14")
FOLDER = files("tearsheet.demo") / "press"
_TABLES = ("wires.yaml", "expected.yaml")

Channel = Literal["rss", "atom", "rdf", "sitemap", "news-sitemap"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Revision(_Strict):
    """What a page says from a later night on, at the same address."""

    night: int
    modified: AwareDatetime
    title: str | None = None
    text: str


class Wire(_Strict):
    """A story of an agency, as it sends it to its customers."""

    title: str
    credit: str
    text: str


class Article(_Strict):
    """One page of an outlet; ``kind`` is its class in expected.yaml.

    ``wire`` names the agency story that it prints, under its own ``title``, behind its own ``text`` as a local lead,
    and without the last paragraph where it is ``cut``.
    """

    path: str
    section: str
    title: str
    published: AwareDatetime
    night: int
    kind: str = "ordinary"
    standfirst: str | None = None
    author: str | None = None
    text: str = ""
    wire: str | None = None
    cut: bool = False
    tags: tuple[str, ...] = ()
    free: bool = True
    gone: int | None = None
    revised: Revision | None = None

    def shown(self, night: int) -> bool:
        """Whether the page is there on a night."""
        return self.night <= night and (self.gone is None or night < self.gone)

    def on(self, night: int) -> Article:
        """The page as it reads on a night."""
        if self.revised is None or night < self.revised.night:
            return self
        return self.model_copy(update={"text": self.revised.text, "title": self.revised.title or self.title})

    def modified(self, night: int) -> AwareDatetime:
        """When the page was last changed, as of a night."""
        return self.revised.modified if self.revised and night >= self.revised.night else self.published


class Outlet(_Strict):
    """One outlet: where it answers, how it looks (``template``) and what ails it.

    ``broken`` paths answer 500; ``busy`` answers 503 the first time; ``delay`` is in seconds a page.
    """

    id: str
    name: str
    host: str
    language: str
    template: str
    slogan: str
    sections: dict[str, str]
    channels: tuple[Channel, ...] = ()
    charset: str = "utf-8"
    robots: str = "User-agent: *\n"
    delay: float = 0.0
    busy: str | None = None
    broken: tuple[str, ...] = ()
    articles: tuple[Article, ...]


def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text("utf-8"))


@cache
def outlets() -> tuple[Outlet, ...]:
    """All outlets, by address."""
    names = sorted(entry.name for entry in FOLDER.iterdir() if entry.name.endswith(".yaml"))
    read = [Outlet.model_validate(_read(name)) for name in names if name not in _TABLES]
    return tuple(sorted(read, key=lambda outlet: outlet.host))


@cache
def wires() -> dict[str, Wire]:
    """The agency's stories by their names."""
    return {name: Wire.model_validate(wire) for name, wire in _read("wires.yaml").items()}


@cache
def expected() -> dict[str, list[str | None]]:
    """Of each kind of page the outcomes on the night it is printed and on those that follow; None: no candidate."""
    return dict(_read("expected.yaml"))
