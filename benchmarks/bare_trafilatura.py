"""Plain Trafilatura over pages on the disk, one process a core, nothing else. Prints pages and CPU seconds as JSON.

python benchmarks/bare_trafilatura.py LIST    (lines of: HTML file, gzipped; a tab; its URL)

Imports and reading are not counted.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from trafilatura import bare_extraction


def extract(row: str) -> float:
    """The CPU seconds that one page takes."""
    file, _, url = row.partition("\t")
    html = gzip.decompress(Path(file).read_bytes())
    started = time.process_time()
    bare_extraction(html, url=url, include_comments=False, with_metadata=True)
    return time.process_time() - started


def main() -> None:
    """Extract what the file lists."""
    rows = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        print(json.dumps({"pages": len(rows), "cpu": sum(workers.map(extract, rows))}))


if __name__ == "__main__":
    main()
