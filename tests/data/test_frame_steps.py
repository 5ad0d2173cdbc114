"""Image sequences whose frames are processed, or measured into a series, as a config says."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.signals.drawn_frames import ellipse
from weldfusion.config.load import load_settings
from weldfusion.data import arrays
from weldfusion.data.dataset import WeldWindows
from weldfusion.data.folder import Dataset, read_dataset
from weldfusion.data.settings import DataSettings, Input, Windows
from weldfusion.errors import ConfigError, ReadError
from weldfusion.signals.frame_step import FrameSeries, FrameStep
from weldfusion.signals.frames import Region
from weldfusion.signals.imf_steps import ImfChannels
from weldfusion.signals.morphology import KeyholeOpening
from weldfusion.signals.pool_enhancement import PoolEnhancement
from weldfusion.signals.thermal import ThermalFrames

CARD = """\
weldfusion: 1
name: films
process: 52
material: S235
license: CC-BY-4.0
modalities:
  camera: {kind: image_sequence, rate: 100, column: camera, reader: {images: grey}, channels: [grey]}
  force: {kind: waveform, rate: 100, column: force}
targets:
  verdict: {kind: class, classes: [good, pore]}
"""
FRAMES, HALVES = 40, (9.0, 6.0)
GONE = slice(25, 30)


def film(number: int) -> np.ndarray:
    """(40, 48, 64) uint8: an ellipse that turns by 4 degrees a frame; absent in frames 25 to 29."""
    rng = np.random.default_rng(number)
    masks = np.stack([ellipse(*HALVES, 4.0 * t, (30.0 + number, 24.0), (48, 64)) for t in range(FRAMES)])
    masks[GONE] = False
    return np.clip(50 + 120 * masks + 5 * rng.standard_normal(masks.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    root = tmp_path_factory.mktemp("films")
    (root / "dataset.yaml").write_text(CARD)
    rows = ["weld,camera,force,verdict"]
    for number in range(4):
        np.save(root / f"w{number}.npy", film(number))
        np.save(root / f"f{number}.npy", np.arange(40.0)[None])
        rows.append(f"w{number},w{number}.npy,f{number}.npy,{('good', 'pore')[number % 2]}")
    (root / "manifest.csv").write_text("\n".join(rows) + "\n")
    return read_dataset(root)


def windows(dataset: Dataset, camera: Input, length_s: float | None = 0.1) -> WeldWindows:
    cut = Windows() if length_s is None else Windows(length_s)
    return WeldWindows(dataset, DataSettings(str(dataset.root), inputs={"camera": camera}, windows=cut))


def test_a_series_is_a_waveform_masked_where_there_is_no_keyhole(dataset: Dataset) -> None:
    found = windows(dataset, Input(series=KeyholeOpening(0.05)), None)
    flow = found.flows["camera"]
    assert (flow.kind, flow.shape, flow.rate) == ("waveform", (9, FRAMES), 100.0)
    batch = found[1]
    mask = batch.valid["camera"][0].numpy()
    assert not mask[GONE].any()
    assert mask.sum() == FRAMES - 5
    values = batch.inputs["camera"][0].numpy()
    np.testing.assert_allclose(values[0][mask], np.pi * HALVES[0] * HALVES[1] * 0.05**2, rtol=0.08)
    np.testing.assert_allclose(values[6][mask], 31.0 * 0.05, atol=0.01)
    assert not values[:, GONE].any()


def test_windows_of_a_series_are_those_of_its_time(dataset: Dataset) -> None:
    """The window from 0.2 to 0.3 s holds frames 20 to 29, of which 25 to 29 show nothing."""
    opening = KeyholeOpening(1.0)
    batch = windows(dataset, Input(series=opening))[2]
    expected = opening.of_frames(film(0)[20:30]).astype(np.float32)
    mask = batch.valid["camera"][0].numpy()
    np.testing.assert_array_equal(mask, [True] * 5 + [False] * 5)
    np.testing.assert_array_equal(batch.inputs["camera"][0].numpy()[:, mask], expected[:, mask])


def test_rate_and_steps_apply_to_the_series(dataset: Dataset) -> None:
    step = ImfChannels(2, method="emd")
    found = windows(dataset, Input(series=KeyholeOpening(1.0), rate=50, steps=(step,)), None)
    flow = found.flows["camera"]
    assert (flow.kind, flow.shape, flow.rate) == ("waveform", (27, 20), 50.0)
    whole = windows(dataset, Input(series=KeyholeOpening(1.0), samples=16), None)
    assert whole.flows["camera"].shape == (9, 16)


def test_frame_steps_come_before_the_size(dataset: Dataset) -> None:
    step = PoolEnhancement(size=(32, 40))
    own, small = windows(dataset, Input(frame_steps=(step,))), windows(
        dataset, Input(frame_steps=(step,), size=(16, 20), frames=2)
    )  # fmt: skip
    assert own.flows["camera"].single.shape == (1, 32, 40)
    assert small.flows["camera"].shape == (2, 1, 16, 20)
    frames = own[0].inputs["camera"][0].numpy()
    np.testing.assert_array_equal(frames[:, 0], step.of_frames(film(0)[:10]))


def test_a_series_is_measured_after_the_frame_steps(dataset: Dataset) -> None:
    settings = Input(frame_steps=(Bright(40.0),), series=ThermalFrames(1.0))
    values = windows(dataset, settings, None)[0].inputs["camera"][0].numpy()
    np.testing.assert_allclose(values[0], film(0).mean((1, 2)) + 40, rtol=1e-5)


def test_prepared_piece_by_piece_is_the_same(dataset: Dataset, tmp_path: Path, monkeypatch) -> None:
    camera = {"camera": Input(series=KeyholeOpening(1.0))}
    whole = WeldWindows(dataset, DataSettings(str(dataset.root), camera, cache=str(tmp_path / "a")))[0]
    monkeypatch.setattr(arrays, "frames_at_once", lambda shape, itemsize: 7)
    parts = WeldWindows(dataset, DataSettings(str(dataset.root), camera, cache=str(tmp_path / "b")))[0]
    np.testing.assert_array_equal(whole.inputs["camera"].numpy(), parts.inputs["camera"].numpy())


def test_another_setting_is_prepared_anew(dataset: Dataset) -> None:
    def first(scale: float) -> float:
        return float(windows(dataset, Input(series=KeyholeOpening(scale)), None)[0].inputs["camera"][0, 0, 0])

    assert first(0.2) == pytest.approx(4 * first(0.1), rel=1e-6)


@dataclass(frozen=True)
class Bright(FrameStep):
    """Adds light; more than 1000 is refused, below 0 frames are lost."""

    light: float

    def of_frames(self, frames: np.ndarray) -> np.ndarray:
        if self.light > 1000:
            raise ValueError("too bright")
        return frames[1:] if self.light < 0 else frames.astype(np.float32) + self.light

    def pictures(self, frame: np.ndarray) -> dict[str, np.ndarray]:
        return {}


class Endless(FrameSeries):
    columns = (("one", ""),)

    def of_frames(self, frames: np.ndarray) -> np.ndarray:
        return np.full((1, len(frames)), np.inf)

    def pictures(self, frame: np.ndarray) -> dict[str, np.ndarray]:
        return {}


@pytest.mark.parametrize(
    ("camera", "told"),
    [
        (Input(frame_steps=(Bright(2000.0),)), r"frame_steps\[0\] Bright: too bright"),
        (Input(frame_steps=(Bright(1.0), Bright(-1.0))), r"frame_steps\[1\] Bright: gave shape \(1, 48"),
        (Input(frame_steps=(Bright(np.nan),)), "gave NaN or infinity"),
        (Input(series=Endless()), "series Endless: gave shape"),
        (Input(series=KeyholeOpening(1.0, Region(bottom=500))), "bottom is 500, the frames are 48 x 64"),
        (Input(series=KeyholeOpening(1.0), size=(8, 8)), "size: a modality of kind waveform has none"),
        (Input(series=KeyholeOpening(1.0), frames=3), "frames: a modality of kind waveform has none"),
        (Input(rate=50), "rate: a modality of kind image_sequence has none"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_before_a_recording_is_read(dataset: Dataset, camera, told) -> None:
    with pytest.raises(ConfigError, match=told):
        windows(dataset, camera)


def test_a_waveform_has_no_frames(dataset: Dataset) -> None:
    for field in ({"series": KeyholeOpening(1.0)}, {"frame_steps": (PoolEnhancement(),)}):
        settings = DataSettings(str(dataset.root), inputs={"force": Input(**field)})
        with pytest.raises(ConfigError, match="a modality of kind waveform has none"):
            WeldWindows(dataset, settings)


def test_a_frame_that_cannot_be_used_is_told_with_its_file(dataset: Dataset, tmp_path: Path) -> None:
    for file in dataset.root.glob("[dmfw]*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    deep = film(2).astype(np.uint16)
    np.save(tmp_path / "w2.npy", deep)
    found = windows(read_dataset(tmp_path), Input(series=KeyholeOpening(1.0, median_px=7)), None)
    with pytest.raises(ReadError, match=r"w2\.npy: data\.inputs\.camera\.series KeyholeOpening: median_px"):
        found[2]


def test_a_config_names_them(tmp_path: Path) -> None:
    file = tmp_path / "fit.yaml"
    file.write_text("""\
data:
  root: x
  inputs:
    camera:
      frame_steps: [{class_path: PoolEnhancement, init_args: {size: [64, 48]}}]
      series:
        class_path: KeyholeOpening
        init_args: {mm_per_px: 0.02, region: {top: 4}, threshold: {class_path: Level, init_args: {level: 90}}}
""")
    settings, _ = load_settings([file])
    camera = settings.data.inputs["camera"]
    assert camera.frame_steps == [PoolEnhancement(size=(64, 48))]
    assert camera.series.region == Region(top=4)
    assert camera.series.threshold.level == 90
    file.write_text("data: {root: x, inputs: {camera: {frame_steps: [KeyholeOpening]}}}")
    with pytest.raises(ConfigError, match="cannot be used as FrameStep; valid: PoolEnhancement"):
        load_settings([file])
