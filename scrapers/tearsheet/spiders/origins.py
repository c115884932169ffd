"""Files that speak for an origin (scheme, host and port): each is asked once a crawl, however many wait for it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from tearsheet.spiders.errand import Errand

File = TypeVar("File")


class OriginFiles(ABC, Generic[File]):
    """One file of every origin that is asked anything."""

    def __init__(self) -> None:
        self._files: dict[str, asyncio.Task[File]] = {}

    async def of(self, url: str, errand: Errand) -> File:
        """The file of a URL's origin. The request counts for the errand's source."""
        split = urlsplit(url)
        origin = f"{split.scheme}://{split.netloc}"
        if origin not in self._files:
            self._files[origin] = asyncio.create_task(self._ask(origin, errand))
        return await asyncio.shield(self._files[origin])  # who waits may be stopped without taking it from the others

    def cancel(self) -> None:
        """Give up what is still being asked."""
        for task in self._files.values():
            task.cancel()

    @abstractmethod
    async def _ask(self, origin: str, errand: Errand) -> File: ...
