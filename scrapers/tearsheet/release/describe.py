"""What stands beside the rows of a release: for machines, for citing it, for whoever finds the folder in ten years."""

from __future__ import annotations

from tearsheet.pull.releases import Release
from tearsheet.release import card, citation, croissant, datapackage


def files(release: Release) -> dict[str, bytes]:
    """The descriptions of a release that has its data files, by path."""
    return {
        "datapackage.json": datapackage.render(release),
        "croissant.json": croissant.render(release),
        "CITATION.cff": citation.render(release),
        "README.md": card.render(release),
    }
