"""Laser keyhole welding as a simulated process."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path

from weldfusion.data.card import Card
from weldfusion.simulate.data_set import write_data_set
from weldfusion.simulate.laser import labels
from weldfusion.simulate.laser.card import laser_card
from weldfusion.simulate.laser.preset import LASER_AL, PRESETS, LaserPreset
from weldfusion.simulate.laser.sensors import parameters
from weldfusion.simulate.laser.states import States
from weldfusion.simulate.laser.truth import truth_record
from weldfusion.simulate.laser.weld import ALL_SENSORS, LaserPlan, SimulatedWeld, simulate_weld
from weldfusion.simulate.process import Duration, Plan, Process, plan_welds
from weldfusion.simulate.record import Labels, WeldRecord

ALL_KNOBS = tuple(vars(LASER_AL.difficulty))


@dataclass(frozen=True)
class Laser(Process):
    """Laser keyhole welding; see docs/simulator.md."""

    preset: LaserPreset = LASER_AL

    sensors = ALL_SENSORS
    unasked = ("back_diode",)
    duration = Duration(usual=2.0, shortest=0.2, longest=60.0, step=labels.STEP_S)
    knobs = ALL_KNOBS

    @property
    def version(self) -> str:  # type: ignore[override]
        return self.preset.version

    def card(self, plan: Plan) -> Card:
        return laser_card(self._own(plan))

    def weld(self, plan: Plan, index: int) -> WeldRecord:
        own = self._own(plan)
        return record_of(simulate_weld(own, index), own)

    def _own(self, plan: Plan) -> LaserPlan:
        return LaserPlan(**vars(plan), preset=replace(self.preset, difficulty=plan.difficulty))


PROCESSES: Mapping[str, Process] = {name: Laser(preset) for name, preset in PRESETS.items()}


def plan_laser(
    welds: int,
    seed: int,
    sensors: Sequence[str] | None = None,
    weld_s: float = 2.0,
    preset: LaserPreset = LASER_AL,
) -> LaserPlan:
    """The plan of a data set of laser welds, checked (see `process.plan_welds`)."""
    plan = plan_welds(Laser(preset), welds, seed, sensors, weld_s, preset.difficulty)
    return LaserPlan(**vars(plan), preset=preset)


def simulate_laser(
    out: Path,
    welds: int,
    seed: int,
    sensors: Sequence[str] | None = None,
    weld_s: float = 2.0,
    progress: bool = True,
    processes: int = 1,
    preset: LaserPreset = LASER_AL,
) -> Path:
    """Write a data-set folder of simulated laser welds and return it.

    Arguments and errors: `process.plan_welds` and `data_set.write_data_set`.
    """
    process = Laser(preset)
    plan = plan_welds(process, welds, seed, sensors, weld_s, preset.difficulty)
    return write_data_set(process, plan, Path(out), progress, processes)


def record_of(weld: SimulatedWeld, plan: LaserPlan) -> WeldRecord:
    """What is written of a simulated weld."""
    columns = plan.preset.parameters if "parameters" in plan.sensors else ()
    told = zip(columns, parameters.values(weld.design, columns), strict=True)
    settings = {column: f"{value:.4f}" for column, value in told}
    return WeldRecord(
        weld.id,
        weld.place,
        weld.states.duration_s,
        weld.recordings,
        {},
        {"speed_mm_s": f"{weld.states.speed_m_s * 1e3:.3f}"} | settings,
        labels_of(weld.states, plan.difficulty.class_margin),
        truth_record(weld),
    )


def labels_of(states: States, margin: float) -> Labels:
    """All labels of a weld; steps nearer than `margin` to a limit have no penetration."""
    along, bead = labels.penetration_along(states), states.bead
    steps = zip(along.edges_s[:-1], along.edges_s[1:], along.labels, strict=True)
    pores: Iterable[tuple[float, float, str]] = (
        (start, end, labels.PORE) for start, end in labels.pore_intervals(states)
    )
    return Labels(
        values={
            "weld_penetration": labels.weld_penetration(along),
            "depth_mm": f"{labels.mean_mm(bead.depth_m):.4f}",
            "back_width_mm": f"{labels.mean_mm(bead.back_width_m):.4f}",
            "pores_per_cm": f"{labels.pores_per_cm(states):.4f}",
        },
        intervals={
            "penetration_along": list(compress(steps, labels.clear_steps(states, margin))),
            "pores_along": list(pores),
        },
        curves={
            "depth_along": labels.along_mm(bead.depth_m),
            "back_width_along": labels.along_mm(bead.back_width_m),
            "local_porosity_along": labels.local_porosity(states),
        },
    )
