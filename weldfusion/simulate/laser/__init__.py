"""Laser keyhole welding: mean keyhole, fluctuation, collapses, pores, pool and plume, and its sensors.
May import `errors`, `signals`, `data` and what the simulated processes share."""
