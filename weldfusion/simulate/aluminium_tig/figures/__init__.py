"""Figures of simulated aluminium TIG welds that have a planned range: takes welds, gives numbers.
May import `errors`, `signals`, `data` and the other modules of `simulate`."""
