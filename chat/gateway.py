"""Socket.IO of chat, namespace /chat: subscribe, post, changes; `poke` tells to look again.

The socket promises nothing: what counts is the log. Who asks is looked up anew at every event, so an ended
session ends here too.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from aiohttp import web

from chat.messages import (
    Auth,
    Changes,
    ChangesReply,
    Poke,
    Post,
    PostedReply,
    Subscribe,
    Subscribed,
    changes_reply,
    posted_reply,
)
from chat.service import ChatService, Door, open_door
from core.errors import Unauthenticated
from core.http import Identity
from core.ids import ConversationId, PersonId
from core.inbound import Inbound
from core.sockets import Handler, Namespace, SocketServer, serve

PATH = "/chat"

Identify = Callable[[Mapping[str, str], str], Awaitable[Identity | None]]


class ChatGateway:
    """The handlers; knows of a connection only which cookies it came with."""

    def __init__(self, server: SocketServer, chat: ChatService, identify: Identify, door: Door) -> None:
        self._server = server
        self._chat = chat
        self._identify = identify
        self._door = door
        self._asking: dict[str, tuple[dict[str, str], Literal["account", "link"]]] = {}

    async def connect(self, sid: str, request: web.Request, auth: Auth) -> None:
        self._asking[sid] = (dict(request.cookies), auth.session)
        try:
            await self._who(sid)
        except Unauthenticated:
            del self._asking[sid]
            raise

    async def disconnect(self, sid: str) -> None:
        self._asking.pop(sid, None)

    async def subscribe(self, sid: str, asked: Subscribe) -> Subscribed:
        conversation_id = ConversationId(asked.conversation_id)
        person_id = await self._person(sid, conversation_id)
        await self._chat.latest(conversation_id, person_id)
        # In the room before `latest` is read: what comes in between is poked.
        await self._server.enter_room(sid, _room(conversation_id), namespace=PATH)
        return Subscribed(latest=await self._chat.latest(conversation_id, person_id))

    async def post(self, sid: str, given: Post) -> PostedReply:
        conversation_id = ConversationId(given.conversation_id)
        sender = await self._person(sid, conversation_id)
        client_message_id = str(given.client_message_id)
        return posted_reply(await self._chat.post(conversation_id, sender, client_message_id, given.text))

    async def changes(self, sid: str, asked: Changes) -> ChangesReply:
        conversation_id = ConversationId(asked.conversation_id)
        reader = await self._person(sid, conversation_id)
        return changes_reply(
            await self._chat.changes_after(conversation_id, reader, asked.after, asked.limit)
        )

    async def poke(self, conversation_id: ConversationId, sequence: int) -> None:
        """Tell everybody subscribed, in every process."""
        poke = Poke(conversation_id=conversation_id, sequence=sequence)
        room = _room(conversation_id)
        await self._server.emit("poke", poke.model_dump(mode="json"), room=room, namespace=PATH)

    async def _person(self, sid: str, conversation_id: ConversationId) -> PersonId | None:
        """Who asks, where the door lets them in."""
        who = await self._who(sid)
        await self._door(who, conversation_id)
        return who.person_id

    async def _who(self, sid: str) -> Identity:
        cookies, which = self._asking.get(sid, ({}, "account"))
        found = await self._identify(cookies, which)
        if found is None:
            raise Unauthenticated
        return found


def _room(conversation_id: ConversationId) -> str:
    return f"conv:{conversation_id}"


def attach(
    server: SocketServer, chat: ChatService, identify: Identify, door: Door = open_door
) -> ChatGateway:
    """Serve /chat on `server`, and poke after every change, whichever way it came."""
    gateway = ChatGateway(server, chat, identify, door)
    events: Mapping[str, tuple[type[Inbound], Handler]] = {
        "subscribe": (Subscribe, gateway.subscribe),
        "post": (Post, gateway.post),
        "changes": (Changes, gateway.changes),
    }
    namespace = Namespace(PATH, Auth, gateway.connect, gateway.disconnect, events)
    serve(server, namespace)
    chat.listen(gateway.poke)
    return gateway
