"""Fixtures for every test: a clock, databases and buses of each kind, servers started when first asked for.

`backend` is what most contract tests want: SQLite with the memory bus, then PostgreSQL with Redis.
"""

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

import tests
from core.bus import Bus, open_bus
from core.database import Database, migrate
from scheduler.changes import Changes
from scheduler.join_links import JoinLinks
from scheduler.series_service import Arranging
from tests import services
from tests.copies import Copies, copies_of, named
from tests.fakes import FakeClock
from tests.scheduler.clinic import PUBLIC_URL, Clinic

# No deadline: a busy machine is not a fault. `make long` looks at many more examples.
settings.register_profile("todoku", deadline=None)
settings.register_profile("long", deadline=None, max_examples=3000)
settings.load_profile("todoku")

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.service)]
BUSES = ["memory", pytest.param("redis", marks=pytest.mark.service)]
BUS_OF = {"sqlite": "memory", "postgresql": "redis"}

_numbers = count(1)


# What goes at its own pace, which a test beside it would slow down: real packets, real processes.
# Of the browsers' tests those with a real call (mark `call`); of media's not those on a simulated link.
ALONE = ("bench", "browser", "flows", "impairment", "media", "ops", "soak", "test_start.py")
BESIDE = ("media/test_bandwidth", "media/test_allocation", "media/test_link")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--share", choices=["all", "alone", "beside"], default="all", help=tests.__doc__)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long proofs run only when asked for by their mark: `make long`."""
    share: str = config.getoption("--share")
    left_out = {item for item in items if share != "all" and (share == "alone") != _is_alone(item)}
    if "long" not in config.option.markexpr:
        left_out |= {item for item in items if item.get_closest_marker("long")}
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]


def _is_alone(item: pytest.Item) -> bool:
    path = item.path.relative_to(Path(__file__).parent)
    if path.parts[0] == "browser":
        return item.get_closest_marker("call") is not None
    return path.parts[0] in ALONE and not path.as_posix().startswith(BESIDE)


@dataclass(frozen=True)
class Backend:
    """A database and a bus that belong together; the URLs are for tests that start processes."""

    database: Database
    bus: Bus
    database_url: str
    bus_url: str


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with services.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with services.redis() as url:
        yield url


@pytest.fixture(scope="session")
def coturn() -> Iterator[services.Turn]:
    with services.turn() as server:
        yield server


@pytest.fixture
def smtp_receiver() -> Iterator[services.Mailbox]:
    with services.Mailbox() as mailbox:
        yield mailbox


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "todoku.db"
    services.in_thread(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_copies(postgres_url: str) -> Iterator[Copies]:
    """Copies of a migrated database."""
    name = "migrated"
    services.in_thread(services.postgres_execute(postgres_url, f"CREATE DATABASE {name}"))
    services.in_thread(migrate(named(postgres_url, name)))
    with copies_of(postgres_url, name) as copies:
        yield copies


def _sqlite_copy(request: pytest.FixtureRequest) -> Iterator[str]:
    template: Path = request.getfixturevalue("sqlite_template")
    tmp_path: Path = request.getfixturevalue("tmp_path")
    copy = tmp_path / f"todoku-{next(_numbers)}.db"
    for part in template.parent.glob(template.name + "*"):  # the write-ahead log too
        shutil.copy(part, copy.with_name(part.name.replace(template.name, copy.name)))
    yield f"sqlite:///{copy}"


def _postgres_copy(request: pytest.FixtureRequest) -> Iterator[str]:
    copies: Copies = request.getfixturevalue("postgres_copies")
    with copies.one() as url:
        yield url


COPIES = {"sqlite": _sqlite_copy, "postgresql": _postgres_copy}


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated, empty database of this test's own."""
    yield from COPIES[request.param](request)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database.open(database_url)
    yield opened
    await opened.close()


def _bus_url(request: pytest.FixtureRequest, kind: str) -> str:
    return "memory:" if kind == "memory" else str(request.getfixturevalue("redis_url"))


@pytest.fixture(params=BUSES)
def bus_url(request: pytest.FixtureRequest) -> str:
    return _bus_url(request, request.param)


@pytest.fixture
async def bus(bus_url: str) -> AsyncIterator[Bus]:
    opened = open_bus(bus_url)
    yield opened
    await opened.close()


@pytest.fixture(params=DATABASES)
def backend_urls(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    for database_url in COPIES[request.param](request):
        yield database_url, _bus_url(request, BUS_OF[request.param])


@pytest.fixture
async def backend(backend_urls: tuple[str, str]) -> AsyncIterator[Backend]:
    database_url, bus_url = backend_urls
    database, bus = Database.open(database_url), open_bus(bus_url)
    yield Backend(database, bus, database_url, bus_url)
    await bus.close()
    await database.close()


@pytest.fixture
async def clinic(database: Database, clock: FakeClock) -> Clinic:
    """The scheduler's world over each database in turn."""
    return await Clinic(database, clock).open()


@pytest.fixture
def changes(clinic: Clinic) -> Changes:
    links = JoinLinks(clinic.database, clinic.clock, PUBLIC_URL, clinic.secret)
    return Changes(clinic.database, clinic.config, clinic.clock, links)


@pytest.fixture
def arranging(clinic: Clinic, changes: Changes) -> Arranging:
    return Arranging(clinic.database, clinic.config, clinic.clock, changes)
