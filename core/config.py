"""config.toml -> frozen dataclasses.

A section is a dataclass; each option has its default, its type, what holds for its value and its help in
one place. Unknown keys, wrong types and values that cannot be name the key and the file. Secrets come from
the environment, and no message shows one. Which sections exist is decided by server/config.py.
"""

import dataclasses
import math
import re
import tomllib
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

Root = TypeVar("Root")


class ConfigError(Exception):
    """The configuration cannot be used; the text names file and key."""


@dataclass(frozen=True)
class Must:
    """What holds for a value beyond its type; of a list, for every item."""

    be: str
    holds: Callable[[Any], bool]


ABOVE_ZERO = Must("more than 0", lambda value: 0 < value < math.inf)  # TOML knows inf and nan as well
NOT_NEGATIVE = Must("0 or more", lambda value: 0 <= value < math.inf)


def one_of(*values: str) -> Must:
    """One of these words."""
    return Must(f"one of {', '.join(values)}", lambda value: value in values)


def like(be: str, pattern: str) -> Must:
    """A text of this form, described as `be`."""
    return Must(be, lambda value: re.fullmatch(pattern, value) is not None)


def port(least: int = 1) -> Must:
    """The number of a port; with `least` 0, also "take a free one"."""
    return Must(f"a port, {least} to 65535", lambda value: least <= value <= 65535)


def option(default: Any, help: str, secret: str | None = None, must: Must | None = None) -> Any:
    """One option: its default, what it means, the environment variable if it is a secret, what must hold.

    A number must be more than 0 where nothing else is said.
    """
    if must is None and isinstance(default, int | float) and not isinstance(default, bool):
        must = ABOVE_ZERO
    told = {"help": help, "secret": secret, "must": must}
    return field(default=default, metadata={key: value for key, value in told.items() if value is not None})


@dataclass(frozen=True)
class DatabaseConfig:
    """Where the truth is kept."""

    url: str = option(
        "sqlite:///var/todoku.db",
        "sqlite:///PATH or postgresql://USER@HOST/NAME",
        secret="TODOKU_DATABASE_URL",  # noqa: S106  (the variable's name)
        must=like(
            "sqlite:///PATH or postgresql://USER@HOST/NAME", r"(sqlite:///|postgres(ql)?(\+\w+)?://).+"
        ),
    )
    pool_size: int = option(10, "connections to PostgreSQL held open by one process")


@dataclass(frozen=True)
class BusConfig:
    """How processes hear of each other."""

    url: str = option(
        "memory:",
        "memory: for one process, redis://HOST:PORT/N for many",
        secret="TODOKU_BUS_URL",  # noqa: S106
        must=like("memory: or redis://HOST:PORT/N", r"memory:|(rediss?|unix)://.+"),
    )


@dataclass(frozen=True)
class FilesConfig:
    """Where large files are kept."""

    url: str = option(
        "file:var/files",
        "file:FOLDER; processes on several hosts need a folder that all of them see",
        must=like("file:FOLDER", r"file:.+"),
    )


@dataclass(frozen=True)
class GrantsConfig:
    """Keys of the signed rights to enter a room."""

    key_file: str = option("var/grant-key.pem", "Ed25519 private key; made at the first start")
    public_key_file: str = option(
        "", "for a relay in a process of its own: the public key; empty takes it from key_file"
    )


MAILBOX = like(
    "an address: NAME <USER@HOST> or USER@HOST", r"([^<>@]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)"
)


@dataclass(frozen=True)
class MailConfig:
    """How mail leaves."""

    host: str = option("", "SMTP server; empty writes .eml files into `folder` instead")
    port: int = option(587, "SMTP port", must=port())
    security: str = option(
        "starttls", "starttls, tls (implicit) or none", must=one_of("starttls", "tls", "none")
    )
    username: str = option("", "SMTP user; empty sends without signing in")
    password: str = option("", "SMTP password", secret="TODOKU_SMTP_PASSWORD")  # noqa: S106
    sender: str = option("Todoku <no-reply@localhost>", "From address of every mail", must=MAILBOX)
    reply_to: str = option(
        "",
        "where answers to mails are read; empty: nowhere, and mails say so and name another way to help",
        must=Must(f"empty or {MAILBOX.be}", lambda value: not value or MAILBOX.holds(value)),
    )
    folder: str = option("var/outbox", "where .eml files are written when no host is set")
    timeout_s: float = option(20.0, "give up on one delivery after so many seconds")


@dataclass(frozen=True)
class OutgoingConfig:
    """Requests to addresses that people have given: calendars, webhooks, push services."""

    private_addresses: bool = option(
        False, "also ask addresses of private networks and of this machine; everybody who may give one can"
    )
    timeout_s: float = option(10.0, "give up on one request after so many seconds")


@dataclass(frozen=True)
class PushConfig:
    """Messages that browsers show (web push)."""

    key_file: str = option("var/push-key.pem", "P-256 private key (VAPID); made when first needed")
    contact: str = option(
        "",
        "whom push services can write to; empty: mail.sender's address",
        must=like("empty, mailto:USER@HOST or https://HOST/...", r"((mailto:[^@\s]+@|https://)\S+)?"),
    )


def load(path: Path | None, environ: Mapping[str, str], root: type[Root]) -> Root:
    """Read `path` (may be absent) into `root`, whose fields are section dataclasses."""
    try:
        text = path.read_text(encoding="utf-8") if path is not None and path.exists() else ""
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{path}: {error}") from None
    sections = {f.name: typing.get_type_hints(root)[f.name] for f in dataclasses.fields(root)}  # type: ignore[arg-type]
    for name, value in document.items():
        if name not in sections:
            raise ConfigError(f"{path}: unknown section [{name}]")
        if not isinstance(value, dict):
            raise ConfigError(f"{path}: {name} must be a section, [{name}]")
    return root(
        **{
            name: _section(path, name, document.get(name, {}), environ, kind)
            for name, kind in sections.items()
        }
    )


def _section(
    path: Path | None, name: str, table: dict[str, Any], environ: Mapping[str, str], kind: Any
) -> Any:
    hints = typing.get_type_hints(kind)
    options = {f.name: f for f in dataclasses.fields(kind)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in options:
            raise ConfigError(f"{path}: unknown key {name}.{key}")
        values[key] = _read(f"{path}: {name}.{key}", value, hints[key], options[key].metadata)
    for key, spec in options.items():
        variable = spec.metadata.get("secret")
        if variable and environ.get(variable):
            values[key] = _read(f"environment {variable}", environ[variable], hints[key], spec.metadata)
    return kind(**values)


def _read(where: str, value: Any, kind: Any, metadata: Mapping[str, Any]) -> Any:
    """`value` as `kind` when it is one and all holds that must, or ConfigError naming `where`."""
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise ConfigError(f"{where} must be a list")
        return tuple(_read(where, item, typing.get_args(kind)[0], metadata) for item in value)
    shown = "" if "secret" in metadata else f", not {value!r}"
    if isinstance(kind, types.UnionType):
        kind = next(k for k in typing.get_args(kind) if k is not type(None))
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):  # a bool is no int here
        raise ConfigError(f"{where} must be {_WORDS.get(kind, kind)}{shown}")
    must = metadata.get("must")
    if must and not must.holds(value):
        raise ConfigError(f"{where} must be {must.be}{shown}")
    return value


_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


@dataclass(frozen=True)
class OptionDoc:
    """One option for people: where it stands, its default and its meaning."""

    section: str
    key: str
    default: Any
    help: str
    secret: str | None


def options(root: Any) -> Iterator[OptionDoc]:
    """Every option of the sections of `root` (a dataclass type), in order."""
    hints = typing.get_type_hints(root)
    for section in dataclasses.fields(root):
        for spec in dataclasses.fields(hints[section.name]):
            help = str(spec.metadata.get("help", ""))
            default = spec.default_factory() if callable(spec.default_factory) else spec.default
            yield OptionDoc(section.name, spec.name, default, help, spec.metadata.get("secret"))
