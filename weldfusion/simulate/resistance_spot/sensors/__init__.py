"""The sensors of a resistance spot weld: each takes states and its own set-up, gives a recording or pictures.
May import `errors`, `signals`, `data` and the states (never labels or designs)."""
