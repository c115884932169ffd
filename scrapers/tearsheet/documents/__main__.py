"""The extraction process, see ``worker``."""

import sys

from tearsheet.documents.worker import main

main(*sys.argv[1:])
