"""Files held against other processes of this machine; what is held ends with the process, killed or not."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from weldfusion.errors import RunError


@contextmanager
def held(files: Sequence[Path], what: str) -> Iterator[None]:
    """Holds the files inside; they are made where need be, their content stays.

    Where the system or the disk has no such locks (Windows), nothing is held. Raises RunError, with `what`
    the other process does, where it holds one of them.
    """
    with ExitStack() as stack:
        for file in files:
            file.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(file, os.O_WRONLY | os.O_CREAT, 0o644)
            stack.callback(os.close, handle)
            if not _lock(handle):
                raise RunError(f"{file}: another process {what}; wait until it has ended")
        yield


def _lock(handle: int) -> bool:
    """Whether no other process holds the file."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a disk without locks
        return True
    return True
