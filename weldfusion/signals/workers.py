"""Work shared among threads, its results in the order of the jobs."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from tqdm import tqdm

from weldfusion.errors import SignalError

Job = TypeVar("Job")
Result = TypeVar("Result")


def threads_to_use(wanted: int | None) -> int:
    """`wanted`, or by default one a core; one alone in a process that another one of ours has started.

    >>> threads_to_use(3)
    3
    """
    if wanted is not None:
        if wanted < 1:
            raise SignalError(f"threads: is {wanted}, must be at least 1")
        return wanted
    if multiprocessing.parent_process() is not None:
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(
    work: Callable[[Job], Result], jobs: Sequence[Job], threads: int, title: str
) -> Iterator[tuple[Job, Result]]:
    """Each job with its result, in the order of `jobs`; at most two results a thread wait to be taken.

    Threads are made for this call and end with it, so that a process may be forked at any other time.
    A bar named `title` is shown after two seconds.
    """
    bar = tqdm(total=len(jobs), desc=title, delay=2.0, mininterval=0.5, leave=False, disable=None)
    with bar:
        for job, result in _results(work, jobs, min(threads, len(jobs))):
            yield job, result
            bar.update()


def _results(
    work: Callable[[Job], Result], jobs: Sequence[Job], threads: int
) -> Iterator[tuple[Job, Result]]:
    if threads <= 1:
        for job in jobs:
            yield job, work(job)
        return
    pool = ThreadPoolExecutor(threads)
    waiting: deque[tuple[Job, Future[Result]]] = deque()
    try:
        for job in jobs:
            waiting.append((job, pool.submit(work, job)))
            if len(waiting) >= 2 * threads:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
