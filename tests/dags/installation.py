"""An installation for tests: a loopback press, a configuration that names it, a store, and an Airflow of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from tests.unit.spiders.press import Site

from tearsheet.storage import Store
from tearsheet.tables import articles, documents

REPOSITORY = Path(__file__).parents[2]
COLLECTION, TOPIC, NIGHT = "harbour-press", "harbour", "2026-11-20"
HARVEST_DAG, TOPIC_DAG = "harvest_harbour_press", "topic_harbour"
TOWNS = ("Ardwick", "Brenholm", "Calder", "Dunmore", "Elsworth", "Farrow", "Greyhaven", "Holt")
PAGES = tuple(f"/news/{town.lower()}.html" for town in TOWNS)


def story(outlet: str, path: str) -> str:
    """A page with an article of seven paragraphs that no other page shares."""
    town = path.rpartition("/")[2].removesuffix(".html").title()
    told = (
        f"The council of {town} voted on Thursday to rebuild the old harbour, the {outlet} has learned.",
        f"Fishermen in {town} had waited eleven years for that decision, and few came to the meeting in person.",
        f"According to the {outlet}, the first quay will be closed in March so that divers can see its foundations.",
        f"The mayor of {town} said that no tax would be raised for the work, which the region pays for in three parts.",
        f"Shopkeepers along the shore of {town} fear a summer of dust and noise, and ask for a second road inland.",
        f"An engineer who read the plans for the {outlet} calls them sound, though she misses a word on rising water.",
        f"Whether {town} will keep its ferry is left open; the company that runs it did not answer our questions.",
    )
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in told)
    return (
        f'<!doctype html><html lang="en"><head><title>{town} rebuilds its harbour</title>'
        f'<meta property="og:type" content="article"></head>'
        f"<body><article><h1>{town} rebuilds its harbour</h1>{paragraphs}</article></body></html>"
    )


@dataclass
class Installation:
    """Two outlets of four articles, a batch each; ``extra`` sources are declared beside them.

    The schedule is due on no day of these years: a scheduler runs nothing that was not asked for.
    """

    folder: Path
    store: Store
    sites: dict[str, Site] = field(default_factory=dict)
    extra: list[dict[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name, pages in (("gazette", PAGES[:4]), ("herald", PAGES[4:])):
            site = self.sites[name] = Site()
            site.publish(*pages)
            for page in pages:
                site.on(page, story(name, page))

    def close(self) -> None:
        """Close the sites."""
        for site in self.sites.values():
            site.close()

    @property
    def config(self) -> Path:
        """The configuration's folder."""
        return self.folder / "config"

    def write(self) -> None:
        """Write the configuration as it is declared now."""
        declared: list[dict[str, object]] = [
            {"id": name, "homepage": site.url(), "feeds": [site.url("/feed.xml")]} for name, site in self.sites.items()
        ]
        common: dict[str, object] = {
            "country": "GB",
            "language": "en",
            "sitemaps": [],
            "sections": [],
            "expect": {"min_articles": 4},
        }
        self._write(
            f"collections/{COLLECTION}.yaml",
            {
                "schedule": "0 2 29 2 *",
                "timezone": "Asia/Almaty",
                "defaults": {"delay": 0, "lookback_days": None, "revisit": []},
                "sources": [{**common, "name": source["id"], **source} for source in [*declared, *self.extra]],
            },
        )
        self._write(
            f"topics/{TOPIC}.yaml", {"title": "Harbours", "query": "harbour AND quay", "collections": [COLLECTION]}
        )
        self._write("tearsheet.yaml", {"fetch": {"sources_per_batch": 1}, "extract": {"workers": 1}})

    def _write(self, name: str, content: Mapping[str, object]) -> None:
        path = self.config / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content))

    def environment(self) -> dict[str, str]:
        """The variables by which DAGs find configuration and store."""
        return {
            "TEARSHEET_CONFIG": str(self.config),
            "TEARSHEET_STORE": self.store.url(),
            "TEARSHEET_VAR": str(self.folder / "var"),
            **self.store.environment(),
        }

    def documents(self, night: str = NIGHT) -> int:
        """Rows of a night in the documents table."""
        return documents.rows(self.store, COLLECTION, night).height

    def articles(self, night: str = NIGHT) -> int:
        """Rows of a night in the articles table."""
        return articles.window(self.store, TOPIC, night, night, ["document_id"]).height

    def asked(self) -> int:
        """How many articles were asked for, over all sites."""
        return sum(site.asked(page) for site in self.sites.values() for page in PAGES)


def airflow_environment(home: Path) -> dict[str, str]:
    """An Airflow on SQLite below ``home`` that reads the project's DAGs; never more than two tasks at once."""
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db?timeout=60",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": f"{home}/logs",
    }


def python(environment: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """This interpreter and a whole environment for a process that sees another Airflow."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    return [sys.executable], inherited | dict(environment)


def states(run: Any) -> dict[tuple[str, int], str]:
    """How each task of a run ended, by task and map index."""
    return {(task.task_id, task.map_index): str(task.state) for task in run.get_task_instances()}
