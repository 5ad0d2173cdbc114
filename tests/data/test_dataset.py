"""The windows of a data set: content by weld time, presence, masks, truths, workers."""

import os
import pickle
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader

from tests.data.fake import FORCE_RATE, SOUND_RATE, make_dataset, sound_at
from weldfusion.data.batch import Batch
from weldfusion.data.card import TargetSpec
from weldfusion.data.dataset import WeldWindows, collate
from weldfusion.data.flow import Flow
from weldfusion.data.folder import Dataset
from weldfusion.data.recording import read_signal
from weldfusion.data.settings import DataSettings, Input, Windows
from weldfusion.data.store import Store
from weldfusion.errors import ConfigError, ReadError, WeldfusionWarning

HALF = DataSettings(windows=Windows(length_s=0.5, hop_s=0.25))


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return make_dataset(tmp_path)


def whole(windows: WeldWindows) -> Batch:
    return windows.__getitems__(list(range(len(windows))))


def equal(a: Batch, b: Batch) -> bool:
    same = all(torch.equal(a.inputs[n], b.inputs[n]) for n in a.inputs)
    same &= all(torch.equal(a.valid[n], b.valid[n]) for n in a.valid)
    same &= all(torch.equal(a.targets[n].value, b.targets[n].value) for n in a.targets)
    assert a.where is not None
    assert b.where is not None
    return same and all(
        np.array_equal(getattr(a.where, f), getattr(b.where, f), equal_nan=f == "x_mm")
        for f in ("sample", "weld", "group", "index", "t0_s", "t1_s", "x_mm")
    )


@pytest.mark.parametrize(("offset", "ppm"), [(0.25, 0.0), (-0.1, 0.0), (0.013, 200.0)])
def test_all_sensors_show_the_same_moment(tmp_path, offset, ppm):
    """Force holds weld time itself, sound is a known function of it."""
    batch = whole(WeldWindows(make_dataset(tmp_path, offset, ppm), HALF))
    assert batch.where is not None
    clock = torch.from_numpy(batch.where.t0_s)[:, None] + torch.arange(50) / FORCE_RATE
    assert (batch.inputs["force"][:, 0] - clock).abs().max() <= 0.5 / FORCE_RATE + 1e-6
    recorded = batch.present["sound"].numpy()
    t = batch.where.t0_s[recorded, None] + np.arange(4000) / SOUND_RATE
    # Half a sample of rounding plus 200 ppm over half a second, times the steepest slope.
    bound = (0.5 / SOUND_RATE + 0.5 * ppm * 1e-6 + 1e-6) * 2 * np.pi * (0.4 * 210 + 0.1 * 97)
    assert np.abs(batch.inputs["sound"].numpy()[recorded, 0] - sound_at(t)).max() <= bound


def test_windows_are_cut_where_the_sensors_overlap(dataset):
    windows = WeldWindows(dataset, HALF)
    first = [w for w in windows.windows if w.weld == "w0"]
    # Sound runs from 0.25 to 2.25 s, force from 0 to 2 s: 0.25 to 2 s holds 6 windows.
    assert [w.t0_s for w in first] == [0.25, 0.5, 0.75, 1.0, 1.25, 1.5]
    assert [w.weld for w in windows.windows].count("w2") == 9  # force alone, 0 to 2.5 s
    second = [w for w in windows.windows if w.weld == "w1"]
    assert second[0].x_mm == pytest.approx(10.0 * 0.5)
    assert np.isnan(first[0].x_mm)


def test_absent_sensors_are_zero_and_said_to_be_absent(dataset):
    batch = whole(WeldWindows(dataset, HALF))
    assert batch.where is not None
    lacks = torch.from_numpy(batch.where.weld == "w2")
    assert torch.equal(batch.present["sound"], ~lacks)
    assert not batch.inputs["sound"][lacks].any()
    assert batch.present["force"].all()
    assert torch.equal(batch.present["photo"], torch.from_numpy(batch.where.weld != "w0"))


def test_photos_of_a_weld_come_as_a_set(dataset):
    windows = WeldWindows(dataset, HALF)
    assert windows.flows["photo"] == Flow("image", 3, size=(20, 30), count=2)
    batch = whole(windows)
    assert batch.where is not None
    one = torch.from_numpy(batch.where.weld == "w1")
    assert batch.inputs["photo"].dtype == torch.uint8
    assert batch.valid["photo"][one].tolist() == [[True, False]] * int(one.sum())
    assert (batch.inputs["photo"][one][:, 0] == 10).all()
    two = torch.from_numpy(batch.where.weld == "w2")
    assert batch.inputs["photo"][two][:, :, 0, 0, 0].unique(dim=0).tolist() == [[20, 21]]


def test_one_photo_per_weld_has_no_set(dataset):
    settings = replace(HALF, inputs={"photo": Input(max_items=1, size=(10, 15))})
    windows = WeldWindows(dataset, settings)
    assert windows.flows["photo"] == Flow("image", 3, size=(10, 15))
    assert whole(windows).inputs["photo"].shape == (3, 3, 10, 15)  # one window a weld: nothing is timed


def test_missing_table_values_are_masked(dataset):
    batch = whole(WeldWindows(dataset, HALF))
    assert batch.where is not None
    one = torch.from_numpy(batch.where.weld == "w1")
    assert batch.inputs["settings"][one].unique(dim=0).tolist() == [[1.0, 0.0]]
    assert batch.valid["settings"][one].unique(dim=0).tolist() == [[True, False]]
    assert batch.valid["settings"][~one].all()


def test_whole_welds_are_padded_to_the_longest(dataset):
    windows = WeldWindows(dataset, DataSettings(inputs={"force": None}))
    assert len(windows) == 3
    assert windows.flows["force"] == Flow("waveform", 2, length=300, rate=100.0)
    batch = whole(windows)
    assert batch.valid["force"].sum(1).tolist() == [200, 300, 250]
    assert not batch.inputs["force"][0, :, 200:].any()
    subset = windows.subset(["w1"])
    assert set(whole(subset).valid) == {"force"}  # keys do not depend on the subset


def test_whole_welds_resampled_to_a_number_of_samples(dataset):
    windows = WeldWindows(dataset, DataSettings(inputs={"force": Input(samples=128)}))
    assert windows.flows["force"] == Flow("waveform", 2, length=128)
    batch = whole(windows)
    assert "force" not in batch.valid
    for row, seconds in enumerate((2.0, 3.0, 2.5)):
        inner = batch.inputs["force"][row, 0, 8:-8]
        np.testing.assert_allclose(inner, np.arange(8, 120) * seconds / 128, atol=2e-3)


@pytest.mark.parametrize(
    ("given", "samples", "rate"),
    [(Input(rate=2000.0), 1000, 2000.0), (Input(samples=300), 300, 600.0), (None, 4000, 8000.0)],
)
def test_a_window_has_exactly_the_resolved_number_of_samples(dataset, given, samples, rate):
    windows = WeldWindows(dataset, replace(HALF, inputs={"sound": given, "force": None}))
    assert windows.flows["sound"] == Flow("waveform", 1, length=samples, rate=rate)
    batch = whole(windows)
    assert batch.where is not None
    recorded = batch.present["sound"].numpy()
    inner = (batch.where.t0_s > 0.4) & (batch.where.t1_s < 1.8) & recorded
    t = batch.where.t0_s[inner, None] + np.arange(samples) / rate
    slope = 2 * np.pi * (0.4 * 210 + 0.1 * 97)
    error = np.abs(batch.inputs["sound"].numpy()[inner, 0] - sound_at(t))
    assert error.max() <= 0.5 / rate * slope + 0.03
    assert any(f"sound: 8000 Hz → {rate:g} Hz, {samples} samples" in line for line in windows.describe())


def test_window_in_samples_of_a_sensor(dataset):
    windows = WeldWindows(dataset, DataSettings(windows=Windows(length_s=1024, samples_of="sound")))
    assert windows.flows["sound"].length == 1024
    assert windows.flows["force"].length == 13  # 12.8, rounded and said so
    assert any("rounded from 12.800" in line for line in windows.describe())


def test_truths_follow_the_card(dataset):
    windows = WeldWindows(dataset, HALF)
    for name in ("state", "depth"):
        values, known = windows.truth(name)
        batch = whole(windows)
        assert np.array_equal(batch.targets[name].value.numpy(), values)
        assert np.array_equal(batch.targets[name].known.numpy(), known)
    values, known = windows.truth("state")
    ids = np.array([w.weld for w in windows.windows])
    assert not known[ids == "w0"].any()
    assert (values[ids == "w2"] == 1).all()
    assert values.dtype == np.int64
    assert windows.truth("depth")[0].dtype == np.float32


def test_truth_opens_no_recording(dataset):
    windows = WeldWindows(dataset, HALF)
    for weld in dataset.welds:
        for path in weld.files.get("sound", ()):
            path.unlink()
    assert windows.truth("state")[1].sum() > 0


def test_some_welds_are_given_without_opening_any_other(dataset):
    """The files of all other welds are gone; w1 is the first weld with a photo."""
    windows = WeldWindows(dataset, HALF)
    expected = whole(WeldWindows(dataset, replace(HALF, cache=str(dataset.root / "other")), ["w2"]))
    for weld in dataset.welds[:2]:
        for paths in weld.files.values():
            for path in paths:
                path.unlink()
    part = windows.subset(["w2"])
    part.prepare(progress=False)
    batch = whole(part)
    assert equal(batch, expected)
    assert batch.inputs["photo"].unique().tolist() == [20, 21]
    with pytest.raises(ReadError, match="correct the manifest's path"):
        windows.subset(["w1"]).prepare(progress=False)


@pytest.mark.parametrize("deep", [1, 2])
def test_photos_of_unlike_depth_are_refused_in_either_order(dataset, deep):
    """Grey photos, one weld's of 16 bits; each part alone is fine, with its own type."""
    for number in (1, 2):
        kind = np.uint16 if number == deep else np.uint8
        for path in dataset.welds[number].files["photo"]:
            Image.fromarray(np.full((20, 30), 200, kind)).save(path)
    windows = WeldWindows(dataset, replace(HALF, inputs={"photo": None}))
    types = [whole(windows.subset([name])).inputs["photo"].dtype for name in ("w1", "w2")]
    assert types == [torch.float32 if number == deep else torch.uint8 for number in (1, 2)]
    bits = "more than 8 bits" if deep == 2 else "8 bits"
    with pytest.raises(ReadError, match=f"photo of weld w2 has {bits}, unlike the first weld's"):
        whole(windows)


def test_the_photos_of_a_weld_are_fetched_once_a_batch(dataset, monkeypatch):
    windows = WeldWindows(dataset, HALF)
    windows.prepare(progress=False)
    asked = []
    get = Store.get
    monkeypatch.setattr(Store, "get", lambda store, *place: asked.append(place) or get(store, *place))
    batch = whole(windows)
    assert batch.where is not None
    assert sorted(weld for name, weld in asked if name == "photo") == [1, 1, 2]  # the first tells the type
    assert (batch.where.weld == "w2").sum() == 9


def test_subsets_keep_numbers_and_flows(dataset):
    windows = WeldWindows(dataset, HALF)
    for part in (windows.subset(["w2", "w1"]), WeldWindows(dataset, HALF, dataset.welds[1:])):
        assert part.flows == windows.flows
        assert part.welds == ["w1", "w2"]
        where = whole(part).where
        assert where is not None
        assert where.sample.tolist() == part.samples.tolist() == list(range(6, len(windows)))
        assert where.group.tolist() == ["d1" if w == "w1" else "d0" for w in where.weld]


@pytest.mark.parametrize("workers", [0, 2])
def test_loader_gives_the_same_batches_with_and_without_workers(dataset, workers):
    windows = WeldWindows(dataset, HALF)
    order = [[3, 1, 2], [0, 9, 17], [5]]
    loader = DataLoader(windows, batch_sampler=order, collate_fn=collate, num_workers=workers)
    for batch, indices in zip(loader, order, strict=True):
        assert equal(batch, windows.__getitems__(indices))


def test_pickled_it_carries_no_recording(dataset):
    windows = WeldWindows(dataset, HALF)
    before = whole(windows)
    packed = pickle.dumps(windows)
    assert len(packed) < 20_000
    assert equal(whole(pickle.loads(packed)), before)


def test_prepared_recordings_are_used_again_and_rebuilt_when_truncated(dataset, tmp_path):
    settings = replace(HALF, cache=str(tmp_path / "cache"))
    windows = WeldWindows(dataset, settings)
    windows.prepare(progress=False)
    before = whole(windows)
    stored = sorted((tmp_path / "cache").rglob("*.bin"))
    assert len(stored) == 2 + 3 + 2
    times = [path.stat().st_mtime_ns for path in stored]
    WeldWindows(dataset, settings).prepare(progress=False)
    assert [path.stat().st_mtime_ns for path in stored] == times
    for path in stored:
        os.truncate(path, 10)
    assert equal(whole(WeldWindows(dataset, settings)), before)


def test_a_changed_recording_is_prepared_anew(dataset):
    settings = replace(HALF, inputs={"force": None})
    whole(WeldWindows(dataset, settings))
    path = dataset.welds[0].files["force"][0]
    np.save(path, np.full((2, 200), 5.0, np.float32))
    os.utime(path, ns=(1, 1))
    assert (whole(WeldWindows(dataset, settings, ["w0"])).inputs["force"] == 5.0).all()


def test_declared_nan_is_masked(dataset):
    path = dataset.welds[0].files["force"][0]
    values = np.load(path)
    values[1, 60:70] = np.nan
    np.save(path, values)
    force = replace(dataset.card.modalities["force"], missing="nan", max_missing=0.1)
    card = replace(dataset.card, modalities={"force": force})
    batch = whole(WeldWindows(replace(dataset, card=card), replace(HALF, inputs={"force": None})))
    assert batch.valid["force"][2].tolist() == [not 60 <= i < 70 for i in range(50, 100)]
    assert not batch.inputs["force"][2][:, 10:20].any()
    assert torch.isfinite(batch.inputs["force"]).all()


def test_frames_of_a_sequence_are_picked_by_time(tmp_path):
    dataset = make_dataset(tmp_path)
    stack = np.arange(60, dtype=np.uint8)[:, None, None, None] * np.ones((1, 4, 4, 1), np.uint8)
    np.save(tmp_path / "film.npy", stack)
    film = replace(dataset.card.modalities["force"], name="film", kind="image_sequence", rate=Fraction(20),
                   channels=(), offset_s=0.5)  # fmt: skip
    weld = replace(dataset.welds[1], files={"film": (tmp_path / "film.npy",)})
    one = Dataset(tmp_path, replace(dataset.card, modalities={"film": film}), (weld,))
    windows = WeldWindows(one, DataSettings(inputs={"film": Input(frames=2)}, windows=Windows(1.0)))
    assert windows.flows["film"] == Flow("image", 1, size=(4, 4), count=2, rate=20.0)
    picked = whole(windows).inputs["film"][:, :, 0, 0, 0]
    # Window 0 begins with frame 0; quarter and three quarters of 20 frames.
    assert picked.tolist() == [[5, 15], [25, 35], [45, 55]]
    every = WeldWindows(one, DataSettings(windows=Windows(length_s=0.5)))
    assert whole(every).inputs["film"][1, :, 0, 0, 0].tolist() == list(range(10, 20))


def test_a_trained_models_flows_are_kept(dataset):
    longer = {"force": Flow("waveform", 2, length=400, rate=100.0)}
    settings = DataSettings(inputs={"force": None})
    windows = WeldWindows(dataset, settings, flows=longer)
    assert windows.flows == longer
    assert whole(windows).valid["force"].sum(1).tolist() == [200, 300, 250]
    shorter = {"force": Flow("waveform", 2, length=125, rate=50.0)}
    with pytest.warns(WeldfusionWarning, match="force of 1 windows is longer than the 125 samples"):
        windows = WeldWindows(dataset, settings, flows=shorter)
    assert whole(windows).valid["force"].sum(1).tolist() == [100, 125, 125]


def test_labels_of_intervals_and_of_samples(dataset, tmp_path):
    (tmp_path / "seam.csv").write_text("t0_s,t1_s,value\n0,0.6,good\n0.6,1.2,pore\n1.9,2.0,pore\n")
    np.save(tmp_path / "depth.npy", np.concatenate([np.full(50, np.nan), np.arange(150.0)]))
    targets = {
        "seam": TargetSpec("seam", "class", "interval", classes=("good", "pore")),
        "faults": TargetSpec("faults", "multilabel", "interval", classes=("good", "pore")),
        "depth": TargetSpec("depth", "real", "sample", rate=Fraction(100)),
    }
    paths = {"seam": tmp_path / "seam.csv", "faults": tmp_path / "seam.csv", "depth": tmp_path / "depth.npy"}
    weld = replace(dataset.welds[0], targets=paths, files={"force": dataset.welds[0].files["force"]})
    card = replace(dataset.card, targets=targets)
    windows = WeldWindows(
        replace(dataset, card=card, welds=(weld,)),
        DataSettings(inputs={"force": None}, windows=Windows(length_s=0.5)),
    )
    values, known = windows.truth("seam")
    # 0.5 to 1.0 s is 0.1 s good and 0.4 s pore; 1.0 to 1.5 s is 0.2 s pore and 0.3 s nothing.
    assert values.tolist() == [0, 1, 0, 0]
    assert known.tolist() == [True, True, False, False]
    assert windows.truth("faults")[0].tolist() == [[1, 0], [1, 1], [0, 1], [0, 1]]
    values, known = windows.truth("depth")
    assert known.tolist() == [False, True, True, True]
    np.testing.assert_allclose(values[1:], [24.5, 74.5, 124.5])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (DataSettings(inputs={"sonud": None}), "no modality 'sonud'; did you mean sound"),
        (DataSettings(targets=["sate"]), "no target 'sate'; did you mean state"),
        (DataSettings(inputs={"photo": Input(rate=5.0)}), "photo.rate: a modality of kind image has none"),
        (DataSettings(inputs={"sound": Input(size=(2, 2))}), "sound.size: a modality of kind waveform"),
        (DataSettings(inputs={"sound": Input(rate=-1.0)}), "sound.rate: must be above 0"),
        (DataSettings(inputs={"sound": Input(rate=1.0, samples=5)}), "give rate or samples, not both"),
        (DataSettings(windows=Windows(length_s=50.0)), "no weld is as long as one window"),
    ],
)
@pytest.mark.filterwarnings("ignore::weldfusion.errors.WeldfusionWarning")
def test_settings_that_do_not_fit_are_told_in_one_line(dataset, settings, message):
    with pytest.raises(ConfigError, match=message) as found:
        WeldWindows(dataset, settings)
    assert "\n" not in str(found.value)


def test_a_weld_without_window_is_warned_of(dataset):
    with pytest.warns(WeldfusionWarning, match=r"1 of 3 welds are shorter than a window.*: w0"):
        WeldWindows(dataset, DataSettings(windows=Windows(length_s=2.2)))


def test_unknown_weld_and_target(dataset):
    windows = WeldWindows(dataset, HALF)
    with pytest.raises(ConfigError, match="no weld 'w9'"):
        windows.subset(["w9"])
    with pytest.raises(ConfigError, match="no target 'sate'; did you mean state"):
        windows.truth("sate")


@pytest.mark.parametrize(("rate", "accepted"), [(16000, False), (8082, False), (8078, True), (7921, True)])
def test_a_rate_more_than_a_hundredth_off_is_refused_like_in_the_check(dataset, rate, accepted):
    """The files have 8,000 Hz."""
    sound = replace(dataset.card.modalities["sound"], rate=Fraction(rate))
    other = replace(dataset, card=replace(dataset.card, modalities={"sound": sound}))
    if accepted:
        read_signal(sound, dataset.welds[0].files["sound"][0])
        assert WeldWindows(other, HALF).flows["sound"].rate == rate
        return
    message = rf"0\.wav: is sampled at 8000 Hz, modalities\.sound\.rate says {rate} Hz"
    for refused in (
        lambda: WeldWindows(other, HALF),
        lambda: read_signal(sound, dataset.welds[0].files["sound"][0]),
    ):
        with pytest.raises(ReadError, match=message):
            refused()


def test_a_batch_of_cached_windows_costs_about_a_millisecond(dataset):
    """64 windows of two sensors with 1,024 samples; the bound leaves room for a busy machine."""
    settings = DataSettings(
        inputs={"sound": None, "force": Input(rate=8000.0)}, windows=Windows(1024, 64, "sound")
    )
    windows = WeldWindows(dataset, settings)
    rng = np.random.default_rng(0)
    windows.__getitems__(rng.integers(0, len(windows), 64))
    durations = []
    for _ in range(30):
        indices = rng.integers(0, len(windows), 64)
        start = time.perf_counter()
        windows.__getitems__(indices)
        durations.append(time.perf_counter() - start)
    assert min(durations) < 3e-3
