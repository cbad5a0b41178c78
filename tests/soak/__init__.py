"""Calls that come and go, hundreds of them: afterwards everything is as it was.

`cycles.py` says how people come and go, `census.py` counts what a process holds, `relay.py` runs the cycles
on a relay in this process and `program.py` on the whole program. `make soak` runs both at length and prints
the figures; test_soak.py is the short form in `make test`.
"""
