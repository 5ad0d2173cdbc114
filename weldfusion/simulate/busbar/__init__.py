"""Laser seams of busbars: pairs of seams, each with a spectrum of its plume, and one picture of both.
May import `errors`, `signals`, `data` and the rest of `simulate`, the laser's modules among them."""
