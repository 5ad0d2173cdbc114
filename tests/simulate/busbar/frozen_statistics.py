"""Statistics of 24 busbar seams, one value a seam; `python -m tests.simulate.busbar.frozen_statistics PRESET`
prints the file that `test_frozen.py` compares with (only for a new version of a preset)."""

import hashlib
import sys
from collections.abc import Sequence

import numpy as np

from tests.simulate.frozen import means, printed
from weldfusion.data.crop import Crop
from weldfusion.simulate.busbar import labels
from weldfusion.simulate.busbar.preset import find_preset
from weldfusion.simulate.busbar.process import Busbar
from weldfusion.simulate.busbar.sensors.spectrometer import modality
from weldfusion.simulate.process import plan_welds
from weldfusion.simulate.record import WeldRecord

WELDS, SEED = 24, 0
LINES_NM = (388.3, 396.15, 403.1, 510.5, 516.5, 589.0, 656.3, 700.0)
CURVES = (
    *(f"keyhole.{name}" for name in ("depth_m", "opening", "open_root", "plume", "plume_temperature_k")),
    *(f"heat.{name}" for name in ("absorptivity", "aspect", "instability", "pool_width_m", "pool_length_m")),
    *(f"seam.{name}" for name in ("gap_m", "focus_m", "interface_m", "sag_m", "bridged")),
    "bead.depth_m",
    "film.water",
    "film.oil",
)


def make(preset: str) -> list[WeldRecord]:
    process = Busbar(find_preset(preset))
    plan = plan_welds(process, WELDS, SEED)
    return [process.weld(plan, index) for index in range(WELDS)]


def statistics(weld: WeldRecord) -> dict[str, float]:
    """The statistics of one seam by name."""
    found = {f"{name} mean": weld.truth[name].mean() for name in CURVES}
    found["depth sd"] = weld.truth["keyhole.depth_m"].std()
    found |= {"events": len(weld.truth["events.time_s"]), "pits": len(weld.truth["pits.time_s"])}
    found["particles"] = len(weld.truth["spatter.time_s"])
    found |= {f"is {name}": weld.labels.values["state"] == name for name in labels.STATES}
    spectra = weld.recordings["spectrometer"].values
    axis = np.array(modality().wavelengths_nm)
    found |= {f"spectrum at {nm} nm": np.interp(nm, axis, spectra.mean(axis=1)) for nm in LINES_NM}
    found["spectrum sd over time"] = spectra.mean(axis=0).std()
    shown = weld.pictures["picture"][0]
    grey = Crop.parse(shown.part).of(shown.pixels).mean(axis=2)
    found |= {f"picture rows {k}": band.mean() for k, band in enumerate(np.array_split(grey, 8))}
    found |= {"picture sd": grey.std(), "picture darkest tenth": np.quantile(grey, 0.1)}
    found["outlined share"] = (weld.labels.masks["seam"] > 0).mean()
    return {name: float(value) for name, value in found.items()}


def fingerprint(welds: Sequence[WeldRecord]) -> str:
    """Hash of what is whole numbers: when collapses, pops and particles came, of which kind."""
    total = hashlib.sha256()
    for weld in welds:
        times = np.concatenate([weld.truth["events.time_s"], weld.truth["spatter.time_s"]])
        for part in (np.round(20_000 * times), weld.truth["events.kind"]):
            total.update(np.asarray(part).astype(np.int64).tobytes())
    return total.hexdigest()


def summary(welds: Sequence[WeldRecord]) -> dict[str, list[float]]:
    """Mean over the seams and its standard error, by name."""
    return means([statistics(weld) for weld in welds])


if __name__ == "__main__":
    made = make(sys.argv[1])
    print(printed(find_preset(sys.argv[1]).version, fingerprint(made), summary(made)))
