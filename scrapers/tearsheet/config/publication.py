"""The configuration as it is kept in the bucket, ``config/<sha256>.json``: canonical, and without secrets.

Canonical: UTF-8 JSON with sorted keys and no spaces, every default written out; the file's name is the digest of its
bytes. ``Configuration.model_validate_json`` reads it back. The secrets that configuration can hold are the user part
of the proxy's URL, and ``web``, which is left out: no document is made under it. Addresses of sources with credentials
are refused, and the store's come from the environment.
"""

from __future__ import annotations

import hashlib
import json

from tearsheet.config.models import Configuration
from tearsheet.config.rules import without_credentials


def public(configuration: Configuration) -> tuple[bytes, str]:
    """The canonical JSON and its sha256 in hex."""
    data = configuration.model_dump(mode="json")
    del data["settings"]["web"]
    if proxy := data["settings"]["fetch"]["proxy"]:
        data["settings"]["fetch"]["proxy"] = without_credentials(proxy)
    body = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return body, hashlib.sha256(body).hexdigest()


def digest(configuration: Configuration) -> str:
    """What documents say they were made under: the sha256 of ``public``, in hex."""
    return public(configuration)[1]
