"""The pure rules: text, pace, and that any way of following the log ends in the same state (I17)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.model import Change, Kind, clean_text, must_wait_s
from core.errors import Invalid
from core.ids import MessageId, PersonId
from tests.chat.history import History, apply

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
TEN_S = timedelta(seconds=10)
PEOPLE = (PersonId("client"), PersonId("therapist"))


def test_line_ends_become_newlines_and_control_characters_go() -> None:
    assert clean_text("  a\r\nb\rc\u2028d\x00\x07\x1b[31m\te \n", 4000) == "a\nb\nc\nd[31m\te"


def test_an_emoji_joined_from_several_stays_whole() -> None:
    assert clean_text("👩‍⚕️", 4000) == "👩‍⚕️"


@pytest.mark.parametrize("text", ["", " \n ", "\x00", "x" * 4001])
def test_a_text_that_says_nothing_or_too_much_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        clean_text(text, 4000)
    assert caught.value.extra["errors"][0]["field"] == "text"


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    try:
        once = clean_text(text, 200)
    except Invalid:
        return
    assert clean_text(once, 200) == once


def test_twenty_messages_in_ten_seconds_pass_and_the_next_waits_for_the_oldest() -> None:
    recent = [NOW - timedelta(seconds=second / 4) for second in range(20)]
    assert must_wait_s(recent[:19], 20, TEN_S, NOW) is None
    assert must_wait_s(recent, 20, TEN_S, NOW) == 6
    assert must_wait_s(recent, 20, TEN_S, NOW + timedelta(seconds=6)) is None


def written(operations: list[tuple[int, int, int]]) -> list[Change]:
    """A log as the server would give it at its end: entries about a message carry its last state."""
    states: dict[MessageId, tuple[PersonId, str, int, bool]] = {}
    log: list[tuple[Kind, PersonId, MessageId | None, int | None]] = []
    for word, who, which in operations:
        person, alive = PEOPLE[who % 2], [one for one, state in states.items() if not state[3]]
        if word == 0 or not alive:
            message_id = MessageId(f"m{len(states)}")
            states[message_id] = (person, "said", 1, False)
            log.append((Kind.MESSAGE, person, message_id, None))
        elif word == 3:
            log.append((Kind.READ, person, None, which % (len(log) + 1)))
        else:
            message_id = alive[which % len(alive)]
            sender, _, revision, _ = states[message_id]
            states[message_id] = (sender, "" if word == 2 else f"v{revision}", revision + 1, word == 2)
            log.append((Kind.DELETE if word == 2 else Kind.EDIT, sender, message_id, None))
    return [_entry(number, *one, states) for number, one in enumerate(log, 1)]


def _entry(
    sequence: int,
    kind: Kind,
    person: PersonId,
    message_id: MessageId | None,
    read: int | None,
    states: dict[MessageId, tuple[PersonId, str, int, bool]],
) -> Change:
    _, text, revision, deleted = states[message_id] if message_id else (None, None, 0, False)
    return Change(
        sequence,
        kind,
        person,
        "",
        NOW,
        message_id=message_id,
        text=text,
        revision=revision,
        deleted=deleted,
        read_sequence=read,
    )


OPERATIONS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(0, 50)), max_size=40)


@given(OPERATIONS, OPERATIONS, st.data())
def test_a_reader_who_was_away_ends_where_one_who_reads_it_all_ends(
    before: list[tuple[int, int, int]], after: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    """The reader saw an older state up to some cursor, then overlapping pages in any order."""
    early, late = written(before), written(before + after)
    cursor = data.draw(st.integers(0, len(early)))
    history = apply(History(), early[:cursor])
    while history.cursor < len(late):
        start = data.draw(st.integers(0, history.cursor))
        page = late[start : history.cursor + data.draw(st.integers(1, 8))]
        history = apply(history, data.draw(st.permutations(page)))
    assert _state(history) == _state(apply(History(), late))


def _state(history: History) -> tuple[int, list[tuple[MessageId, str, bool]], dict[PersonId, int]]:
    shown = [(one.message_id, one.text, one.deleted) for one in history.shown()]
    return history.cursor, shown, dict(history.read)


def test_a_change_after_a_gap_is_not_taken() -> None:
    log = written([(0, 0, 0)] * 3)
    history = apply(History(), [log[0], log[2]])
    assert history.cursor == 1


def test_a_read_mark_that_comes_late_does_not_move_back() -> None:
    marks = [Change(n, Kind.READ, PEOPLE[0], "", NOW, read_sequence=mark) for n, mark in ((1, 5), (2, 3))]
    assert apply(History(), marks).read == {PEOPLE[0]: 5}
