"""Cold metal transfer welds of groove joints (and robot MAG): groove, pool, arc cycle, and their sensors.
May import `errors`, `signals`, `data` and what the simulated processes share."""
