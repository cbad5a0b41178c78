"""Runs a process until it is told to stop: checks what can be checked first, says what it serves.

What is built is decided in assembly.py.
"""

import asyncio
import fcntl
import os
import signal
import socket
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core import collector
from server.assembly import House, build, build_relay
from server.cli import Refused
from server.config import Config, public_url
from server.demo import Demo, prepare_demo


async def serve(config: Config, role: str, *, demo: bool, var: Path) -> None:
    """`todoku serve`: until SIGINT or SIGTERM."""
    if role != "jobs":
        refuse_taken_port(config.server.host, config.server.port)
    if role == "all":
        config = with_media_port(config, anyhow=demo)
    with only_one(var, public_url(config), alone=config.bus.url.startswith("memory:")):
        words = [f"Todoku serves {public_url(config)}"]

        async def prepare(house: House) -> None:
            words[0] = await prepare_demo(_demo(house), var)

        with stop_signals() as stopped:
            async with build(config, role, prepare if demo else None):
                collector.settle()
                print(words[0], flush=True)
                await stopped.wait()
                print("\nStopping ...", flush=True)


def _demo(house: House) -> Demo:
    ground = house.ground
    return Demo(ground.database, house.accounts, ground.clock, house.scheduler.config, ground.url)


async def serve_relay(config: Config, relay_id: str | None) -> None:
    """`todoku relay`: until SIGINT; or SIGTERM, after which calls may go on for a while (media.drain_s)."""
    if config.bus.url.startswith("memory:"):
        raise Refused(
            "a relay of its own needs a bus that others can hear: set bus.url to redis://HOST:PORT/N"
        )
    config = with_media_port(config, anyhow=False)
    with relay_signals() as signals:
        async with build_relay(config, relay_id) as relay:
            collector.settle()
            print(f"relay {relay.relay_id} serves UDP port {relay.port}", flush=True)
            await first_of(signals.drain.wait(), signals.stop.wait())
            if not signals.stop.is_set():
                print(f"relay {relay.relay_id} takes no new rooms; once more ends it at once", flush=True)
                await first_of(relay.server.drain(config.media.drain_s), signals.stop.wait())


async def first_of(*waited: Coroutine[Any, Any, Any]) -> None:
    """Until one of them is done; the others are given up."""
    tasks = [asyncio.ensure_future(one) for one in waited]
    done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for task in done:
        task.result()


def refuse_taken_port(host: str, port: int) -> None:
    """Say it before anything is started, with what to do. Raises Refused."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                f"port {port} on {host} cannot be used ({os.strerror(error.errno or 0).lower()}).\n"
                f"If Todoku is running already, open http://localhost:{port} or stop it with Ctrl-C there.\n"
                f"To use another port: make run PORT={port + 1 if port < 65535 else 8081}"
            ) from None


def with_media_port(config: Config, *, anyhow: bool) -> Config:
    """`config` with a UDP port that can be had: `anyhow` takes another one. Raises Refused."""
    media = config.media
    family = socket.AF_INET6 if ":" in media.udp_host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((media.udp_host, media.udp_port))
        except OSError as error:
            if anyhow:
                return replace(config, media=replace(media, udp_port=0))
            raise Refused(
                f"UDP port {media.udp_port} on {media.udp_host} cannot be used "
                f"({os.strerror(error.errno or 0).lower()}).\n"
                "Stop what uses it, or set another media.udp_port in config.toml."
            ) from None
    return config


@contextmanager
def only_one(var: Path, address: str, *, alone: bool) -> Iterator[None]:
    """Hold `var`: two processes that cannot hear each other must not share it. Raises Refused."""
    if not alone:
        yield
        return
    var.mkdir(parents=True, exist_ok=True)
    with open(var / "lock", "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise Refused(
                f"{file.read().strip() or 'another Todoku'} uses the folder {var}/ already.\n"
                "Stop it with Ctrl-C there, or give this one a folder of its own: "
                "make run PORT=9000 VAR=var-9000"
            ) from None
        file.truncate(0)
        file.write(f"Todoku at {address} (process {os.getpid()})")
        file.flush()
        yield


@dataclass(frozen=True)
class RelaySignals:
    """What a relay's process is told: to take no more, and to end."""

    drain: asyncio.Event
    stop: asyncio.Event


@contextmanager
def relay_signals() -> Iterator[RelaySignals]:
    """SIGTERM drains, once more it ends, as SIGINT does at once."""
    told = RelaySignals(asyncio.Event(), asyncio.Event())

    def terminate() -> None:
        (told.stop if told.drain.is_set() else told.drain).set()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, terminate)
    loop.add_signal_handler(signal.SIGINT, told.stop.set)
    try:
        yield told
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


@contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set; the third one ends the process the hard way."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)

    def stop() -> None:
        if stopped.is_set():
            for number in numbers:
                loop.remove_signal_handler(number)
        stopped.set()

    for number in numbers:
        loop.add_signal_handler(number, stop)
    try:
        yield stopped
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
