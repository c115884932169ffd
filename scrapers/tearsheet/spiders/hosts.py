"""Which hosts are this machine, and which may be asked without a contact."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from tearsheet.errors import ConfigError
from tearsheet.spiders.job import Job


def is_loopback(url: str) -> bool:
    """Whether a URL's host is this machine by its name or address alone; nothing is resolved (RFC 6761, RFC 5735)."""
    name = (urlsplit(url).hostname or "").rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def refuse_without_contact(job: Job) -> None:
    """A job that would ask other people's hosts needs a contact.

    Raises:
        ConfigError: ``fetch.contact`` is not set, and a homepage or a given URL is not on loopback.
    """
    if job.settings.fetch.contact:
        return
    urls = [*(source.homepage for source in job.sources), *(candidate.url for candidate in job.given)]
    strangers = [url for url in urls if not is_loopback(url)]
    if strangers:
        raise ConfigError(
            f"fetch.contact is not set, and {strangers[0]} is not on this machine: name a mail address or a URL in "
            "config/tearsheet.yaml (fetch: contact:) or TEARSHEET_FETCH__CONTACT, so that sites know whom to turn to"
        )
