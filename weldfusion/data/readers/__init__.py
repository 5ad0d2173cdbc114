"""File formats, one module each: `SUFFIXES`, `read(path, options)` and, where it is cheap, `probe`.

May import `data.reading`, `data.fields` and `errors`; `find.py` looks modules up by suffix.
"""
