"""Reads a configuration folder: ``tearsheet.yaml``, ``collections/*.yaml``, ``topics/*.yaml``.

Nothing is taken on trust and nothing is left out in silence: every problem of every file is found in one reading, each
with file, line and key. ``load`` is for those who need a configuration, ``examine`` for those who report on one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tearsheet.config.environment import overridden
from tearsheet.config.files import CollectionFile
from tearsheet.config.models import (
    IDENTIFIER,
    Collection,
    Configuration,
    RuleDeclaration,
    Settings,
    Topic,
    TopicDeclaration,
)
from tearsheet.config.problems import Problem
from tearsheet.config.reader import Keys, YamlFile, read
from tearsheet.config.validation import unknown, validated
from tearsheet.errors import ConfigError

SETTINGS, COLLECTIONS, TOPICS = "tearsheet.yaml", "collections", "topics"

Files = dict[str, YamlFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a folder gave: ``configuration`` holds what was right, and is whole only where there are no ``problems``.

    ``collections`` and ``topics`` are the files behind it by id, for those who have more to say about a key.
    """

    configuration: Configuration
    collections: Files
    topics: Files
    problems: tuple[Problem, ...]


def load(folder: Path, environ: Mapping[str, str] = os.environ) -> Configuration:
    """The configuration of a folder, its settings overridden by the environment.

    Raises:
        ConfigError: its message lists all that is wrong, a line each: ``config/topics/x.yaml:7: query: …``.
    """
    reading = examine(folder, environ)
    _refuse(reading.problems)
    return reading.configuration


def load_settings(folder: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings alone; the folder and its file may be missing.

    Raises:
        ConfigError: as ``load``.
    """
    settings, problems = _settings(folder / SETTINGS, environ)
    _refuse(problems)
    return settings


def examine(folder: Path, environ: Mapping[str, str] = os.environ) -> Reading:
    """All that a folder holds, and all that is wrong with it."""
    settings, problems = _settings(folder / SETTINGS, environ)
    collections, topics = _files(folder / COLLECTIONS), _files(folder / TOPICS)
    configuration = Configuration(
        settings=settings,
        collections={id_: found for id_, file in collections.items() if (found := _collection(id_, file))},
        topics={id_: topic for id_, file in topics.items() if (topic := _topic(id_, file, sorted(collections)))},
    )
    _check_sources_unique(collections.values())
    problems += _missing(folder) + _misnamed(folder)
    problems += [problem for file in (*collections.values(), *topics.values()) for problem in file.problems]
    return Reading(configuration=configuration, collections=collections, topics=topics, problems=tuple(problems))


def _refuse(problems: Iterable[Problem]) -> None:
    if problems:
        raise ConfigError("\n".join(map(str, problems)))


def _settings(path: Path, environ: Mapping[str, str]) -> tuple[Settings, list[Problem]]:
    file = read(path) if os.path.lexists(path) else YamlFile(path)
    settings, problems = overridden(validated(Settings, file) or Settings(), environ)
    return settings, file.problems + problems


def _files(folder: Path) -> Files:
    """The YAML files of a folder by their names without ending."""
    return {path.stem: read(path) for path in sorted(folder.glob("*.yaml")) if not path.name.startswith(".")}


def _collection(id_: str, file: YamlFile) -> Collection | None:
    declared = validated(CollectionFile, file)
    _check_id(id_, file)
    for number, source in enumerate(declared.sources if declared else ()):
        if not source.enabled and not source.reason:
            file.problem(("sources", number, "enabled"), "false needs a reason: say why under the key reason")
        for place, rule in enumerate(source.rules):
            _check_rule(rule, file, ("sources", number, "rules", place))
    return declared.resolved(id_) if declared and not file.notes else None


def _check_rule(rule: RuleDeclaration, file: YamlFile, keys: Keys) -> None:
    if not (rule.cut or rule.keep or rule.title or rule.authors):
        file.problem(keys, "says nothing: give it one of cut, keep, title, authors")
    _check_range(rule.since, rule.until, file, keys)


def _check_range(since: date | None, until: date | None, file: YamlFile, keys: Keys) -> None:
    if since and until and since > until:
        file.problem((*keys, "until"), f"{until} is before since, {since}")


def _topic(id_: str, file: YamlFile, known: list[str]) -> Topic | None:
    declared = validated(TopicDeclaration, file)
    _check_id(id_, file)
    for number, collection in enumerate(declared.collections if declared else ()):
        if collection not in known:
            file.problem(("collections", number), unknown(collection, known, "collections"))
    if declared:
        _check_range(declared.since, declared.until, file, ())
    return Topic(id=id_, **dict(declared)) if declared and not file.notes else None


def _check_id(id_: str, file: YamlFile) -> None:
    if not re.fullmatch(IDENTIFIER, id_):
        file.problem((), f"the file's name is its id: small letters, digits and hyphens, at most 63, not {id_!r}")


def _check_sources_unique(files: Iterable[YamlFile]) -> None:
    """Over the data as it was read: an id that is taken is told even where something else is wrong with its file."""
    taken: dict[str, str] = {}
    for file in files:
        sources = file.data.get("sources") if isinstance(file.data, dict) else None
        for number, source in enumerate(sources if isinstance(sources, list) else ()):
            id_ = source.get("id") if isinstance(source, dict) else None
            if not isinstance(id_, str):
                continue
            keys = ("sources", number, "id")
            if id_ in taken:
                file.problem(keys, f"{id_!r} is taken by the source at {taken[id_]}")
            taken.setdefault(id_, f"{file.path}:{file.place(keys).line}")


def _missing(folder: Path) -> list[Problem]:
    """What the folder should hold and does not."""
    if not folder.is_dir():
        return [Problem(file=str(folder), message=f"no such folder: `tearsheet init {folder}` writes a starter")]
    if not any((folder / COLLECTIONS).glob("*.yaml")):
        return [Problem(file=str(folder / COLLECTIONS), message="no collection stands here: a file *.yaml is wanted")]
    return []


def _misnamed(folder: Path) -> list[Problem]:
    """Files that somebody meant to be read."""
    paths = sorted(path for kind in (COLLECTIONS, TOPICS) for path in (folder / kind).glob("*.yml"))
    return [Problem(file=str(path), message="is not read: rename it to end in .yaml") for path in paths]
