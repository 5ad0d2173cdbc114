"""Resistance spot welds: takes a plan, gives welds with curves, thermal and colour pictures, and parameters.
May import `errors`, `signals`, `data` and what the processes share (never torch)."""
