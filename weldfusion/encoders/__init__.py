"""One architecture a file: one modality in; features, tokens or maps out.

May import `layers` and the stations above.
"""
