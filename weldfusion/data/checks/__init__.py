"""Parts of the data check, one idea a module; each takes card, welds or values and gives findings.

May import the card, the manifest, the readers and `errors`.
"""
