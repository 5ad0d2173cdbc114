"""Presets: the frozen numbers behind a simulated process, and the knobs of its difficulty."""

from dataclasses import dataclass, field

from weldfusion.simulate.material import AL_6061, Material


@dataclass(frozen=True)
class Difficulty:
    """How hard the data are.

    Args:
        group_scale: factor on all effects of machine, session and workpiece (0: none).
        hidden_scale: factor on disturbances within a weld that no parameter shows (focus, gap …).
        noise_scale: factor on the sensors' own noise.
        dropouts_per_weld: mean number of drop-outs (20–200 ms) per weld and sensor.
    """

    group_scale: float = 1.0
    hidden_scale: float = 1.0
    noise_scale: float = 1.0
    dropouts_per_weld: float = 0.05


@dataclass(frozen=True)
class LaserPreset:
    """A laser keyhole process, SI units; ranges are uniform.

    Args:
        version: `name/version`, written into every card; changed numbers get a new version.
        material: see `material.py`.
        plate_m: nominal plate thickness.
        waist_m: 1/e² radius of the beam in its focus.
        rayleigh_m: Rayleigh length.
        depth_ratio: nominal mean depth over plate thickness, from which the power is solved.
        speed_m_s: travel speed.
        difficulty: see there.
    """

    version: str
    material: Material
    plate_m: float
    waist_m: float
    rayleigh_m: float
    depth_ratio: tuple[float, float]
    speed_m_s: tuple[float, float]
    difficulty: Difficulty = field(default_factory=Difficulty)

    @property
    def process(self) -> str:
        """Name without version: the key of the random streams.

        >>> LASER_AL.process
        'laser_al'
        """
        return self.version.split("/")[0]


LASER_AL = LaserPreset(
    version="laser_al/0",
    material=AL_6061,
    plate_m=4.0e-3,
    waist_m=0.20e-3,
    rayleigh_m=4.0e-3,
    depth_ratio=(0.50, 1.30),
    speed_m_s=(0.060, 0.120),
)
