"""The pages of `weldfusion explain`: an explanation's numbers and what the sensors recorded in, pages out.

May import what `report` may.
"""
