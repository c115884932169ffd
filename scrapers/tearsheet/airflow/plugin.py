"""The catalogue inside Airflow: under ``/tearsheet`` of the api-server, as "Archive" in its navigation.

- Whoever is logged in to Airflow reads it; anybody else gets 401, files of style and script included. Airflow leaves
  the routes of plugins open, so the guard is here.
- Every component of Airflow loads its plugins, also each task: the application is made at the first request.
- It shows the store that the tasks use: ``TEARSHEET_STORE``, else that of ``TEARSHEET_CONFIG``.
"""

from __future__ import annotations

import logging
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from airflow.plugins_manager import AirflowPlugin

from tearsheet.errors import TearsheetError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

PATH = "/tearsheet"
NEEDED = ("fastapi", "jinja2", "uvicorn")
"""What the extra ``web`` is made of."""

logger = logging.getLogger(__name__)


class Guarded:
    """The catalogue for those who are logged in; an ASGI application."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        from starlette.concurrency import run_in_threadpool

        answer = await _refusal(scope) if scope["type"] == "http" else None
        if answer is None:
            answer = await run_in_threadpool(self._answer)
        await answer(scope, receive, send)

    def _answer(self) -> ASGIApp:
        from starlette.responses import PlainTextResponse

        try:
            return self._catalogue
        except TearsheetError as error:
            return PlainTextResponse(f"The archive cannot be opened: {error}\n", 503)

    @cached_property
    def _catalogue(self) -> ASGIApp:
        import tearsheet
        from tearsheet.web.app import create_app

        return create_app(tearsheet.open(), hosts=None)


def apps() -> list[dict[str, Any]]:
    """The application and its path, or nothing, and a line in the log, where the extra is not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        logger.warning(
            "no catalogue under %s: %s is not installed; pip install 'tearsheet[web]'", PATH, ", ".join(missing)
        )
        return []
    return [{"app": Guarded(), "url_prefix": PATH, "name": "Tearsheet"}]


def links(served: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What stands in the navigation where the application is served."""
    link = {"name": "Archive", "href": f"{PATH}/", "url_route": "archive", "destination": "nav", "nav_top_level": True}
    return [link] if served else []


class TearsheetPlugin(AirflowPlugin):
    """What Airflow finds by the entry point ``tearsheet``."""

    name = "tearsheet"
    fastapi_apps = apps()
    external_views = links(fastapi_apps)


async def _refusal(scope: Scope) -> ASGIApp | None:
    """The answer to a request that bears nobody's token, as Airflow's own routes give it."""
    from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse

    request = Request(scope)
    try:
        await get_user(request, None, await bearer_scheme(request))
    except HTTPException as error:
        return PlainTextResponse(f"{error.detail}: log in to Airflow first\n", error.status_code)
    return None
