r"""What strangers wrote, shown on a terminal: nothing in it may act on the terminal or turn the line around.

A headline may hold escape sequences, which move the cursor, set the window's title or write to the clipboard, and
bidirectional overrides, which make a line read as it is not. Both are shown as what they are: ``\x1b``, ``\u202e``.
Markup of rich is no matter of this module: what strangers wrote goes into ``rich.text.Text``, which reads none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import rich.console
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment

_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls but for tab and line feed, bidirectional embeddings, overrides and isolates, halves of surrogate pairs."""


def visible(text: str) -> str:
    """A text in which nothing acts on a terminal."""
    return _UNSHOWN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def as_json(value: Any) -> str:
    """One line of JSON that is safe to show, too; times in ISO 8601."""
    told = json.dumps(value, ensure_ascii=False, default=str)
    return _UNSHOWN.sub(lambda found: f"\\u{ord(found[0]):04x}", told)


class Console(rich.console.Console):
    """Rich's console; what it shows is ``visible``, but for the styles that it puts around it."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of a renderable, its parts' included: each is rendered by this method."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)
