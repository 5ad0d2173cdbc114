"""The command line, one file a verb: read the settings, call one function, print, return the code.

May import everything but `testing`.
"""
