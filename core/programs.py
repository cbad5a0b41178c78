"""What a program of ours started beside the main one may know: where Python and libraries are, no secret.

Who starts one, bounds its time and reads its answer (calendars, clips) does that where it is needed.
"""

import os

PASSED_ON = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "LANG", "SYSTEMROOT")


def environment() -> dict[str, str]:
    """Of this process's variables those that name places."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}
