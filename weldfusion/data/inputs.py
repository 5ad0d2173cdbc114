"""The modalities that a config asks for, checked, and how each is to be prepared."""

import math
import warnings
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from weldfusion.data.card import Card, Modality, TargetSpec
from weldfusion.data.clock import Clock, clock_of, exact, whole_samples
from weldfusion.data.flow import Flow
from weldfusion.data.folder import Dataset
from weldfusion.data.frame_steps import shape_after
from weldfusion.data.headers import Probes
from weldfusion.data.manifest import Weld
from weldfusion.data.masks import without_masks
from weldfusion.data.prepare import Recipe
from weldfusion.data.recording import check_rate
from weldfusion.data.settings import DataSettings, Input
from weldfusion.errors import ConfigError, ReadError, WeldfusionWarning, did_you_mean

MOST_HZ = 1e8
FEWEST_RECORDED = 2
MOST_STRETCHED = 4
"""Recorded samples that a window needs, and how many times as many may be made of them without a word."""

# Fields of Input that only some kinds have.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "rate": ("waveform",),
    "samples": ("waveform",),
    "steps": ("waveform",),
    "size": ("image", "image_sequence"),
    "frames": ("image_sequence",),
    "max_items": ("image",),
}
OF_FRAMES = ("frame_steps", "series")


def chosen_inputs(card: Card, settings: DataSettings) -> dict[str, Input]:
    """Modality → its settings, sorted by name; all of the card where the config names none.

    Raises ConfigError at an unknown name, or a setting that the modality's kind does not have.
    """
    if not card.modalities:
        raise ConfigError("dataset.yaml lists no modality")
    asked = settings.inputs if settings.inputs is not None else dict.fromkeys(card.modalities)
    found = {}
    for name in sorted(asked):
        if name not in card.modalities:
            raise ConfigError(f"data.inputs: no modality {name!r}; {did_you_mean(name, card.modalities)}")
        found[name] = asked[name] or Input()
        _check_input(name, found[name], card.modalities[name])
    return found


def chosen_targets(card: Card, settings: DataSettings) -> dict[str, TargetSpec]:
    """Target → its entry in the card; all of the card where the config names none.

    Masks are not among them. Raises ConfigError at an unknown name, at a mask that is named, or at a step for
    a target that has none.
    """
    for name in settings.targets or ():
        if name not in card.targets:
            raise ConfigError(f"data.targets: no target {name!r}; {did_you_mean(name, card.targets)}")
    card = without_masks(card, settings.targets)
    found = {
        name: target
        for name, target in sorted(card.targets.items())
        if settings.targets is None or name in settings.targets
    }
    for name, step in (settings.steps_s or {}).items():
        if name not in found:
            raise ConfigError(f"data.steps_s: no target {name!r}; {did_you_mean(name, found)}")
        if not found[name].dense:
            kind = found[name].kind
            raise ConfigError(f"data.steps_s.{name}: a target of kind {kind} has no step; leave it out")
        found[name] = replace(found[name], step_s=step)
    return found


def kind_of(modality: Modality, settings: Input | None = None) -> str:
    """What a model sees it as: a timed table, a spectrum sequence and a series measured in frames (with these
    settings) are waveforms of several channels."""
    if modality.kind == "spectrum_sequence" or (modality.kind == "table" and modality.timed):
        return "waveform"
    if settings is not None and settings.series is not None:
        return "waveform"
    return modality.kind


def _check_input(name: str, settings: Input, modality: Modality) -> None:
    for field in OF_FRAMES:
        if getattr(settings, field) and modality.kind != "image_sequence":
            raise ConfigError(
                f"data.inputs.{name}.{field}: a modality of kind {modality.kind} has none; leave it out"
            )
    kind = kind_of(modality, settings)
    for field, kinds in FIELDS.items():
        value = getattr(settings, field)
        if value in (None, ()) or (field == "steps" and not value):
            continue
        if kind not in kinds:
            raise ConfigError(f"data.inputs.{name}.{field}: a modality of kind {kind} has none; leave it out")
        if field in ("rate", "samples", "frames", "max_items") and not value > 0:
            raise ConfigError(f"data.inputs.{name}.{field}: must be above 0, is {value}")
        if field == "rate" and value > MOST_HZ:
            raise ConfigError(f"data.inputs.{name}.rate: {value:g} Hz is over {MOST_HZ:g}; check the unit")
        if field == "size" and (len(value) != 2 or min(value) < 1):
            raise ConfigError(f"data.inputs.{name}.size: must be [height, width] above 0, is {list(value)}")
    if settings.rate is not None and settings.samples is not None:
        raise ConfigError(f"data.inputs.{name}: give rate or samples, not both")


def own_rate(modality: Modality, weld: Weld, headers: Probes) -> tuple[Fraction, int]:
    """Rate in Hz and number of samples (or frames) of one recording.

    A rate in the file itself goes before the card's; they must agree (`check_rate`).

    Raises ReadError where they do not, or the file cannot be read.
    """
    assert modality.rate is not None
    files = weld.files[modality.name]
    if modality.kind == "image_sequence":
        probes = [headers.probe(path, modality.reader) for path in files]
        for path, of_file in zip(files, probes, strict=True):
            check_rate(modality, path, of_file.rate or modality.rate)
        return probes[0].rate or modality.rate, sum(frames_in(of_file.shape) for of_file in probes)
    found = headers.probe(files[0], modality.reader)
    rate = found.rate or modality.rate
    check_rate(modality, files[0], rate)
    return rate, found.shape[-1]


def frames_in(shape: tuple[int, ...]) -> int:
    """Frames in a file of this shape.

    >>> frames_in((90, 48, 64, 1)), frames_in((48, 64, 1))
    (90, 1)
    """
    return shape[0] if len(shape) == 4 else 1


def clock_and_length(modality: Modality, weld: Weld, headers: Probes) -> tuple[Clock, int]:
    """The clock of one recording and its number of samples."""
    rate, length = own_rate(modality, weld, headers)
    return clock_of(modality, weld, rate), length


def recipe_of(
    dataset: Dataset,
    modality: Modality,
    settings: Input,
    window_s: Fraction | None,
    headers: Probes,
    like: Flow | None,
) -> Recipe:
    """How the recordings of one modality are prepared.

    Args:
        window_s: length of a window; None: whole welds.
        like: what a trained model expects; None: what card, config and files say.

    Raises ConfigError, ReadError.
    """
    kind = kind_of(modality, settings)
    having = [weld for weld in dataset.welds if weld.files.get(modality.name)]
    first = headers.probe(having[0].files[modality.name][0], modality.reader) if having else None
    if kind in ("image", "image_sequence"):
        return _image_recipe(modality, settings, having, None if first is None else first.shape, like)
    if modality.columns:
        return Recipe(modality, settings, len(modality.columns))
    if settings.series is not None:
        if first is not None and len(first.shape) in (3, 4):
            shape_after(modality, settings, _frame_shape(first.shape))
        channels = len(settings.series.columns)
    else:
        channels = len(modality.channels) or (first.shape[0] if first and len(first.shape) == 2 else 1)
    if kind == "table":
        return Recipe(modality, settings, channels)
    assert modality.rate is not None
    if settings.samples is not None:
        if window_s is not None:
            check_samples(modality, settings.samples, window_s)
        rate = None if window_s is None else settings.samples / window_s
    elif settings.rate is None and like is not None and like.rate is not None and not settings.steps:
        rate = exact(like.rate)
    else:
        if settings.rate is not None:
            warn_of_stretching(modality, settings.rate)
        rate = modality.rate if settings.rate is None else exact(settings.rate)
    return Recipe(modality, settings, channels, rate)


def warn_of_stretching(modality: Modality, rate: float) -> None:
    """Warns of a rate more than 4 times the recorded one."""
    assert modality.rate is not None
    recorded = float(modality.rate)
    if rate > MOST_STRETCHED * recorded:
        warnings.warn(
            f"data.inputs.{modality.name}.rate: {rate:g} Hz is made of {recorded:g} Hz as recorded: most "
            f"samples are interpolated, nothing new; {recorded:g} Hz and less cost less time",
            WeldfusionWarning,
            stacklevel=2,
        )


def check_samples(modality: Modality, samples: int, window_s: Fraction) -> None:
    """Whether a window holds enough recorded samples to make `samples` of them.

    Raises ConfigError below 2 recorded samples; warns of more than 4 times as many as recorded.

    >>> check_samples(Modality("light", "waveform", True, rate=Fraction(280)), 560, Fraction(2, 1000))
    Traceback (most recent call last):
        ...
    weldfusion.errors.ConfigError: data.windows.length_s: 0.002 s holds 0.56 recorded samples of light ...
    """
    assert modality.rate is not None
    recorded = float(window_s * modality.rate)
    holds = f"{float(window_s):g} s holds {recorded:.3g} recorded samples of {modality.name}"
    holds += f" ({float(modality.rate):g} Hz), of which data.inputs.{modality.name}.samples"
    fits = f"{float(samples / modality.rate):.3g} s holds {samples}"
    if recorded < FEWEST_RECORDED:
        least = math.ceil(FEWEST_RECORDED / float(modality.rate) * 1e5) / 1e5
        raise ConfigError(
            f"data.windows.length_s: {holds} would make {samples}; take at least {least:g} s; {fits}"
        )
    if samples > MOST_STRETCHED * recorded:
        warnings.warn(
            f"data.windows.length_s: {holds} makes {samples}: most are interpolated, nothing new; {fits}",
            WeldfusionWarning,
            stacklevel=2,
        )


def _image_recipe(
    modality: Modality,
    settings: Input,
    having: list[Weld],
    first: tuple[int, ...] | None,
    like: Flow | None,
) -> Recipe:
    """Size, channels and number of images: of the trained model, the config, the card, the first file."""
    if first is not None and len(first) not in (3, 4):
        path = having[0].files[modality.name][0]
        raise ReadError(f"{path}: has shape {first}; {modality.name} needs an image")
    found = _frame_shape(first) if first is not None else (0, 0, len(modality.channels) or 1)
    if first is not None and settings.frame_steps:
        found = shape_after(modality, settings, found)
        channels, size = found[2], found[:2]
    else:
        channels, size = len(modality.channels) or found[2], modality.size or found[:2]
    if like:
        channels, size = like.channels, like.size or size
    else:
        size = settings.size or size
    if min(size) < 1:
        raise ConfigError(f"data.inputs.{modality.name}.size: is not known, as no weld has an image; give it")
    count = None
    if modality.kind == "image":
        most = max((len(weld.files[modality.name]) for weld in having), default=1)
        count = (like.count or 1) if like else min(most, settings.max_items or most)
    return Recipe(modality, settings, channels, size=(int(size[0]), int(size[1])), count=count)


def _frame_shape(shape: tuple[int, ...]) -> tuple[int, int, int]:
    height, width, channels = shape[-3:]
    return height, width, channels


def samples_of_window(recipe: Recipe, rate: Fraction, window_s: Fraction) -> int:
    """Samples of a window at the prepared `rate`; as many as were asked for where that was asked."""
    if recipe.settings.samples is not None and rate == recipe.rate:
        return recipe.settings.samples
    return whole_samples(window_s, rate)
