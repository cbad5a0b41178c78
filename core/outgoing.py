"""Requests to addresses that people from outside have given us: calendars, webhooks, push services.

Such an address must not lead into our own network: only public addresses are connected to, whatever a name
resolves to, and what was checked is what is connected to. Time and size are bounded, also of what is
compressed. No proxy, no cookies. Not here: what the answers mean.
"""

import asyncio
import ipaddress
import re
import socket
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from core.config import OutgoingConfig

MOST_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LONGEST_URL_CHARS = 2000
CHUNK_BYTES = 64 * 1024
GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Of the world by name, but not to be asked: dummies, relays of 6to4, documentation.
NOT_OF_THE_WORLD = (
    ipaddress.ip_network("192.0.0.8/32"),
    ipaddress.ip_network("192.88.99.0/24"),
    ipaddress.ip_network("3fff::/20"),
)
SCHEMES = frozenset({"http", "https"})
UNFIT = re.compile(r"[\x00-\x20\x7f\\]")
USER_AGENT = "Todoku"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Failed(Exception):
    """No usable answer; `problem` is a stable word for it."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Answer:
    """What came back: `content` whole and unpacked; names of `headers` in any case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def is_public(address: Address) -> bool:
    """Whether an address belongs to the world, also where it hides one of IPv4."""
    if isinstance(address, ipaddress.IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if address in NAT64:
            hidden = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if hidden:
            return is_public(hidden)
        if address.is_site_local:
            return False
    if any(address in network for network in NOT_OF_THE_WORLD):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def checked(url: str, config: OutgoingConfig) -> URL:
    """The address, if it may be asked as far as can be seen without asking. Raises Failed."""
    if len(url) > LONGEST_URL_CHARS or UNFIT.search(url):
        raise Failed("address_invalid")
    try:
        parsed = URL(url)
        host = parsed.host  # as it is connected to: digits of other scripts are plain ones by now
    except ValueError:
        raise Failed("address_invalid") from None
    if parsed.scheme not in SCHEMES or not host or parsed.port == 0:
        raise Failed("address_invalid")
    try:
        literal = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return parsed
    if not (config.private_addresses or is_public(literal)):
        raise Failed("address_refused")
    return parsed


class _Refused(OSError):
    """The address a name resolved to is none to connect to."""


def _public_socket(address: tuple[Any, ...]) -> socket.socket:
    """A socket for one resolved address, made right before connecting: nothing resolves anew after this."""
    family, kind, protocol, _, where = address
    if not is_public(ipaddress.ip_address(str(where[0]).partition("%")[0])):
        raise _Refused("refused")
    return socket.socket(family, kind, protocol)


class Outgoing:
    """Asks other servers. Every failure is a Failed; nothing takes longer than the configuration allows."""

    def __init__(self, config: OutgoingConfig) -> None:
        self._config = config

    async def get(self, url: str, headers: Mapping[str, str], most_bytes: int) -> Answer:
        """Follows a few redirects, each checked anew. Raises Failed."""
        async with _limits(self._config.timeout_s), self._session() as session:
            for _ in range(MOST_REDIRECTS + 1):
                at = checked(url, self._config)
                async with session.get(at, headers=headers, allow_redirects=False) as response:
                    if response.status not in REDIRECTS:
                        content = await _read(response, most_bytes)
                        return Answer(response.status, response.headers, content)
                    url = urljoin(url, response.headers.get("Location", ""))
            raise Failed("too_many_redirects")

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer; its content is not read. A redirect is an answer. Raises Failed."""
        at = checked(url, self._config)
        async with (
            _limits(self._config.timeout_s),
            self._session() as session,
            session.post(at, data=content, headers=headers, allow_redirects=False) as response,
        ):
            return response.status

    def _session(self) -> aiohttp.ClientSession:
        sockets = None if self._config.private_addresses else _public_socket
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(socket_factory=sockets, force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"},
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=self._config.timeout_s),
        )


@asynccontextmanager
async def _limits(seconds: float) -> AsyncIterator[None]:
    """Bounds the time of what is inside, and turns what goes wrong there into Failed."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise Failed("timed_out") from None
    except aiohttp.ClientConnectorError as error:
        raise Failed("address_refused" if isinstance(error.os_error, _Refused) else "unreachable") from None
    except (aiohttp.ClientError, OSError, ValueError):
        raise Failed("unreachable") from None


async def _read(response: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    """The whole body, unpacked, never more than `most_bytes` of either."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    unpack = None
    if encoding in ("gzip", "x-gzip", "deflate"):
        unpack = zlib.decompressobj(GZIP_OR_ZLIB)
    elif encoding not in ("", "identity"):
        raise Failed("unreadable")
    content, came = bytearray(), 0
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        came += len(chunk)
        if unpack is not None:
            try:
                chunk = unpack.decompress(chunk, most_bytes + 1 - len(content))
            except zlib.error:
                raise Failed("unreadable") from None
        content += chunk
        if max(came, len(content)) > most_bytes:
            raise Failed("too_large")
    return bytes(content)
