"""A process with a progress bar, as a study's cells have, that is killed."""

from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue

from tqdm import tqdm

from weldfusion.run.cell import bars_without_semaphore


def work(begun: "SimpleQueue[int]") -> None:
    bars_without_semaphore()
    for number in tqdm(range(10**9), disable=False):
        begun.put(number)


if __name__ == "__main__":
    context = get_context("spawn")
    queue = context.SimpleQueue()
    process = context.Process(target=work, args=(queue,))
    process.start()
    queue.get()
    process.kill()
    process.join()
