"""Settings from the environment: ``TEARSHEET_STORE`` is ``store.url``, ``TEARSHEET_FETCH__CONTACT`` ``fetch.contact``.

Each ``__`` goes a level down.

Other variables without ``__`` belong to others; an empty one is not set.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tearsheet.config.models import Settings
from tearsheet.config.problems import Problem
from tearsheet.config.validation import explained

Model = TypeVar("Model", bound=BaseModel)

PREFIX = "TEARSHEET_"
SHORT = {"TEARSHEET_STORE": "TEARSHEET_STORE__URL"}


def variable(*keys: str) -> str:
    """The variable that overrides a key of the settings, given with those above it."""
    return f"{PREFIX}{'__'.join(keys)}".upper()


def overridden(settings: Settings, environ: Mapping[str, str]) -> tuple[Settings, list[Problem]]:
    """The settings with what the environment says in their place, and what is wrong with its variables."""
    names: dict[tuple[str, ...], str] = {}
    given: dict[str, Any] = {}
    for name, value in sorted(environ.items(), reverse=True):  # a level before what it stands in, which then is wrong
        keys = tuple(SHORT.get(name, name).removeprefix(PREFIX).lower().split("__"))
        if name.startswith(PREFIX) and len(keys) > 1 and value:
            names[keys] = name
            _put(given, keys, value)
    try:
        changes = Settings.model_validate_strings(given).model_dump(exclude_unset=True)
    except ValidationError as error:
        return settings, [
            Problem(file=_name(names, detail["loc"]), message=explained(Settings, detail))
            for detail in error.errors(include_url=False)
        ]
    return _merged(settings, changes), []


def _put(given: dict[str, Any], keys: tuple[str, ...], value: str) -> None:
    *above, last = keys
    for key in above:
        given = given.setdefault(key, {})
    given[last] = value


def _merged(model: Model, changes: Mapping[str, Any]) -> Model:
    """The model with these values in place of its own, at any depth."""
    below = {
        name: _merged(getattr(model, name), change) if isinstance(change, dict) else change
        for name, change in changes.items()
    }
    return model.model_copy(update=below)


def _name(names: Mapping[tuple[str, ...], str], keys: tuple[str | int, ...]) -> str:
    """The variable an error is about; a section that is unknown is named by the first of its variables."""
    return next(name for place, name in names.items() if place[: len(keys)] == keys)
