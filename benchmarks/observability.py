"""Which sensor sees what in the simulated welds: the measured truth that explanations are compared with.

Events: welds of 3.5 kW and 0.1 m/s with one collapse of drop 0.6 and without any, independent noise, no
group effects; a shrinkage discriminant (LDA) on features of a part of one sensor in 20 ms around the event,
scored by the cross-validated AUC. Classes: windows of 50 ms of the default preset with group effects, trees
on plain features (for the coaxial camera also on areas over the background, which its gain does not change),
sessions held out. AUCs within 0.06 of 0.5 mean that nothing is seen. The notes compare
with the prototype that the simulator was specified by; a difference of at most 0.06 is within both errors.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from unittest.mock import patch

import numpy as np
from harness import Row, row, run
from scipy.signal import butter, sosfiltfilt
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.metrics import balanced_accuracy_score, r2_score, roc_auc_score
from sklearn.model_selection import GroupKFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from weldfusion.simulate.groups import Groups, Place
from weldfusion.simulate.laser import keyhole_weld
from weldfusion.simulate.laser.design import Design, draw_joint
from weldfusion.simulate.laser.events import KINDS, Events
from weldfusion.simulate.laser.figures.of_windows import WINDOW_S, features_of_welds, truth_of_welds, windows
from weldfusion.simulate.laser.film import draw_films
from weldfusion.simulate.laser.inputs import draw_inputs
from weldfusion.simulate.laser.preset import LASER_AL
from weldfusion.simulate.laser.process import plan_laser
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.laser.weld import TIMED, SimulatedWeld, simulate_weld
from weldfusion.simulate.record import Recording
from weldfusion.simulate.sensors.clock import Clock
from weldfusion.simulate.streams import stream

SEED = 404
DESIGN = Design(power_w=3_500, speed_m_s=0.1, depth_ratio=0.85)
DROP, WELD_S = 0.6, 0.3
WELD_OF_CLASSES_S = 1.0
BEFORE_S, WINDOW_MS = 0.005, 20
WITHIN = 0.06
NO_GROUPS = Groups(0, "laser_al", Place("m", "s", "w", 0.0), scale=0.0)


@dataclass(frozen=True)
class Part:
    """A channel of a sensor in a band (Hz), or all of it, and the prototype's AUC for each kind of event."""

    sensor: str
    name: str
    channel: int | None = None
    band: tuple[float, float] | None = None
    prototype: tuple[float | None, ...] = (None, None, None)


VIS, BACK, THERMAL = 0, 1, 2
PARTS = (
    Part("photodiode", "back-reflection", BACK, None, (1.00, 0.57, 0.98)),
    Part("photodiode", "back-reflection < 0.3 kHz", BACK, (0, 300), (1.00, 0.57, 0.98)),
    Part("photodiode", "back-reflection 0.3-1.5 kHz", BACK, (300, 1_500), (0.97, 0.57, 0.97)),
    Part("photodiode", "back-reflection > 1.5 kHz", BACK, (1_500, 9_900), (0.94, 0.54, 0.93)),
    Part("photodiode", "plume", VIS, None, (0.71, 0.46, 0.75)),
    Part("photodiode", "plume < 0.3 kHz", VIS, (0, 300), (0.66, None, 0.71)),
    Part("photodiode", "plume 0.3-1.5 kHz", VIS, (300, 1_500), (0.57, None, 0.59)),
    Part("photodiode", "plume > 1.5 kHz", VIS, (1_500, 9_900), (0.56, None, 0.52)),
    Part("photodiode", "thermal", THERMAL, None, (0.63, 0.44, 0.65)),
    Part("microphone", "all", prototype=(0.84, 0.47, 0.84)),
    Part("microphone", "50-500 Hz", band=(50, 500), prototype=(0.42, 0.48, 0.51)),
    Part("microphone", "0.5-1.5 kHz", band=(500, 1_500), prototype=(0.73, 0.44, 0.73)),
    Part("microphone", "1.5-2.5 kHz", band=(1_500, 2_500), prototype=(0.84, 0.44, 0.84)),
    Part("microphone", "2.5-12 kHz", band=(2_500, 12_000), prototype=(0.54, 0.53, 0.57)),
    Part("oct", "all", prototype=(0.98, 0.98, 0.61)),
    Part("opening", "all", prototype=(0.97, 0.45, 0.97)),
    Part("coaxial_camera", "all", prototype=(0.49, 0.48, 0.46)),
    Part("infrared", "all", prototype=(0.51, 0.51, 0.48)),
    Part("spectrometer", "total light", prototype=(0.83, 0.49, 0.89)),
    Part("noise", "all", prototype=(0.44, 0.49, 0.48)),
)
BANDS = {
    "photodiode": ((0, 300), (300, 1_500), (1_500, 9_900)),
    "microphone": ((50, 500), (500, 1_500), (1_500, 2_500), (2_500, 12_000)),
    "opening": ((0, 100), (100, 900)),
    "noise": ((0, 100), (100, 450)),
}
CLASS_LEVEL = {
    "photodiode": (0.825, 0.67, 0.72),
    "microphone": (0.776, 0.54, 0.59),
    "oct": (0.881, 0.93, 0.77),
    "coaxial_camera": (0.739, 0.77, 0.56),
    "coaxial_camera, areas": (0.739, 0.77, 0.56),
    "opening": (None, None, None),
    "infrared": (0.638, 0.72, 0.49),
    "spectrometer": (0.549, 0.42, 0.53),
    "parameters": (0.787, 0.78, 0.50),
    "noise": (0.328, -0.02, 0.47),
    "photodiode + oct": (None, 0.93, 0.79),
    "photodiode + microphone": (None, 0.71, 0.74),
    "all but noise": (0.905, 0.91, 0.74),
}


def states_with(events: Events, name: str) -> States:
    """States of one weld in which exactly these events happen."""
    rng = partial(stream, SEED, "observability", name)
    joint = draw_joint(LASER_AL, DESIGN, NO_GROUPS)
    inputs = draw_inputs(joint, DESIGN, WELD_S, 1.0, rng("inputs"))
    film = draw_films(DESIGN, len(inputs.power_w), rng("film"))
    with patch.object(keyhole_weld, "draw_events", lambda *_: events):
        return keyhole_weld.simulate_states(joint, inputs, film, rng("states"), rng("events"))


def measured(states: States, sensor: str, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Recording of one weld and the weld time (s) of its samples or frames."""
    rng = stream(SEED, "observability", name, f"sensor:{sensor}")
    device = TIMED[sensor]
    clock = Clock(device.RATE, offset_s=-0.01 + rng.uniform(0, 0.5 / device.RATE))
    setup = device.setup(NO_GROUPS, 1.0)
    return device.record(states, setup, clock, np.zeros((0, 2)), rng), clock.times(WELD_S)


def event_features(kind: int | None, number: int, sensors: Sequence[str]) -> dict[Part, np.ndarray]:
    """Features of every part around the event of one weld, or around the same time without an event."""
    name = f"{'none' if kind is None else KINDS[kind]} {number}"
    when = stream(SEED, "observability", name, "when").uniform(0.14, 0.16)
    some = [] if kind is None else [kind]
    events = Events(np.full(len(some), when), np.array(some, int), np.full(len(some), DROP))
    states = states_with(events, name)
    found = {}
    for sensor in sensors:
        values, times = measured(states, sensor, name)
        for part in (part for part in PARTS if part.sensor == sensor):
            found[part] = FEATURES[sensor](part, values, times - when + BEFORE_S)
    return found


def waveform_features(part: Part, values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Log energy of each band in every millisecond of the window, and the level in the lowest band."""
    found = []
    rate = TIMED[part.sensor].RATE
    starts = np.searchsorted(times, np.arange(WINDOW_MS) * 1e-3)
    end = np.searchsorted(times, WINDOW_MS * 1e-3)
    length = np.diff(np.append(starts, end))
    for channel in values if part.channel is None else values[part.channel][None]:
        for low, high in (part.band,) if part.band else BANDS[part.sensor]:
            kind, corner = ("lowpass", high) if low == 0 else ("bandpass", (low, high))
            seen = sosfiltfilt(butter(3, corner, btype=kind, fs=rate, output="sos"), channel.astype(float))[
                :end
            ]
            if low == 0:
                found.append(np.add.reduceat(seen, starts) / length)
            else:
                found.append(np.log(np.add.reduceat(seen**2, starts) / length + 1e-12))
    return np.concatenate(found)


def oct_features(part: Part, values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Percentiles of the depth readings and share without signal in steps of 2.5 ms."""
    found = []
    for start in np.arange(8) * 0.0025:
        cut = values[0, (times >= start) & (times < start + 0.0025)]
        found += [*np.nanpercentile(cut, (20, 50, 80, 90)), np.isnan(cut).mean()]
    return np.array(found)


def frame_features(part: Part, values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Mean, largest value and shares of bright pixels of the first frame in the window and of the second."""
    inside = np.flatnonzero(times >= 0)[: 2 if part.sensor == "coaxial_camera" else 1]
    frames = values[inside].astype(float) / (255 if values.dtype == np.uint8 else 1)
    found = [frames.mean(axis=(1, 2)), frames.max(axis=(1, 2))]
    found += [(frames > level).mean(axis=(1, 2)) for level in (0.1, 0.25, 0.4, 0.6, 0.9)]
    found.append(frames[:, 20:44, -28:-4].mean(axis=(1, 2)))
    return np.concatenate(found)


def light_features(part: Part, values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Total light of the five spectra from the start of the window on, their least and largest."""
    first = np.searchsorted(times, 0)
    light = values[:, first : first + 5].sum(axis=0)
    return np.array([*light, light.min(), light.max()])


FEATURES: Mapping[str, Callable[[Part, np.ndarray, np.ndarray], np.ndarray]] = {
    "photodiode": waveform_features,
    "microphone": waveform_features,
    "opening": waveform_features,
    "noise": waveform_features,
    "oct": oct_features,
    "coaxial_camera": frame_features,
    "infrared": frame_features,
    "spectrometer": light_features,
}


def event_rows(count: int) -> Iterator[Row]:
    """AUC of every part for every kind of collapse, `count` welds with and `count` without."""
    sensors = list(dict.fromkeys(part.sensor for part in PARTS))
    without = [event_features(None, number, sensors) for number in range(count)]
    for kind, kind_name in enumerate(KINDS):
        having = [event_features(kind, number, sensors) for number in range(count)]
        for part in PARTS:
            table = np.stack([found[part] for found in without + having])
            truth = np.repeat([0, 1], count)
            model = make_pipeline(
                StandardScaler(), LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
            )
            folds = StratifiedKFold(5, shuffle=True, random_state=0)
            scores = cross_val_predict(model, table, truth, cv=folds, method="decision_function")
            name = f"{kind_name} · {part.sensor}: {part.name}"
            auc = float(roc_auc_score(truth, scores))
            yield row(name, auc, "AUC", note=compared(auc, part.prototype[kind]))


def compared(value: float, prototype: float | None) -> str:
    """How a value compares with the prototype's."""
    if prototype is None:
        return "not measured on the prototype"
    difference = value - prototype
    verdict = "" if abs(difference) <= WITHIN else f", differs by {difference:+.2f}"
    return f"prototype {prototype:.2f}{verdict}"


def class_rows(count: int) -> Iterator[Row]:
    """Penetration, depth and pores from windows of 50 ms by sensor, sessions held out."""
    plan = plan_laser(count, SEED, weld_s=WELD_OF_CLASSES_S)
    tables, truths = [], []
    for index in range(count):
        weld = simulate_weld(plan, index)
        areas = bright_areas(weld.recordings["coaxial_camera"])
        tables.append(features_of_welds([weld]) | {"coaxial_camera, areas": areas})
        truths.append(truth_of_welds([weld]) | {"depth": depth_of_windows(weld)})
    truth = {name: np.concatenate([found[name] for found in truths]) for name in truths[0]}
    single = {name: np.concatenate([found[name] for found in tables]) for name in tables[0]}
    single = {name: np.nan_to_num(table) for name, table in single.items()}
    for name, prototype in CLASS_LEVEL.items():
        members = (
            [n for n in single if n != "noise" and "," not in n]
            if name == "all but noise"
            else name.split(" + ")
        )
        table = np.hstack([single[member] for member in members])
        for target, value, known in zip(TARGETS, scores(table, truth), prototype, strict=True):
            yield row(f"{target[0]} · {name}", value, target[1], note=compared(value, known))


TARGETS = (("penetration", "balanced accuracy"), ("depth", "R²"), ("pore in 50 ms", "AUC"))


def bright_areas(recording: Recording) -> np.ndarray:
    """Of each window of 50 ms: share, largest width and length of what is brighter than the background by
    some factors, largest value and light around the mouth, over the background; the background."""
    cut = windows(recording, round(20 * WELD_OF_CLASSES_S)).astype(np.float32)
    background = np.quantile(cut[..., ::4, ::4], 0.2, axis=(2, 3), keepdims=True)
    ratio = cut / background
    pool = ratio > 2.2
    found = [(ratio > level).mean(axis=(2, 3)) for level in (1.6, 2.2, 3, 4.5, 6, 8)]
    found += [pool.sum(axis=2).max(axis=2), pool.sum(axis=3).max(axis=2), ratio.max(axis=(2, 3))]
    found += [ratio[:, :, 30:34, 46:50].mean(axis=(2, 3)), background[..., 0, 0]]
    return np.stack([values.mean(axis=1) for values in found], axis=1)


def depth_of_windows(weld: SimulatedWeld) -> np.ndarray:
    """Mean weld depth (mm) of the windows of a weld."""
    count = round(weld.states.duration_s / WINDOW_S)
    return 1e3 * weld.states.bead.depth_m.values.reshape(count, -1).mean(axis=1)


def scores(table: np.ndarray, truth: Mapping[str, np.ndarray]) -> tuple[float, float, float]:
    """Balanced accuracy of the penetration, R² of the depth, AUC of a pore; sessions held out."""
    folds, groups = GroupKFold(5), truth["session"]
    forest = partial(ExtraTreesClassifier, 100, min_samples_leaf=3, random_state=0, class_weight="balanced")
    label = cross_val_predict(forest(), table, truth["penetration"], cv=folds, groups=groups)
    depth = cross_val_predict(
        ExtraTreesRegressor(60, min_samples_leaf=3, max_features=0.3, random_state=0),
        table,
        truth["depth"],
        cv=folds,
        groups=groups,
    )
    pore = cross_val_predict(forest(), table, truth["pore"], cv=folds, groups=groups, method="predict_proba")
    return (
        float(balanced_accuracy_score(truth["penetration"], label)),
        float(r2_score(truth["depth"], depth)),
        float(roc_auc_score(truth["pore"], pore[:, 1])),
    )


def measure(quick: bool) -> list[Row]:
    return [*event_rows(24 if quick else 150), *class_rows(24 if quick else 180)]


if __name__ == "__main__":
    raise SystemExit(run("observability", __doc__, measure))
