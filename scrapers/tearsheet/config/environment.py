"""Settings from the environment: ``TEARSHEET_STORE`` is ``store.url``, ``TEARSHEET_FETCH__CONTACT`` ``fetch.contact``.

Other variables without ``__`` belong to others; an empty one is not set.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from pydantic import ValidationError

from tearsheet.config.models import Settings
from tearsheet.config.problems import Problem
from tearsheet.config.validation import explained

PREFIX = "TEARSHEET_"
SHORT = {"TEARSHEET_STORE": "TEARSHEET_STORE__URL"}


def variable(section: str, key: str) -> str:
    """The variable that overrides a key of the settings."""
    return f"{PREFIX}{section}__{key}".upper()


def overridden(settings: Settings, environ: Mapping[str, str]) -> tuple[Settings, list[Problem]]:
    """The settings with what the environment says in their place, and what is wrong with its variables."""
    names: dict[tuple[str, str], str] = {}
    given: dict[str, dict[str, str]] = defaultdict(dict)
    for name, value in sorted(environ.items()):
        section, found, key = SHORT.get(name, name).removeprefix(PREFIX).lower().partition("__")
        if name.startswith(PREFIX) and found and value:
            names[section, key] = name
            given[section][key] = value
    try:
        changes = Settings.model_validate_strings(given).model_dump(exclude_unset=True)
    except ValidationError as error:
        return settings, [
            Problem(file=_name(names, detail["loc"]), message=explained(Settings, detail))
            for detail in error.errors(include_url=False)
        ]
    sections = {name: getattr(settings, name).model_copy(update=change) for name, change in changes.items()}
    return settings.model_copy(update=sections), []


def _name(names: Mapping[tuple[str, str], str], keys: tuple[str | int, ...]) -> str:
    """The variable an error is about; a section that is unknown is named by the first of its variables."""
    return next(name for place, name in names.items() if place[: len(keys)] == keys)
