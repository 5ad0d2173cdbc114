"""One method a file: exchanges, fusions and late fusions, by modality name, with presence masks.

May import `encoders` and the stations above.
"""
