"""True pixels of mouth, pool and spatter in the coaxial camera's frames of a simulated weld.

They are not stored with a data set: its plan (`plan_laser` with the same arguments) gives them again.
"""

from weldfusion.errors import WeldfusionError
from weldfusion.simulate.laser.sensors import coaxial_camera
from weldfusion.simulate.laser.sensors.camera_scene import Masks
from weldfusion.simulate.laser.weld import LaserPlan, SimulatedWeld
from weldfusion.simulate.streams import stream


def camera_masks(plan: LaserPlan, weld: SimulatedWeld, time_s: float | None = None) -> Masks:
    """Masks (frames, 64, 64) bool of all frames of a weld, or (64, 64) of the frame nearest to `time_s`.

    Args:
        plan: the plan that the weld was simulated from, with the coaxial camera among its sensors.
        weld: `simulate_weld(plan, index)`.
        time_s: weld time.

    Raises:
        WeldfusionError: the weld has no coaxial camera.
    """
    recording = weld.recordings.get("coaxial_camera")
    if recording is None:
        raise WeldfusionError(f"{weld.id}: has no coaxial_camera; name it among the sensors of the plan")
    rng = stream(plan.seed, plan.preset.process, weld.id, "sensor:coaxial_camera")
    return coaxial_camera.masks(weld.states, recording.setup, recording.true, rng, time_s)
