"""Worker processes that do not outlive the process that started them."""

import os
import threading
from multiprocessing import connection, parent_process


def end_with_parent() -> None:
    """Initializer of a worker process: ends it when its parent ends, also when that was killed.

    Otherwise a process whose parent was killed would wait for work for ever.
    """
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
