"""One recording of one weld as it is given to a model: read, checked, resampled, processed, resized."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from weldfusion.data.cache import key_of
from weldfusion.data.card import Modality
from weldfusion.data.clock import Clock
from weldfusion.data.frame_steps import series_of, stepped_frames
from weldfusion.data.headers import stamp
from weldfusion.data.images import fit_image
from weldfusion.data.manifest import Weld
from weldfusion.data.recording import read_photo, read_row, read_signal
from weldfusion.data.settings import Input, Step
from weldfusion.errors import ReadError
from weldfusion.signals.resample import resample, resampled_length


@dataclass(frozen=True)
class Recipe:
    """How the recordings of one modality are prepared.

    Args:
        modality: the card's entry.
        settings: the config's.
        channels: channels that every recording must have before the steps.
        rate: Hz to which a waveform is resampled; None: to `settings.samples` over the active part.
        size: height and width of images.
        count: at most so many photos of a weld.
    """

    modality: Modality
    settings: Input
    channels: int
    rate: Fraction | None = None
    size: tuple[int, int] | None = None
    count: int | None = None

    @property
    def gaps(self) -> bool:
        """Whether a prepared waveform may hold NaN, where nothing was recorded or seen."""
        return self.modality.missing == "nan" or self.settings.series is not None


@dataclass(frozen=True)
class Recording:
    """One recording to prepare: its weld, clock (timed) and the stretch that alone is kept (whole-weld
    windows resampled to a number of samples)."""

    weld: Weld
    clock: Clock | None = None
    span: tuple[float, float] | None = None


def key_of_recording(recipe: Recipe, recording: Recording, root: Path) -> str:
    """Cache key: the files' names, sizes and times of change, and all that preparing depends on.

    Raises ReadError where a file is missing.
    """
    modality, settings = recipe.modality, recipe.settings
    files = recording.weld.files[modality.name]
    return key_of(
        files=[stamp(path, root.absolute()) for path in files],
        kind=modality.kind,
        reader=dict(modality.reader),
        names=(modality.given, modality.channels) if modality.given else modality.channels,
        missing=(modality.missing, modality.max_missing),
        channels=recipe.channels,
        rate=str(recipe.rate),
        clock=str(recording.clock and (recording.clock.rate, recipe.rate is None and recording.clock)),
        span=recording.span,
        samples=settings.samples if recipe.rate is None else None,
        size=recipe.size,
        count=recipe.count,
        steps=[plain_step(step) for step in settings.steps],
        frame_steps=[plain_step(step) for step in settings.frame_steps],
        series=settings.series and plain_step(settings.series),
    )


def prepare(recipe: Recipe, recording: Recording) -> np.ndarray:
    """The array that is cached.

    | kind | array |
    |---|---|
    | waveform, timed table, spectrum_sequence | (channels, time) float32; NaN where the card permits it |
    | image_sequence with a series | (numbers, time) float32; NaN where a frame has none |
    | table | (columns,) float32 |
    | image | (photos, channels, height, width) uint8, or float32 where deeper than 8 bits |
    | image_sequence | (frames, channels, height, width), likewise |

    Raises ReadError naming the file, or ValueError from a step.
    """
    return np.concatenate(list(prepared_parts(recipe, recording)))


def prepared_parts(recipe: Recipe, recording: Recording) -> Iterator[np.ndarray]:
    """`prepare` in parts along the first axis: an image sequence some frames at a time, so that memory does
    not grow with its length; else everything at once."""
    kind = recipe.modality.kind
    timed_table = kind == "table" and recipe.modality.timed
    if kind == "spectrum_sequence" or timed_table or recipe.settings.series is not None:
        kind = "waveform"
    kinds: Mapping[str, Callable[[Recipe, Recording], Iterator[np.ndarray]]] = {
        "waveform": _waveform,
        "table": _table,
        "image": _photos,
        "image_sequence": _frames,
    }
    return kinds[kind](recipe, recording)


def _waveform(recipe: Recipe, recording: Recording) -> Iterator[np.ndarray]:
    path, values = _signal(recipe, recording.weld)
    clock = recording.clock
    assert clock is not None
    if recording.span is None:
        target = recipe.rate or clock.rate
        ratio, length = target / clock.rate, None
    else:
        start, end = np.clip(clock.index(np.array(recording.span)), 0, values.shape[1])
        values = values[:, start : max(end, start + 1)]
        length = recipe.settings.samples or values.shape[1]
        ratio = Fraction(length, values.shape[1])
        target = clock.rate * ratio
    missing = np.isnan(values)
    if missing.any():
        values = _bridged(values, missing)
    values = _resampled(values, ratio, length)
    values, _ = apply_steps(values, target, recipe, str(path))
    if missing.any():
        at = np.arange(values.shape[1]) * missing.shape[1] // values.shape[1]
        gone = missing[:, at] if len(values) == len(missing) else missing[:, at].any(0, keepdims=True)
        values = np.where(gone, np.float32(np.nan), values)
    yield values


def _resampled(values: np.ndarray, ratio: Fraction, length: int | None) -> np.ndarray:
    """`resample`, with the last sample repeated where a simplified ratio gives one too few."""
    wanted = resampled_length(values.shape[1], ratio) if length is None else length
    out = resample(values, ratio)[:, :wanted]
    return np.pad(out, ((0, 0), (0, wanted - out.shape[1])), mode="edge")


def _signal(recipe: Recipe, weld: Weld) -> tuple[Path, np.ndarray]:
    """Values (channels, time) float32 of the one file, or of the series measured in all of them."""
    if recipe.settings.series is not None:
        paths = weld.files[recipe.modality.name]
        return paths[0], series_of(recipe.modality, recipe.settings, paths)
    path = _only(weld, recipe.modality)
    values = read_signal(recipe.modality, path).values
    if len(values) != recipe.channels:
        name = recipe.modality.name
        raise ReadError(f"{path}: has {len(values)} channels, {name} needs {recipe.channels}")
    check_finite(values, recipe.modality, str(path))
    return path, values


def check_finite(values: np.ndarray, modality: Modality, place: str) -> None:
    """Raises ReadError at infinity, and at NaN beyond what the card's `missing` permits."""
    if np.isinf(values).any():
        first = int(np.argmax(np.isinf(values).reshape(-1, values.shape[-1]).any(0)))
        raise ReadError(f"{place}: {modality.name} is infinite at sample {first}; correct the recording")
    share = float(np.isnan(values).mean())
    if share == 0:
        return
    first = int(np.argmax(np.isnan(values).reshape(-1, values.shape[-1]).any(0)))
    if modality.missing == "error":
        raise ReadError(
            f"{place}: {modality.name} is NaN at sample {first}; correct the recording, or declare "
            f"`missing: nan` and `max_missing` for {modality.name} in dataset.yaml"
        )
    if share > modality.max_missing:
        raise ReadError(f"{place}: {share:.1%} of {modality.name} is NaN; the card's max_missing permits "
                        f"{modality.max_missing:.1%}")  # fmt: skip


def _bridged(values: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """NaN replaced by the line between its neighbours, so that filters do not spread it."""
    values = values.copy()
    at = np.arange(values.shape[1])
    for row, gone in zip(values, missing, strict=True):
        row[gone] = np.interp(at[gone], at[~gone], row[~gone]) if not gone.all() else 0.0
    return values


def apply_steps(
    values: np.ndarray, rate: Fraction | None, recipe: Recipe, place: str
) -> tuple[np.ndarray, Fraction | None]:
    """The recording after all steps, and its rate. Raises ReadError where a step gives something unusable."""
    for number, step in enumerate(recipe.settings.steps):
        values, rate = apply_step(step, values, rate, f"{place}: {key_of_step(recipe, number)}")
    return values, rate


def apply_step(
    step: Step, values: np.ndarray, rate: Fraction | None, place: str
) -> tuple[np.ndarray, Fraction | None]:
    """What one step gives, as float32. Raises ReadError that begins with `place` where it is unusable."""
    try:
        values, rate = step(values, rate)
    except ValueError as problem:
        raise ReadError(f"{place}: {' '.join(str(problem).split())}") from None
    values = np.asarray(values, np.float32)
    if values.ndim != 2 or not values.size:
        raise ReadError(f"{place}: gave shape {values.shape}; expected (channels, time)")
    if not np.isfinite(values).all():
        raise ReadError(f"{place}: gave NaN or infinity")
    return values, rate


def key_of_step(recipe: Recipe, number: int) -> str:
    """Key of a step in the config, and its class."""
    step = recipe.settings.steps[number]
    return f"data.inputs.{recipe.modality.name}.steps[{number}] {type(step).__name__}"


def plain_step(step: object) -> tuple[str, Any]:
    """Class path and settings of a step of any kind, for the cache key.

    >>> from dataclasses import dataclass
    >>> @dataclass
    ... class Gain:
    ...     factor: float
    >>> plain_step(Gain(2.0))[1]
    [('factor', '2.0')]
    """
    kind = type(step)
    settings = getattr(step, "__dict__", None)
    shown = repr(step) if settings is None else sorted((k, _plain(v)) for k, v in settings.items())
    return f"{kind.__module__}.{kind.__qualname__}", shown


def _plain(value: Any) -> str:
    return repr((value.dtype.str, value.tolist())) if isinstance(value, np.ndarray) else repr(value)


def _table(recipe: Recipe, recording: Recording) -> Iterator[np.ndarray]:
    path = _only(recording.weld, recipe.modality)
    values = read_row(recipe.modality, path)
    if len(values) != recipe.channels:
        raise ReadError(f"{path}: has {len(values)} columns, {recipe.modality.name} needs {recipe.channels}")
    check_finite(values, recipe.modality, str(path))
    yield values


def _photos(recipe: Recipe, recording: Recording) -> Iterator[np.ndarray]:
    """All photos of a weld; float32 as soon as one is deeper than 8 bits."""
    paths = recording.weld.files[recipe.modality.name][: recipe.count]
    images = [_fitted(read_photo(recipe.modality, path), recipe, path) for path in paths]
    deep = any(image.dtype != np.uint8 for image in images)
    yield np.stack([image.astype(np.float32) if deep else image for image in images])


def _frames(recipe: Recipe, recording: Recording) -> Iterator[np.ndarray]:
    files = recording.weld.files[recipe.modality.name]
    for path, frames in stepped_frames(recipe.modality, recipe.settings, files):
        yield np.stack([_fitted(frame, recipe, path) for frame in frames])


def _fitted(values: np.ndarray, recipe: Recipe, path: Path) -> np.ndarray:
    """(channels, height, width); pixels that are NaN by permission take the mean of the others."""
    assert recipe.size is not None
    if values.dtype != np.uint8:
        check_finite(values, recipe.modality, str(path))
        if (missing := np.isnan(values)).any():
            mean = np.float32(0) if missing.all() else values[~missing].mean(dtype=np.float64)
            values = np.where(missing, np.float32(mean), values)
    try:
        return fit_image(values, recipe.size, recipe.channels)
    except ValueError as problem:
        raise ReadError(f"{path}: {problem}") from None


def _only(weld: Weld, modality: Modality) -> Path:
    files = weld.files[modality.name]
    if len(files) != 1:
        raise ReadError(f"weld {weld.id} (row {weld.row}): {modality.name} has {len(files)} files; a "
                        f"{modality.kind} needs one")  # fmt: skip
    return files[0]
