from __future__ import annotations

from pathlib import Path

from tearsheet.tables.reference import column_table, rendered
from tearsheet.tables.schema import ARTICLES, DOCUMENTS

PAGE = Path(__file__).parents[3] / "docs" / "data-format.md"


def test_the_page_has_the_columns_of_the_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rendered(page) == page, "stale: run `python -m tearsheet.tables.reference` and commit docs/data-format.md"
    assert all(f"| `{column.name}` |" in page for column in ARTICLES)
    assert "| `removed.reason` |" in page


def test_only_what_is_between_the_marks_is_replaced() -> None:
    page = "before\n<!-- columns of articles -->\nold\n<!-- end of columns -->\nafter\n"
    columns = [column for column in ARTICLES if column.name not in DOCUMENTS.names]
    assert rendered(page) == page.replace("old\n", column_table(columns))
