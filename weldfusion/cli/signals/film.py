"""The image sequence that `weldfusion signals morphology` works on, read piece by piece."""

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from weldfusion.cli.parser import UsageError
from weldfusion.cli.signals.source import (
    bare_name,
    chosen_modality,
    chosen_weld,
    is_data_folder,
    open_folder,
    rate_of,
    reader_options,
)
from weldfusion.errors import ReadError

if TYPE_CHECKING:
    import numpy as np

    from weldfusion.data.modality import Modality

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")


@dataclass
class Film:
    """Frames of `paths` at `rate` a second (None: unknown), the first at `start_s`.

    `kept` holds the frames with the numbers `wanted`, once they went by.
    """

    name: str
    modality: "Modality"
    paths: tuple[Path, ...]
    rate: float | None
    start_s: float = 0.0
    wanted: tuple[int, ...] = ()
    kept: "dict[int, np.ndarray]" = field(default_factory=dict)

    def count(self) -> int:
        """Number of frames, from the headers where formats have them."""
        from weldfusion.data.inputs import frames_in
        from weldfusion.data.readers.find import probe

        return sum(frames_in(probe(path, self.modality.reader).shape) for path in self.paths)

    def pieces(self) -> "Iterator[np.ndarray]":
        """(frames, height, width, channels), one piece after the other. Raises ReadError."""
        from weldfusion.data.recording import frames_of

        seen = 0
        for _, frames in frames_of(self.modality, self.paths):
            for number in self.wanted:
                if seen <= number < seen + len(frames):
                    self.kept[number] = frames[number - seen].copy()
            seen += len(frames)
            yield frames

    def times_s(self, count: int) -> "np.ndarray":
        """Seconds (count,) of the frames; their numbers where the rate is not known."""
        import numpy as np

        return (
            np.arange(count, dtype=float)
            if self.rate is None
            else self.start_s + np.arange(count) / self.rate
        )


def read_film(arguments: Namespace) -> Film:
    """The image sequence that the arguments choose: of a weld of a data folder, a video or stack, or a folder
    of pictures in the order of their names.

    Raises WeldfusionError, one line, where there is none.
    """
    path = arguments.input
    if is_data_folder(path):
        return _of_folder(path, arguments)
    from weldfusion.data.modality import Modality

    for option, value in (("--weld", arguments.weld), ("--modality", arguments.modality)):
        if value is not None:
            raise UsageError(f"{option} {value}: only a data folder has it")
    made = Modality("frames", "image_sequence", timed=True, reader=reader_options(arguments.reader))
    if path.is_dir():
        files = tuple(sorted(file for file in path.iterdir() if file.suffix.lower() in PICTURES))
        if not files:
            raise ReadError(f"{path}: has neither dataset.yaml nor pictures ({', '.join(PICTURES)})")
        return Film(bare_name(path), made, files, rate_of(path, None, arguments.rate, needed=False))
    if not path.exists():
        raise ReadError(f"{path}: no such file or folder")
    from weldfusion.data.readers.find import probe

    stated = probe(path, made.reader).rate
    return Film(bare_name(path), made, (path,), rate_of(path, stated, arguments.rate, needed=False))


def _of_folder(path: Path, arguments: Namespace) -> Film:
    from weldfusion.data.clock import clock_of

    dataset = open_folder(path, arguments)
    modality = chosen_modality(dataset, arguments.modality, ("image_sequence",))
    weld = chosen_weld(dataset, arguments.weld, modality)
    clock = clock_of(modality, weld, modality.rate or Fraction(1))
    files = weld.files[modality.name]
    return Film(f"{weld.id}-{modality.name}", modality, files, float(clock.hertz), clock.offset_s)
