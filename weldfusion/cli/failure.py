"""What the command line says of an error: one line, and an exit code."""

import sys

from weldfusion.errors import WeldfusionError


def tell(error: Exception, of: str = "") -> int:
    """Prints the error on stderr, each line beginning with `of` where it does not name it; gives the exit
    code."""
    if isinstance(error, OSError) and not isinstance(error, WeldfusionError):
        place = f"{error.filename}: " if error.filename else ""
        lines, code = [f"{place}{error.strerror or error}"], WeldfusionError.exit_code
    else:
        lines = str(error).splitlines()
        code = error.exit_code if isinstance(error, WeldfusionError) else 1
    for line in lines:
        begin = "" if of in line else f"{of}: "
        print(f"weldfusion: error: {begin}{line}", file=sys.stderr)
    return code
