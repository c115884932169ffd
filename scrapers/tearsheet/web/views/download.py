"""A topic's articles as a file: what the page shows, by the same export as ``tearsheet pull``."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from tearsheet.pull.export import FORMATS
from tearsheet.pull.selection import Uses
from tearsheet.web.catalogue import catalogue_of
from tearsheet.web.filters import Asked, Filter
from tearsheet.web.views.topic import topic_named

router = APIRouter()


@router.get("/topics/{topic}/download.{suffix}", name="download")
def download(
    request: Request,
    topic: str,
    suffix: str,
    asked: Asked,
    text: Annotated[bool, Query()] = False,
    rights: Annotated[Uses, Query()] = "all",
) -> Response:
    """The articles that the filter lets through, whole or an error; the file is gone once it is sent."""
    catalogue = catalogue_of(request)
    topic_named(catalogue, topic)
    if f".{suffix}" not in FORMATS:
        raise HTTPException(404, f"no file is made as .{suffix}; known are: {', '.join(FORMATS)}")
    selection = asked.on(catalogue.archive.topic(topic)).rights(rights)
    folder = Path(tempfile.mkdtemp(prefix="tearsheet-"))
    try:
        file = folder / f"{_named(topic, asked)}.{suffix}"
        (selection.with_text() if text else selection).write(file)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return FileResponse(file, filename=file.name, background=BackgroundTask(shutil.rmtree, folder))


def _named(topic: str, asked: Filter) -> str:
    return "-".join([topic, *(f"{name}-{day}" for name in ("since", "until") if (day := getattr(asked, name)))])
