"""Plain Trafilatura, to compare with: in a module of its own, so that its process loads nothing of ours."""

from __future__ import annotations

from typing import Any

from trafilatura import bare_extraction


def trafilatura(html: bytes, url: str | None) -> dict[str, Any]:
    """Plain Trafilatura, as its documentation calls it, without comments."""
    document = bare_extraction(html, url=url, include_comments=False, with_metadata=True)
    if document is None:
        return {}
    authors = document.author.split("; ") if document.author else []
    return {"text": document.text, "title": document.title, "authors": authors, "date": document.date}
