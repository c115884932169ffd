"""The application: routes, middleware, and what a page says when something is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from tearsheet.errors import ConfigError, StorageError, TearsheetError
from tearsheet.pull import Archive
from tearsheet.web.catalogue import Catalogue
from tearsheet.web.login import SignedIn, User
from tearsheet.web.rendering import STATIC, render
from tearsheet.web.security import LOOPBACK, KnownHosts, SecureHeaders
from tearsheet.web.views import article, download, overview, releases, search, sources, topic

ROUTERS = tuple(view.router for view in (overview, download, search, topic, article, sources, releases))
COMPRESSED_FROM = 1000


def create_app(
    archive: Archive, *, prefix: str = "", hosts: Iterable[str] | None = LOOPBACK, users: Sequence[User] = ()
) -> FastAPI:
    """The catalogue of an archive, to be served or mounted.

    Args:
        archive: what it shows.
        prefix: the path it is served under, where a proxy in front takes that off; mounted under a path, none is given.
        hosts: the names it is served under; ``None``: whoever it is mounted in looks after that. With users any will
            do, since a browser tells a password only to the name it was given for.
        users: who may read it; none: nobody is asked who he is.
    """
    app = FastAPI(title="Tearsheet", root_path=prefix, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.catalogue = Catalogue(archive)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", _Lasting(directory=STATIC), name="static")
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(TearsheetError, _failed)
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM, compresslevel=5)
    if users:
        app.add_middleware(SignedIn, users=users)
    elif hosts is not None:
        app.add_middleware(KnownHosts, hosts=hosts)
    app.add_middleware(SecureHeaders)
    return app


class _Lasting(StaticFiles):
    """Files whose address changes with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - for mypy: it is registered for these
    title = {404: "There is no such page", 405: "This page is only read"}.get(error.status_code, "That did not work")
    return render(request, "error.html", status=error.status_code, title=title, told=error.detail)


def _misread(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for mypy: it is registered for these
    told = "; ".join(f"{detail['loc'][-1]}: {detail['msg']}" for detail in error.errors())
    return render(request, "error.html", status=400, title="The address asks for something odd", told=told)


def _failed(request: Request, error: Exception) -> Response:
    status = 404 if isinstance(error, ConfigError) else 503 if isinstance(error, StorageError) else 500
    title = "The archive does not have that" if status == 404 else "The archive cannot be read"
    return render(request, "error.html", status=status, title=title, told=str(error))
