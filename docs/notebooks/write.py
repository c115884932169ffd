"""The notebook from its source: each fence of Python is a cell of code, what stands between them one of text.

python docs/notebooks/write.py   writes topic-to-chart.ipynb, without outputs, from topic-to-chart.md
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

SOURCE = Path(__file__).with_name("topic-to-chart.md")
_FENCE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def notebook(source: str) -> nbformat.NotebookNode:
    """The notebook of a page of Markdown; the same page gives the same notebook."""
    parts = [part.strip() for part in _FENCE.split(source)]
    cells = [
        (new_code_cell if number % 2 else new_markdown_cell)(part, id=f"cell-{number}")
        for number, part in enumerate(parts)
        if part
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return new_notebook(cells=cells, metadata=kernel)


def written(source: str) -> str:
    """Its file."""
    return f"{nbformat.writes(notebook(source))}\n"


if __name__ == "__main__":
    SOURCE.with_suffix(".ipynb").write_text(written(SOURCE.read_text("utf-8")), encoding="utf-8")
