"""Sensors of the simulated weld: take states, set-up and clock only, give what a device would have recorded.
May import `errors`, `signals`, `data` and the state records of `simulate` (never labels or designs)."""
