"""`python -m flows` is the command `copydesk`."""

import sys

from flows.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
