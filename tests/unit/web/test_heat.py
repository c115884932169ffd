from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from tearsheet.web.heat import Square, level, row


@pytest.mark.parametrize(
    ("articles", "most", "expected"),
    [(None, 9, "h-"), (0, 9, "h0"), (1, 1, "h5"), (1, 1000, "h1"), (30, 1000, "h3"), (1000, 1000, "h5"), (0, 0, "h0")],
)
def test_a_count_has_a_level_on_a_logarithmic_scale(articles: int | None, most: int, expected: str) -> None:
    assert level(articles, most) == expected


def test_every_night_is_one_square_in_its_place() -> None:
    drawn = ET.fromstring(row([Square(), Square(5), Square(0, failed=True), Square(5)], 5))

    squares = {path.get("class"): re.findall(r"M(\d+) 0h", path.get("d", "")) for path in drawn}
    assert squares == {"h-": ["0"], "h5": ["9", "27"], "h0": ["18"], "failed": []}
    assert drawn.get("width") == "35"
