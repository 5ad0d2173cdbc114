"""Pulsed gas tungsten arc welding of steel: takes a plan, gives welds with recordings, labels and truth.
May import `errors`, `signals`, `data` and what all processes share."""
