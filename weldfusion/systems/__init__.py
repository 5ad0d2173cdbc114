"""Fusion models composed of parts; flows and targets in, one torch module out.

May import `heads` and the stations above.
"""
