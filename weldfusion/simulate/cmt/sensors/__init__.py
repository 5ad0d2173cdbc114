"""Devices at a gas-metal-arc weld: each makes a recording of states and its own set-up.
May import the states, arc and random signals of the simulator; never labels or designs."""
