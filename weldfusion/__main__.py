"""`python -m weldfusion` is the same as the command `weldfusion`."""

import sys

from weldfusion.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
