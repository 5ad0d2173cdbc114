"""What the sensors of all simulated processes share: clocks, drop-outs, and a sensor of pure noise.
May import `errors`, `signals`, `data`, `groups` and `streams`."""
