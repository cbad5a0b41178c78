"""The two that are measured, each as one process, and how people get into calls on them.

Both get the same people: real ICE, DTLS and SRTP (peer.py). With the relay a person is one transport; with
Janus one for sending and one for receiving, as its videoroom has it. Measured elsewhere: load.py.
"""

import asyncio
import json
import subprocess
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from bench.relay.description import Description, read, write
from bench.relay.peer import CONNECT_S, HOST, Peer
from media.dtls import Certificate

PLUGIN = "janus.plugin.videoroom"
WORKSHOP = 0  # the room of many


@dataclass
class Person:
    """Somebody in a room: through which transports they send and receive; `name` is unique."""

    room: int
    name: str
    sender: Peer | None = None
    receiver: Peer | None = None
    feed: int = 0

    @property
    def peers(self) -> list[Peer]:
        return list({id(peer): peer for peer in (self.sender, self.receiver) if peer is not None}.values())


class Subject(Protocol):
    """Brings people into rooms of one running process."""

    async def open(self) -> None: ...
    async def join(self, room: int, name: str, publishes: bool = True) -> Person: ...
    async def see(self, person: Person, others: list[Person]) -> None: ...
    async def close(self) -> None: ...


class Todoku:
    """The relay, by lines of JSON over TCP (relay_process.py)."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._certificate = Certificate.generateCertificate()
        self._lock = asyncio.Lock()
        self._peers: list[Peer] = []

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(HOST, self._port)

    async def join(self, room: int, name: str, publishes: bool = True) -> Person:
        peer, watches = Peer(self._certificate), room != WORKSHOP or not publishes
        offer = read((await self._ask(do="join", room=room, name=name))["sdp"])
        answer = peer.answer(offer, publishes, watches)
        await self._ask(do="answer", room=room, name=name, sdp=write(answer))
        await peer.connect(offer)
        self._peers.append(peer)
        return Person(room, name, peer if publishes else None, peer if watches else None)

    async def see(self, person: Person, others: list[Person]) -> None:
        """The relay shows everybody the others unasked."""

    async def _ask(self, **request: Any) -> dict[str, Any]:
        async with self._lock:
            self._writer.write(json.dumps(request).encode() + b"\n")
            answer: dict[str, Any] = json.loads(await self._reader.readline())
        return answer

    async def close(self) -> None:
        await asyncio.gather(*(peer.close() for peer in self._peers))
        self._writer.close()


class Janus:
    """Janus' videoroom, by its WebSocket API."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._certificate = Certificate.generateCertificate()
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._rooms: dict[int, asyncio.Task[Any]] = {}
        self._up: dict[int, asyncio.Event] = {}
        self._peers: list[Peer] = []

    async def open(self) -> None:
        self._http = aiohttp.ClientSession()
        self._ws = await self._http.ws_connect(f"ws://{HOST}:{self._port}", protocols=("janus-protocol",))
        self._reader = asyncio.create_task(self._read())
        self._session = (await self._ask(janus="create"))["data"]["id"]
        self._control = await self._attach()

    async def join(self, room: int, name: str, publishes: bool = True) -> Person:
        if room not in self._rooms:
            self._rooms[room] = asyncio.create_task(self._create(room))
        await self._rooms[room]
        if not publishes:
            return Person(room, name)
        peer = Peer(self._certificate)
        body = {"request": "joinandconfigure", "room": room + 1, "ptype": "publisher", "display": name}
        handle = await self._attach()
        up = self._up[handle] = asyncio.Event()
        event = await self._message(handle, body, "offer", peer.offer())
        await peer.connect(read(event["jsep"]["sdp"]))
        async with asyncio.timeout(CONNECT_S):
            await up.wait()  # before, nobody can ask for what they send
        self._peers.append(peer)
        return Person(room, name, peer, feed=event["plugindata"]["data"]["id"])

    async def see(self, person: Person, others: list[Person]) -> None:
        """One subscription for all of them."""
        handle = await self._attach()
        streams = [{"feed": other.feed} for other in others]
        body = {"request": "join", "room": person.room + 1, "ptype": "subscriber", "streams": streams}
        offer = read((await self._message(handle, body))["jsep"]["sdp"])
        peer = Peer(self._certificate)
        await self._message(handle, {"request": "start"}, "answer", peer.answer(offer, publishes=False))
        await peer.connect(offer)
        self._peers.append(peer)
        person.receiver = peer

    async def _create(self, room: int) -> None:
        # Neither a cap on the bitrate nor regular requests for key frames.
        wishes: dict[str, Any] = {
            "publishers": 100,
            "bitrate": 0,
            "fir_freq": 0,
            "audiocodec": "opus",
            "videocodec": "vp8",
        }
        await self._message(self._control, {"request": "create", "room": room + 1, **wishes})

    async def _attach(self) -> int:
        answer = await self._ask(janus="attach", plugin=PLUGIN, session_id=self._session)
        return int(answer["data"]["id"])

    async def _message(
        self, handle: int, body: dict[str, Any], kind: str = "", own: Description | None = None
    ) -> dict[str, Any]:
        request = {"janus": "message", "session_id": self._session, "handle_id": handle, "body": body}
        if own is not None:
            request["jsep"] = {"type": kind, "sdp": write(own)}
        return await self._ask(**request)

    async def _ask(self, **request: Any) -> dict[str, Any]:
        transaction = str(len(self._waiting))
        answered = self._waiting[transaction] = asyncio.get_running_loop().create_future()
        await self._ws.send_str(json.dumps({**request, "transaction": transaction}))
        async with asyncio.timeout(CONNECT_S):
            answer: dict[str, Any] = await answered
        problem = answer.get("error") or answer.get("plugindata", {}).get("data", {}).get("error")
        if problem:
            raise ConnectionError(f"Janus: {problem}")
        return answer

    async def _read(self) -> None:
        async for message in self._ws:
            answer = json.loads(message.data)
            if answer["janus"] == "webrtcup" and answer["sender"] in self._up:
                self._up[answer["sender"]].set()
            waiting = self._waiting.get(answer.get("transaction", ""))
            if waiting is not None and not waiting.done() and answer["janus"] != "ack":
                waiting.set_result(answer)

    async def close(self) -> None:
        await asyncio.gather(*(peer.close() for peer in self._peers))
        self._reader.cancel()
        await self._ws.close()
        await self._http.close()


SUBJECTS: dict[str, type[Todoku] | type[Janus]] = {"todoku": Todoku, "janus": Janus}


def ended(process: "subprocess.Popen[str]") -> None:
    """End a measured process."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
