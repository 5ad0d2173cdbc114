"""What the sensors of all simulated processes share: clocks, drop-outs, microphones, and one of pure noise.
May import `errors`, `signals`, `data`, `groups`, `random_signals` and `streams`."""
