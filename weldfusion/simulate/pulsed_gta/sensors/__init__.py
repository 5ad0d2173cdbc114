"""Sensors of the pulsed GTA process, one a module: takes states, a set-up and a clock, gives recordings.
May import `states`, `pulse`, `steel` and what the sensors of all processes share; never labels or designs."""
