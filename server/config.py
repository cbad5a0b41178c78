"""config.toml as a whole: which sections exist. Each section stands in the folder it belongs to."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from accounts.config import AccountsConfig
from care.config import CareConfig
from chat.config import ChatConfig
from core.config import (
    NOT_NEGATIVE,
    BusConfig,
    DatabaseConfig,
    FilesConfig,
    GrantsConfig,
    MailConfig,
    OutgoingConfig,
    PushConfig,
    like,
    one_of,
    option,
    port,
)
from core.files import FILE
from media.config import MediaConfig
from ops.config import OpsConfig
from scheduler.config import SchedulerConfig
from server.logs import LEVELS
from signaling.config import SignalingConfig, TurnConfig

VAR = "var"


@dataclass(frozen=True)
class ServerConfig:
    """The web server of this process."""

    host: str = option("127.0.0.1", "address to listen on; 0.0.0.0 for every interface")
    port: int = option(8080, "TCP port of the web server", must=port())
    public_url: str = option(
        "",
        "how people reach this server; empty means http://localhost:PORT",
        must=like("empty or https://HOST, without a path", r"(https?://[^/?#\s]+/?)?"),
    )
    trusted_proxies: int = option(
        0, "reverse proxies in front whose X-Forwarded-For is believed", must=NOT_NEGATIVE
    )
    help_contact: str = option(
        "",
        "whom mails and pages name for help: a mail address, a telephone number, a web address or words;"
        " empty: the contact person at the company",
        must=like("one line of at most 100 characters without braces", r"[^\x00-\x1f\x7f{}]{0,100}"),
    )
    log_format: str = option("console", "console or json", must=one_of("console", "json"))
    log_level: str = option("info", "debug, info, warning or error", must=one_of(*LEVELS))


@dataclass(frozen=True)
class Config:
    """Every section."""

    server: ServerConfig = field(default_factory=ServerConfig)
    database: DatabaseConfig = field(default_factory=DatabaseConfig)
    bus: BusConfig = field(default_factory=BusConfig)
    files: FilesConfig = field(default_factory=FilesConfig)
    grants: GrantsConfig = field(default_factory=GrantsConfig)
    mail: MailConfig = field(default_factory=MailConfig)
    outgoing: OutgoingConfig = field(default_factory=OutgoingConfig)
    push: PushConfig = field(default_factory=PushConfig)
    accounts: AccountsConfig = field(default_factory=AccountsConfig)
    scheduler: SchedulerConfig = field(default_factory=SchedulerConfig)
    signaling: SignalingConfig = field(default_factory=SignalingConfig)
    turn: TurnConfig = field(default_factory=TurnConfig)
    media: MediaConfig = field(default_factory=MediaConfig)
    chat: ChatConfig = field(default_factory=ChatConfig)
    care: CareConfig = field(default_factory=CareConfig)
    ops: OpsConfig = field(default_factory=OpsConfig)


def with_var(config: Config, var: Path) -> Config:
    """`config` with every file that is at its default place under var/ moved under `var`."""

    def moved(path: str) -> str:
        return str(var / path.removeprefix(f"{VAR}/")) if path.startswith(f"{VAR}/") else path

    url = config.database.url
    if url.startswith("sqlite:///"):
        url = "sqlite:///" + moved(url.removeprefix("sqlite:///"))
    return replace(
        config,
        database=replace(config.database, url=url),
        files=replace(config.files, url=FILE + moved(config.files.url.removeprefix(FILE))),
        grants=replace(config.grants, key_file=moved(config.grants.key_file)),
        mail=replace(config.mail, folder=moved(config.mail.folder)),
        push=replace(config.push, key_file=moved(config.push.key_file)),
    )


def with_port(config: Config, port: int) -> Config:
    """`config` listening on `port`; the public address follows where it is not set."""
    return replace(config, server=replace(config.server, port=port))


def public_url(config: Config) -> str:
    """How people reach this server, without a slash at the end."""
    return config.server.public_url.rstrip("/") or f"http://localhost:{config.server.port}"
