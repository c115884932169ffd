"""``CITATION.cff``: how the release is cited (Citation File Format 1.2.0)."""

from __future__ import annotations

import yaml

from tearsheet.pull.releases import Release
from tearsheet.release.wording import abstract, day, keywords, title


def render(release: Release) -> bytes:
    """The file. It names no licence: the texts have none that this release could give."""
    told = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite it as below: numbers hold for this version alone.",
        "type": "dataset",
        "title": title(release),
        "authors": [{"name": release.about.publisher}],
        "version": release.id,
        "date-released": day(release),
        "abstract": abstract(release),
        "keywords": keywords(release),
        "identifiers": [
            {
                "type": "other",
                "value": f"urn:tearsheet:release:{release.topic}:{release.id}",
                "description": f"SHA-256 of the content: {release.content_sha256}",
            }
        ],
    }
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=120).encode()
