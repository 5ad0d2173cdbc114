"""Figures of simulated spot welds: take welds, give numbers for the benchmark and the tests.
May import `errors`, `signals`, `data` and the process."""
