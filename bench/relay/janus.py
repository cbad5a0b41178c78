"""Janus from Debian's package as a process, configured in a temporary folder, on 127.0.0.1 alone.

Everything that the comparison does not need is left as Janus has it by default, except ICE-lite, which the
relay has too, and the log.
"""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.relay.peer import HOST
from bench.relay.subjects import ended
from deploy import debian
from deploy.terminal import Failed

PACKAGE = "janus"
START_S = 10.0
GENERAL = """
general: {{ debug_level = 2, session_timeout = 0, configs_folder = "{folder}" }}
nat: {{ ice_lite = true, ice_enforce_list = "{host}" }}
plugins: {{ disable = "{plugins}" }}
transports: {{ disable = "{transports}" }}
"""
WEBSOCKETS = """
general: {{ ws = true, ws_port = {port}, ws_ip = "{host}", wss = false }}
"""
KEPT = {"libjanus_videoroom.so", "libjanus_websockets.so"}


def have() -> bool:
    """Whether Janus is there, installed now if need be and if we may."""
    if not debian.on_path(PACKAGE):
        try:
            debian.install([PACKAGE])
        except Failed as reason:
            print(f"without Janus, because: {reason}")
    return debian.on_path(PACKAGE)


@contextlib.contextmanager
def running() -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """The process and the port of its WebSocket API."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="todoku-janus-") as folder:
        _configure(Path(folder), port)
        command = [shutil.which(PACKAGE) or PACKAGE, "-F", folder, "-o"]
        with open(Path(folder, "log"), "w", encoding="utf-8") as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, text=True)
        try:
            _until_it_listens(process, port, Path(folder, "log"))
            yield process, port
        finally:
            ended(process)


def _configure(folder: Path, port: int) -> None:
    modules = next(Path("/usr/lib").glob("*/janus"))

    def unused(kind: str) -> str:
        return ",".join(sorted(path.name for path in (modules / kind).glob("*.so") if path.name not in KEPT))

    general = GENERAL.format(
        host=HOST, folder=folder, plugins=unused("plugins"), transports=unused("transports")
    )
    (folder / "janus.jcfg").write_text(general)
    (folder / "janus.transport.websockets.jcfg").write_text(WEBSOCKETS.format(port=port, host=HOST))


def _until_it_listens(process: "subprocess.Popen[str]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("Janus did not start:\n" + log.read_text(errors="replace"))
