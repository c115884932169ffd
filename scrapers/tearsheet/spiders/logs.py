"""The crawling process's log: one JSON object a line on stderr, without secrets.

Each has ``time`` (UTC), ``level``, ``logger`` and ``message``, ``source`` and ``url`` where the line is about one, and
``error`` with the traceback of an exception.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime

from tearsheet.redaction import redacted

LEVEL_VARIABLE = "TEARSHEET_LOG_LEVEL"


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, str] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        for name in ("source", "url"):
            if value := getattr(record, name, None):
                line[name] = redacted(str(value))
        if record.exc_info:
            line["error"] = redacted(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def set_up() -> None:
    """Send the log to stderr: our own from TEARSHEET_LOG_LEVEL (INFO) on, of what we stand on what is wrong."""
    level = logging.getLevelNamesMapping().get(os.environ.get(LEVEL_VARIABLE, "INFO").upper(), logging.INFO)
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or record.name.startswith("tearsheet"))
    handler.setLevel(level)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    logging.getLogger("tearsheet").setLevel(level)


def quiet_scrapy() -> None:
    """Spare Scrapy the making of lines that nobody reads; to be called once it has put its own levels in place."""
    logging.getLogger("scrapy").setLevel(logging.WARNING)
