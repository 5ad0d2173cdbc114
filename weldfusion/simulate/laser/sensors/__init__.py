"""Sensors of the simulated laser weld: take states, set-up and clock only, give what a device would have
recorded. May import `errors`, `signals`, `data` and the laser's state records (never labels or designs)."""
