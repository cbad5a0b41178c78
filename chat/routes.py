"""HTTP of chat: changes, messages, read marks. Parses, calls one verb, answers."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiohttp import web

from chat.errors import ConversationUnknown, HistoryReset, MessageIdReused, MessageUnknown, TooFast
from chat.messages import (
    After,
    ChangesReply,
    ConversationReply,
    NewMessage,
    NewText,
    PostedReply,
    ReadUpTo,
    SequenceReply,
    changes_reply,
    posted_reply,
)
from chat.service import ChatService, Door, open_door
from core.errors import Unauthenticated
from core.http import Route, body, identity, path_id, query, reply
from core.ids import ConversationId, PersonId

TAG = "chat"
MESSAGES = "/api/conversations/{conversation_id}/messages"
COMMON = (Unauthenticated, ConversationUnknown)


AnswersBy = Callable[[PersonId], Awaitable[datetime | None]]


async def no_promise(_therapist_id: PersonId) -> datetime | None:
    """For a house without therapists who promise anything."""
    return None


class ChatRoutes:
    """The handlers."""

    def __init__(self, chat: ChatService, door: Door, answers_by: AnswersBy) -> None:
        self._chat = chat
        self._door = door
        self._answers_by = answers_by

    async def about(self, request: web.Request) -> web.Response:
        conversation_id, reader = _conversation(request), await self._person(request)
        latest, therapist_id = await self._chat.about(conversation_id, reader)
        by = None if therapist_id is None else await self._answers_by(therapist_id)
        return reply(ConversationReply(conversation_id=conversation_id, latest=latest, answers_by=by))

    async def changes(self, request: web.Request) -> web.Response:
        reader = await self._person(request)
        asked = query(request, After)
        page = await self._chat.changes_after(_conversation(request), reader, asked.after, asked.limit)
        return reply(changes_reply(page))

    async def post(self, request: web.Request) -> web.Response:
        sender = await self._person(request)
        given = await body(request, NewMessage)
        posted = await self._chat.post(
            _conversation(request), sender, str(given.client_message_id), given.text
        )
        return reply(posted_reply(posted), 201 if posted.created else 200)

    async def edit(self, request: web.Request) -> web.Response:
        sender = await self._person(request)
        given = await body(request, NewText)
        message_id = path_id(request, "message_id")
        sequence = await self._chat.edit(_conversation(request), sender, message_id, given.text)
        return reply(SequenceReply(sequence=sequence))

    async def delete(self, request: web.Request) -> web.Response:
        sender = await self._person(request)
        await self._chat.delete(_conversation(request), sender, path_id(request, "message_id"))
        return web.Response(status=204)

    async def read(self, request: web.Request) -> web.Response:
        reader = await self._person(request)
        given = await body(request, ReadUpTo)
        mark = await self._chat.mark_read(_conversation(request), reader, given.sequence)
        return reply(SequenceReply(sequence=mark))

    async def _person(self, request: web.Request) -> PersonId | None:
        """Who asks, where the door lets them in."""
        who = identity(request)
        await self._door(who, _conversation(request))
        return who.person_id


def _conversation(request: web.Request) -> ConversationId:
    return ConversationId(path_id(request, "conversation_id"))


def routes(chat: ChatService, door: Door = open_door, answers_by: AnswersBy = no_promise) -> list[Route]:
    """Everything under /api that chat serves."""
    at = ChatRoutes(chat, door, answers_by)
    return [*_reading(at), *_writing(at)]


def _reading(at: ChatRoutes) -> list[Route]:
    return [
        Route(
            "GET",
            "/api/conversations/{conversation_id}",
            at.about,
            "A conversation, and by when its therapist answers",
            response=ConversationReply,
            tag=TAG,
            errors=COMMON,
        ),
        Route(
            "GET",
            "/api/conversations/{conversation_id}/changes",
            at.changes,
            "What happened after a cursor",
            query=After,
            response=ChangesReply,
            tag=TAG,
            errors=(*COMMON, HistoryReset),
        ),
        Route(
            "POST",
            "/api/conversations/{conversation_id}/read",
            at.read,
            "Say how far one has read; never moves back",
            body=ReadUpTo,
            response=SequenceReply,
            tag=TAG,
            errors=COMMON,
        ),
    ]


def _writing(at: ChatRoutes) -> list[Route]:
    return [
        Route(
            "POST",
            MESSAGES,
            at.post,
            "Write a message; 200 instead of 201 for one sent again",
            body=NewMessage,
            response=PostedReply,
            status=201,
            tag=TAG,
            errors=(*COMMON, MessageIdReused, TooFast),
        ),
        Route(
            "PATCH",
            MESSAGES + "/{message_id}",
            at.edit,
            "Change an own message",
            body=NewText,
            response=SequenceReply,
            tag=TAG,
            errors=(*COMMON, MessageUnknown),
        ),
        Route(
            "DELETE",
            MESSAGES + "/{message_id}",
            at.delete,
            "Delete an own message",
            status=204,
            tag=TAG,
            errors=(*COMMON, MessageUnknown),
        ),
    ]
