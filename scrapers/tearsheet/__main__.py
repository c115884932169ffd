"""``python -m tearsheet``: the command line."""

from tearsheet.cli import main

main()
