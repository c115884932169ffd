"""Templates to responses. Every value is escaped: what a site wrote is text, wherever it is shown."""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

STATIC = Path(__file__).parent / "static"
_TEMPLATES = Environment(
    loader=PackageLoader("tearsheet.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(request: Request, template: str, /, *, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page; templates find ``link(name, query, **path)`` and ``asset(file)`` beside what is shown."""
    text = _TEMPLATES.get_template(template).render(
        link=partial(link, request),
        asset=partial(asset, request),
        here=request.url.path.removeprefix(str(request.scope.get("root_path", ""))),
        store=request.app.state.catalogue.store.url(),
        **shown,
    )
    return HTMLResponse(text, status)


def link(request: Request, name: str, query: Mapping[str, Any] | None = None, /, **path: str) -> str:
    """The path to a page of the catalogue, wherever it is mounted; empty values of the query are left out."""
    found = str(request.scope.get("root_path", "")) + request.app.url_path_for(name, **path)
    given = {key: value for key, value in (query or {}).items() if value not in (None, "", (), False)}
    return f"{found}?{urlencode(given, doseq=True)}" if given else found


def asset(request: Request, file: str) -> str:
    """The path to a file of ``static/``, which changes with its content: browsers may keep it for ever."""
    return link(request, "static", {"v": _digest(file)}, path=file)


@cache
def _digest(file: str) -> str:
    return hashlib.sha256((STATIC / file).read_bytes()).hexdigest()[:12]


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


_TEMPLATES.filters["thousands"] = _thousands
_TEMPLATES.filters["combined"] = operator.or_
