"""A call that outlasts its time: link, session and chat last as long as it does, and no longer."""

from datetime import timedelta

import pytest

from accounts.entry import Accounts
from chat.errors import ConversationUnknown
from chat.service import Door
from core.http import LINK_COOKIE, Identity
from core.ids import ConversationId
from server.chat_door import chat_door
from signaling.errors import RoomEnded, SessionOver
from signaling.model import EndReason
from tests.accounts.people import accounts_on
from tests.signaling.world import World

LONG = timedelta(hours=3)


async def link_of(world: World) -> str:
    """The token that was mailed."""
    visit = await world.clinic.service.visit(world.booking_id, world.client, world.clock.now())
    return (await world.clinic.service.links.ensure(visit, mailed=True)).rpartition("/")[2]


async def identified(accounts: Accounts, token: str) -> Identity:
    """Whom a session of the link's belongs to; fails where it has ended."""
    found = await accounts.identify({LINK_COOKIE: token}, "link")
    assert found is not None
    return found


def door_of(world: World) -> Door:
    running = world.signaling.calls.running
    return chat_door(world.clinic.service.visit, running, world.database, world.clock)


async def conversation(world: World, room_id: str) -> ConversationId:
    return (await world.call(room_id)).room.conversation_id


async def test_a_call_that_outlasts_its_time_keeps_its_chat_and_takes_a_reload_back_in(world: World) -> None:
    accounts = accounts_on(world.database, world.clock)
    link = await link_of(world)
    session = (await accounts.exchange(link)).entered.token
    client, _, _ = await world.both_in_call()
    conversation_id = await conversation(world, client.room_id)
    world.clock.advance(LONG.total_seconds())
    who = await identified(accounts, session)
    await door_of(world)(who, conversation_id)
    assert (await world.enter(who, client.tab_id)).id == client.id
    again = (await accounts.exchange(link)).entered
    assert (await world.enter(again.identity)).id == client.id

    await world.signaling.calls.end(client.room_id, "staff", EndReason.STAFF)
    with pytest.raises(ConversationUnknown):
        await door_of(world)(who, conversation_id)
    with pytest.raises(RoomEnded):
        await world.enter(who)


async def test_without_a_call_nobody_writes_or_comes_in_after_the_time(world: World) -> None:
    accounts = accounts_on(world.database, world.clock)
    session = (await accounts.exchange(await link_of(world))).entered.token
    room_id = (await world.enter(world.client)).room_id
    conversation_id = await conversation(world, room_id)
    await door_of(world)(await identified(accounts, session), conversation_id)
    world.clock.advance(LONG.total_seconds())
    who = await identified(accounts, session)
    with pytest.raises(ConversationUnknown):
        await door_of(world)(who, conversation_id)
    with pytest.raises(SessionOver):
        await world.enter(who)
