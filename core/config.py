"""config.toml -> frozen dataclasses.

A section is a dataclass; each option has its default, its type and its help in one place. Unknown keys
and wrong types name the key and the file. Secrets come from the environment alone. Which sections exist
is decided by server/config.py.
"""

import dataclasses
import tomllib
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

Root = TypeVar("Root")


class ConfigError(Exception):
    """The configuration cannot be used; the text names file and key."""


def option(default: Any, help: str, secret: str | None = None) -> Any:
    """One option: its default, what it means, and the environment variable if it is a secret."""
    metadata = {"help": help} | ({"secret": secret} if secret else {})
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class DatabaseConfig:
    """Where the truth is kept."""

    url: str = option(
        "sqlite:///var/todoku.db",
        "sqlite:///PATH or postgresql://USER@HOST/NAME",
        secret="TODOKU_DATABASE_URL",  # noqa: S106  (the variable's name)
    )
    pool_size: int = option(10, "connections to PostgreSQL held open by one process")


@dataclass(frozen=True)
class BusConfig:
    """How processes hear of each other."""

    url: str = option(
        "memory:",
        "memory: for one process, redis://HOST:PORT/N for many",
        secret="TODOKU_BUS_URL",  # noqa: S106
    )


@dataclass(frozen=True)
class GrantsConfig:
    """Keys of the signed rights to enter a room."""

    key_file: str = option("var/grant-key.pem", "Ed25519 private key; made at the first start")
    public_key_file: str = option(
        "", "for a relay in a process of its own: the public key; empty takes it from key_file"
    )


@dataclass(frozen=True)
class MailConfig:
    """How mail leaves."""

    host: str = option("", "SMTP server; empty writes .eml files into `folder` instead")
    port: int = option(587, "SMTP port")
    security: str = option("starttls", "starttls, tls (implicit) or none")
    username: str = option("", "SMTP user; empty sends without signing in")
    password: str = option("", "SMTP password", secret="TODOKU_SMTP_PASSWORD")  # noqa: S106
    sender: str = option("Todoku <no-reply@localhost>", "From address of every mail")
    reply_to: str = option(
        "", "where answers to mails are read; empty: nowhere, and mails say so and name another way to help"
    )
    folder: str = option("var/outbox", "where .eml files are written when no host is set")
    timeout_s: float = option(20.0, "give up on one delivery after so many seconds")


def load(path: Path | None, environ: Mapping[str, str], root: type[Root]) -> Root:
    """Read `path` (may be absent) into `root`, whose fields are section dataclasses."""
    text = path.read_text(encoding="utf-8") if path is not None and path.exists() else ""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
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
        values[key] = _typed(f"{path}: {name}.{key}", value, hints[key])
    for key, spec in options.items():
        variable = spec.metadata.get("secret")
        if variable and environ.get(variable):
            values[key] = _typed(f"environment {variable}", environ[variable], hints[key])
    return kind(**values)


def _typed(where: str, value: Any, kind: Any) -> Any:
    """`value` as `kind`, or ConfigError naming `where`. A bool is not an int here."""
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise ConfigError(f"{where} must be a list")
        return tuple(_typed(where, item, typing.get_args(kind)[0]) for item in value)
    if isinstance(kind, types.UnionType):
        kind = next(k for k in typing.get_args(kind) if k is not type(None))
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ConfigError(f"{where} must be {_WORDS.get(kind, kind)}, not {value!r}")
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
