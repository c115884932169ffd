"""The least a night with nothing new can cost: a bare client that asks feeds again by their ETags. Prints JSON.

python benchmarks/conditional_client.py URLS_FILE

The first round learns the ETags and is not counted; imports are.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import aiohttp

AT_ONCE = 300


async def ask(session: aiohttp.ClientSession, url: str, tags: dict[str, str]) -> int:
    """One conditional request; its status."""
    headers = {"If-None-Match": tags[url]} if url in tags else {}
    async with session.get(url, headers=headers) as response:
        await response.read()
        tags[url] = response.headers["ETag"]
        return response.status


async def main(urls: list[str]) -> None:
    """Learn, then ask again."""
    tags: dict[str, str] = {}
    imports = time.process_time()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:
        await asyncio.gather(*(ask(session, url, tags) for url in urls))
        learned = time.process_time()
        statuses = await asyncio.gather(*(ask(session, url, tags) for url in urls))
    told = {"requests": len(urls), "unchanged": statuses.count(304)}
    print(json.dumps(told | {"cpu": imports + time.process_time() - learned}))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]).read_text(encoding="utf-8").split()))
