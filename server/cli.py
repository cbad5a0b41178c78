"""The command line: reads arguments, loads the configuration, runs one command.

What the commands do stands elsewhere (serving.py, therapists.py, config_docs.py ...); the list is COMMANDS.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import uvloop

from core.config import ConfigError, load
from server import __version__, setup_words
from server.config import Config, with_port, with_var
from server.logs import set_up

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


class Refused(Exception):
    """The command cannot be done; the text says what to do instead."""


@dataclass(frozen=True)
class Command:
    """One word of the command line."""

    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[Config, argparse.Namespace], Coroutine[Any, Any, None]]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the process's exit code."""
    options = parser().parse_args(arguments)
    try:
        config = configuration(options)
        set_up(config.server.log_format, config.server.log_level)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(COMMANDS[options.command].run(config, options))
    except (ConfigError, Refused) as error:
        print(f"todoku: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # Ctrl-C while it starts; `serve` itself ends in order
        print("stopped", file=sys.stderr)
    return 0


def configuration(options: argparse.Namespace) -> Config:
    """config.toml (or TODOKU_CONFIG, or --config), the environment's secrets, then the command line."""
    named = options.config or os.environ.get("TODOKU_CONFIG")
    path = Path(named or "config.toml")
    if named and not path.exists():
        raise ConfigError(f"{path}: there is no such file")
    config = load(path, os.environ, Config)
    if options.var:
        config = with_var(config, Path(options.var))
    if getattr(options, "port", None):
        config = with_port(config, options.port)
    return config


def parser() -> argparse.ArgumentParser:
    """The whole command line as argparse sees it."""
    top = argparse.ArgumentParser(
        prog="todoku", description="Video consultation and chat for workplace physiotherapy."
    )
    top.add_argument("--version", action="version", version=f"todoku {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    groups: dict[str, Subparsers] = {}
    for name, command in COMMANDS.items():
        word, _, action = name.partition(" ")
        if action and word not in groups:
            groups[word] = _group(commands, word)
        under, last = (groups[word], action) if action else (commands, word)
        sub = under.add_parser(last, help=command.help, description=command.help)
        sub.set_defaults(command=name)
        sub.add_argument(
            "--config", metavar="FILE", help="the configuration (default: config.toml, if there)"
        )
        sub.add_argument("--var", metavar="FOLDER", help="keep the files that belong under var/ there")
        command.arguments(sub)
    return top


def _group(commands: Subparsers, word: str) -> Subparsers:
    under = commands.add_parser(word, help=GROUPS[word], description=GROUPS[word])
    return under.add_subparsers(required=True, metavar="ACTION")


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65536:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port


def _nothing(_parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def _serve_arguments(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--role", choices=["all", "web", "jobs"], default="all", help="what this process does")
    sub.add_argument("--port", type=_port, help="TCP port of the web server")
    sub.add_argument(
        "--demo", action="store_true", help="make demonstration people and a session that starts now"
    )


async def _serve(config: Config, options: argparse.Namespace) -> None:
    from server.serving import serve

    await serve(config, options.role, demo=options.demo, var=Path(options.var or "var"))


def _relay_arguments(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--relay-id", metavar="NAME", help="a stable name; a new one is made up otherwise")


async def _relay(config: Config, options: argparse.Namespace) -> None:
    from server.serving import serve_relay

    await serve_relay(config, options.relay_id)


async def _migrate(config: Config, _options: argparse.Namespace) -> None:
    from core.database import migrate

    await migrate(config.database.url)
    print("the database has the newest schema")


def _config_arguments(sub: argparse.ArgumentParser) -> None:
    style = sub.add_mutually_exclusive_group()
    style.add_argument("--defaults", action="store_true", help="every option at its default, as config.toml")
    style.add_argument("--markdown", action="store_true", help="every option as docs/CONFIG.md")


async def _config(config: Config, options: argparse.Namespace) -> None:
    from server.config_docs import in_force, markdown, toml

    print(toml() if options.defaults else markdown() if options.markdown else in_force(config), end="")


async def _openapi(config: Config, _options: argparse.Namespace) -> None:
    from server.assembly import declared_routes
    from server.openapi import text

    print(text(await declared_routes(config)))


async def _user_add(config: Config, options: argparse.Namespace) -> None:
    from server.users import add_user

    await add_user(config, options)


def _verify_arguments(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("what", choices=["booking"], help="whose laws")
    sub.add_argument("--database", metavar="URL", help="the database (default: the configuration's)")
    sub.add_argument(
        "--check-only", action="store_true", help="look at that database alone; without a race beside it"
    )
    sub.add_argument("--clients", type=int, default=64, help="how many act at once")
    sub.add_argument("--seconds", type=float, default=60, help="for how long")
    sub.add_argument("--seed", type=int, help="to run the same race again")


async def _verify(config: Config, options: argparse.Namespace) -> None:
    from server import verify

    asked = verify.Options(
        database_url=options.database or config.database.url,
        clients=options.clients,
        seconds=options.seconds,
        seed=verify.seed() if options.seed is None else options.seed,
        check_only=options.check_only,
    )
    if not await verify.verify(asked, config.scheduler):
        raise Refused("the laws of booking are broken; the lines above say where")


async def _user_list(config: Config, options: argparse.Namespace) -> None:
    from server.users import list_users

    await list_users(config, options)


async def _therapist_add(config: Config, options: argparse.Namespace) -> None:
    from server.therapists import add_therapist

    await add_therapist(config, options)


async def _therapist_verify(config: Config, options: argparse.Namespace) -> None:
    from server.therapists import verify_therapist

    await verify_therapist(config, options)


async def _therapist_list(config: Config, options: argparse.Namespace) -> None:
    from server.therapists import list_therapists

    await list_therapists(config, options)


async def _employer_add(config: Config, options: argparse.Namespace) -> None:
    from server.companies import add_employer

    await add_employer(config, options)


async def _employer_list(config: Config, options: argparse.Namespace) -> None:
    from server.companies import list_employers

    await list_employers(config, options)


async def _link_add(config: Config, options: argparse.Namespace) -> None:
    from server.companies import add_link

    await add_link(config, options)


async def _link_list(config: Config, options: argparse.Namespace) -> None:
    from server.companies import list_links

    await list_links(config, options)


async def _link_revoke(config: Config, options: argparse.Namespace) -> None:
    from server.companies import revoke_links

    await revoke_links(config, options)


async def _library_list(config: Config, options: argparse.Namespace) -> None:
    from server.library import list_exercises

    await list_exercises(config, options)


async def _library_build(config: Config, _options: argparse.Namespace) -> None:
    from server.library import build_clips

    await build_clips(config)


# A command of two words stands under its first word.
GROUPS = {
    "user": "people who sign in with a password",
    "therapist": "therapists and their practices",
    "employer": "companies that pay",
    "link": "booking links of companies",
    "library": "the exercise library and its clips",
}
COMMANDS: dict[str, Command] = {
    "serve": Command("serve the web pages, the relay and the jobs", _serve_arguments, _serve),
    "relay": Command("serve a relay alone, for many hosts", _relay_arguments, _relay),
    "migrate": Command("bring the database to the newest schema", _nothing, _migrate),
    "config": Command("print the configuration in force and where it came from", _config_arguments, _config),
    "openapi": Command("print the OpenAPI document", _nothing, _openapi),
    "verify": Command("check the laws of booking, here and under load", _verify_arguments, _verify),
    "user add": Command("add a person who signs in with a password", setup_words.user_add, _user_add),
    "user list": Command("list who works here", setup_words.user_list, _user_list),
    "therapist add": Command(
        "add a therapist with licence, hours and places", setup_words.therapist_add, _therapist_add
    ),
    "therapist verify": Command(
        "note that a licence was looked at", setup_words.therapist_verify, _therapist_verify
    ),
    "therapist list": Command("list therapists and their licences", setup_words.listing, _therapist_list),
    "employer add": Command("add a company", setup_words.employer_add, _employer_add),
    "employer list": Command("list companies", setup_words.listing, _employer_list),
    "link add": Command("make a booking link and print its address", setup_words.link_add, _link_add),
    "link list": Command("list booking links", setup_words.link_list, _link_list),
    "link revoke": Command("withdraw booking links", setup_words.link_revoke, _link_revoke),
    "library list": Command(
        "list exercises and whether their clips are there", setup_words.listing, _library_list
    ),
    "library build": Command("render the clips that are missing", _nothing, _library_build),
}
