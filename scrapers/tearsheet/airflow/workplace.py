"""What DAGs and tasks are handed by Airflow, in Tearsheet's words: configuration, assets, and what a run is asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from airflow.sdk import Asset

from tearsheet.config import load
from tearsheet.config.models import Collection, Configuration
from tearsheet.model import parse_night

CONFIG_VARIABLE = "TEARSHEET_CONFIG"
POOL_VARIABLE = "TEARSHEET_FETCH_POOL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one harvest run is asked: its night, the sources (none: all), and whether it may write."""

    night: str
    sources: frozenset[str] = frozenset()
    dry_run: bool = False


def configuration(dag_file: str) -> Configuration:
    """The configuration in ``TEARSHEET_CONFIG``; left out, the folder config/ beside the DAG file's folder.

    Raises:
        ConfigError: all that is wrong with it, by file and line; Airflow shows it as the file's import error.
    """
    folder = os.environ.get(CONFIG_VARIABLE)
    return load(Path(folder) if folder else Path(dag_file).resolve().parents[1] / "config")


def fetch_pool() -> str:
    """The pool of crawling tasks, ``TEARSHEET_FETCH_POOL``; it must exist in Airflow."""
    return os.environ.get(POOL_VARIABLE) or "default_pool"


def documents_asset(collection: str) -> Asset:
    """The documents of a collection, partitioned by night: what a harvest makes and a topic waits for."""
    return Asset(name=f"documents-{collection}", uri=f"tearsheet://documents/{collection}", group="tearsheet")


def asked(context: Mapping[str, Any], collection: Collection) -> Asked:
    """What the form of a run says, the night left empty filled in.

    Raises:
        ConfigError: the night is no day, or a source is none of the collection's.
    """
    form = context["params"]
    night = form.get("night") or run_day(context, collection)
    sources = collection.only(form.get("sources") or ())
    return Asked(night=parse_night(night), sources=sources, dry_run=bool(form.get("dry_run")))


def run_name(context: Mapping[str, Any]) -> str:
    """What a run is called as the holder of a night: the same in all its tasks and their tries."""
    run = context["dag_run"]
    return f"DAG run {run.dag_id} {run.run_id}"


def run_day(context: Mapping[str, Any], collection: Collection) -> str:
    """A run's own night: its partition key, else its day in the collection's zone.

    ``logical_date`` is None in partitioned, asset-driven and hand-started runs, so it decides nothing.
    """
    from tearsheet.harvest import night_of

    run = context["dag_run"]
    return run.partition_key or night_of(collection, run.run_after or datetime.now(UTC))
