"""Aluminium TIG welding with the electrode in view: arc, pool and drives, and its sensors.
May import `errors`, `signals`, `data` and what the simulated processes share."""
