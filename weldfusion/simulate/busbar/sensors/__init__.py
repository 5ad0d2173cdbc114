"""Sensors of busbar seams: they are given states and their own set-up.
May import `errors`, `data`, `groups`, the laser's sensors and the seams' states."""
