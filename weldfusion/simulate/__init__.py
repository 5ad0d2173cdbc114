"""Weld processes simulated from physics-based states: takes a seed and a preset, gives a data-set folder.
May import `errors`, `signals` and `data` (never torch)."""
