"""Figures of simulated GTA welds that have a published or planned range: takes welds, gives numbers.
May import `errors`, `signals`, `data` and the other modules of the process."""
