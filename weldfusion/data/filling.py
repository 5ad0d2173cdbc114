"""Filling the cache with prepared recordings, by threads of this process or by several processes."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from tqdm import tqdm

from weldfusion.data.end_with_parent import end_with_parent
from weldfusion.data.store import Store
from weldfusion.errors import ConfigError

WRITERS = 8
PORTION = 16

Place = tuple[str, int]
"""A modality and the number of a weld."""

_store: Store | None = None


def fill(store: Store, places: Sequence[Place], workers: int, progress: bool = True) -> None:
    """Prepares the recordings at `places` that the cache does not hold whole.

    The files are the same, byte by byte, for any number of workers. Each process has some threads, because
    much of the time goes into waiting for the disk to have written.

    Args:
        workers: processes; 0 prepares in this one.

    Raises ReadError at the first recording that is not usable; ConfigError where the cache cannot be
    written or a process was ended from outside.
    """
    bar = tqdm(
        total=len(places),
        desc="preparing recordings",
        delay=2,
        leave=False,
        disable=None if progress else True,
    )
    with bar:
        with ThreadPoolExecutor(WRITERS) as threads:
            held = list(threads.map(lambda place: store.holds(*place), places))
        missing = [place for place, there in zip(places, held, strict=True) if not there]
        bar.update(len(places) - len(missing))
        portions = [missing[start : start + PORTION] for start in range(0, len(missing), PORTION)]
        if not workers or len(portions) < 2:
            for done in _in_threads(store, missing):
                bar.update(done)
            return
        try:
            with _processes(store, min(workers, len(portions))) as pool:
                for done in _each(pool, pool.map(_fill_portion, portions)):
                    bar.update(done)
        except BrokenProcessPool:
            raise ConfigError(
                f"data.workers: one of {workers} processes that prepared recordings was ended (often for "
                "want of memory); take fewer, what is prepared is kept"
            ) from None


def _in_threads(store: Store, places: Iterable[Place]) -> Iterable[int]:
    """Prepares; gives 1 after each."""
    with ThreadPoolExecutor(WRITERS) as threads:
        yield from _each(threads, threads.map(lambda place: store.fetch(*place) is not None, places))


def _each(pool: Executor, results: Iterable[int]) -> Iterable[int]:
    """The results; at an error what has not begun is given up."""
    try:
        yield from results
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise


def _processes(store: Store, count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, get_context("spawn"), initializer=_begin, initargs=(store,))


def _begin(store: Store) -> None:
    global _store
    _store = store
    end_with_parent()


def _fill_portion(places: Sequence[Place]) -> int:
    assert _store is not None
    return sum(_in_threads(_store, places))
