"""Inputs that nobody would send, for every parser of what comes from outside.

`targets.py` lists the parsers. Each is given real inputs made by our own builders (the corpus) and changed
ones: some thousands with every test run (test_fuzz.py), millions with `make fuzz` (__main__.py), where
atheris looks for inputs that reach code no input has reached before.
"""
