"""`python -m gridward` is `gridward`."""

from gridward.web.cli.main import main

main()
