"""Sensors of the simulated TIG weld: take states, set-up and clock only, give what a device would have
recorded. May import `errors`, `signals`, `data` and the weld's state records (never labels or designs)."""
