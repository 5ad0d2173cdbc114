"""One kind of target a file: its loss, prior and decoding; features in, predictions out.

May import `fusion` and the stations above.
"""
