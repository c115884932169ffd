"""Names for a process that has this folder on its PYTHONPATH: what the machine's resolver would say of ``*.test``.

NAMES is a JSON object: name to its addresses. Each look-up takes the next one, the last of them for ever, so that a
name can resolve to one address when it is checked and to another afterwards.
"""

from __future__ import annotations

import json
import os
import socket
from typing import Any

_ADDRESSES: dict[str, list[str]] = json.loads(os.environ.get("NAMES", "{}"))
_gethostbyname, _getaddrinfo = socket.gethostbyname, socket.getaddrinfo


def _next(name: Any) -> Any:
    text = name.decode() if isinstance(name, bytes) else name
    known = _ADDRESSES.get(text)
    if known is None:
        return name
    return known.pop(0) if len(known) > 1 else known[0]


def gethostbyname(name: Any) -> str:
    return _gethostbyname(_next(name))


def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    return _getaddrinfo(_next(host), *args, **kwargs)


socket.gethostbyname, socket.getaddrinfo = gethostbyname, getaddrinfo
