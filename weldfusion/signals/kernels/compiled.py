"""Compiling the inner loops: once, kept on disk, without the interpreter lock, never an import error."""

import hashlib
import sys
import threading
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from numba import njit
from numba.core.caching import FunctionCache

SILENT_S = 1.5


@cache
def source_stamp() -> str:
    """Digest of all sources of this folder; numba itself looks only at the file of the function called."""
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


class StampedCache(FunctionCache):
    """numba's cache on disk, where an entry also depends on the functions that it calls."""

    def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
        return (*super()._index_key(sig, codegen), source_stamp())

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except OSError as problem:
            _warn_uncached(problem.strerror or str(problem))


def compiled(function: Callable[..., Any]) -> Any:
    """`njit(nogil=True)`, division by zero as in numpy, kept on disk where a folder can be written.

    The folder is `__pycache__` beside the source, else the user's cache folder, else the one that the
    environment variable NUMBA_CACHE_DIR names.
    """
    return _kept(function, njit(nogil=True, error_model="numpy")(function))


def fused(function: Callable[..., Any]) -> Any:
    """As `compiled`; a product and the sum it goes into are rounded once, in the order that is written."""
    return _kept(function, njit(nogil=True, error_model="numpy", fastmath={"contract"})(function))


def _kept(function: Callable[..., Any], dispatcher: Any) -> Any:
    try:
        dispatcher._cache = StampedCache(function)
    except RuntimeError:
        dispatcher.uncached = True
    return dispatcher


def ready(kernel: Any, *arguments: Any) -> None:
    """Compiles or loads a kernel for arguments of these types, and says so on stderr if that takes long.

    Called before threads share the work; a kernel that is ready costs microseconds.
    """
    from numba import typeof

    signature = tuple(typeof(argument) for argument in arguments)
    if signature in kernel.overloads:
        return
    if getattr(kernel, "uncached", False):
        _warn_uncached("no folder for it can be written")
    shown = threading.Timer(SILENT_S, _say_compiling, [kernel.__name__])
    shown.daemon = True
    shown.start()
    try:
        kernel.compile(signature)
    finally:
        shown.cancel()


def _say_compiling(name: str) -> None:
    print(f"compiling '{name}' for this processor (once; then kept on disk) ...", file=sys.stderr, flush=True)


@cache
def _warn_uncached(reason: str) -> None:
    warnings.warn(
        f"compiled code is not kept on disk: {reason}; every process compiles anew (some seconds); "
        "name a writable folder in NUMBA_CACHE_DIR",
        RuntimeWarning,
        stacklevel=4,
    )
