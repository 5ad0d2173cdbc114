"""True pixels of electrode, arc, pool and reflection in the pool camera's pictures of a simulated weld.

They are not stored with a data set: its plan (`plan_welds` with the same arguments) gives them again.
"""

from weldfusion.errors import WeldfusionError
from weldfusion.simulate.aluminium_tig.sensors import pool_camera
from weldfusion.simulate.aluminium_tig.sensors.pool_scene import Masks
from weldfusion.simulate.aluminium_tig.weld import NAME, SimulatedWeld
from weldfusion.simulate.process import Plan
from weldfusion.simulate.streams import stream


def camera_masks(plan: Plan, weld: SimulatedWeld, time_s: float | None = None) -> Masks:
    """Masks (pictures, height, width) bool of all pictures of a weld, or (height, width) of the picture
    nearest to `time_s`.

    Args:
        plan: the plan that the weld was simulated from, with the pool camera among its sensors.
        weld: `simulate_weld(plan, index)`.
        time_s: weld time.

    Raises:
        WeldfusionError: the weld has no pool camera.
    """
    recording = weld.recordings.get("pool_camera")
    if recording is None:
        raise WeldfusionError(f"{weld.id}: has no pool_camera; name it among the sensors of the plan")
    rng = stream(plan.seed, NAME, weld.id, "sensor:pool_camera")
    return pool_camera.masks(weld.states, recording.setup, recording.true, rng, time_s)
