"""A network of the measurement's own, in which the processes that are measured can be reached by nobody else.

Janus takes no loopback address, so it gets the address of a pair of virtual interfaces in a network namespace
(Linux; a user namespace makes it possible without root). Packets between local addresses go over loopback.
"""

import subprocess
import sys

ADDRESS = "198.51.100.1"  # RFC 5737: nobody's
SET_UP = f"""
ip link set lo up && ip link add bench0 type veth peer name bench1 && ip addr add {ADDRESS}/32 dev bench0 &&
ip link set bench0 up && ip link set bench1 up && exec env TODOKU_BENCH_HOST={ADDRESS} "$@"
"""
ALONE = ["unshare", "--user", "--map-root-user", "--net", "sh", "-c", SET_UP, "network"]


def refused() -> str | None:
    """Why the system does not allow it; None: it does."""
    try:
        tried = subprocess.run([*ALONE, "true"], capture_output=True, text=True)
    except FileNotFoundError:
        return "unshare is missing (package util-linux)"
    return (tried.stderr.strip() or "no reason given") if tried.returncode else None


def python(module: str, *arguments: str, alone: bool) -> list[str]:
    """The command that runs a module, alone or on loopback."""
    return [*(ALONE if alone else []), sys.executable, "-m", module, *arguments]
