"""``python -m tearsheet.spiders``: one crawling process, started by ``tearsheet.harvest``."""

from __future__ import annotations

import sys

from tearsheet.spiders.process import main

if __name__ == "__main__":
    sys.exit(main())
