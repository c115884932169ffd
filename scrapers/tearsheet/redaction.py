"""What no log line, message or report may hold: credentials, wherever in a text they stand.

Known by their form (user info in a URL, an authorisation field, a signed or secret parameter) and, for the store's
keys, by their value in the environment. ``TearsheetError`` and the crawling process's log pass through here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

_SECRET_VARIABLES = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_SHORTEST = 8
"""Characters of a secret that is looked for by its value; a shorter one would be found in ordinary words."""
_USER_INFO = re.compile(r"(?<=://)[^/ \t\r\n\"'<>]*@")
_CREDENTIALS = re.compile(r"(?i)((?:proxy-)?authorization['\"]?\s*[:=]\s*)[^,}\n]+")
_SIGNATURES = re.compile(
    r"(?i)([?&](?:x-amz-(?:signature|credential|security-token)|token|api_?key|password|secret)=)[^&\s'\"]+"
)
_SECRET_NAMES = re.compile(r"(?i)^_?(?:AWS|AIRFLOW)_|_PROXY$|SECRET|PASSW|TOKEN|CREDENTIAL|API_?KEY")


def redacted(text: str) -> str:
    """A text without user info in URLs, authorisation fields, signed parameters and the store's keys."""
    for name in _SECRET_VARIABLES:
        if len(secret := os.environ.get(name, "")) >= _SHORTEST:
            text = text.replace(secret, "***")
    text = _USER_INFO.sub("***@", text)
    return _SIGNATURES.sub(r"\1***", _CREDENTIALS.sub(r"\1***", text))


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process that needs no credentials, because it reads what strangers wrote."""
    return {name: value for name, value in environ.items() if not _SECRET_NAMES.search(name)}
