"""ICE-lite answers authentic checks and nothing else."""

from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from media.ice import Check, Ignored, read_check

ADDRESS = ("192.0.2.1", 5000)
PASSWORD = "p" * 24


def password_of(ufrag: str) -> str | None:
    return PASSWORD if ufrag == "ours" else None


def check(username: str = "ours:theirs", password: str = PASSWORD, **attributes: object) -> bytes:
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    message = stun.Message(
        stun.Method.BINDING, stun.Class.REQUEST, attributes={"USERNAME": username, **named}
    )
    message.add_message_integrity(password.encode())
    return bytes(message)


def reason(data: bytes) -> str:
    verdict = read_check(data, ADDRESS, password_of)
    assert isinstance(verdict, Ignored)
    return verdict.reason


def test_an_authentic_check_is_answered_with_the_address_it_came_from() -> None:
    verdict = read_check(check(ICE_CONTROLLING=7), ADDRESS, password_of)
    assert isinstance(verdict, Check)
    assert (verdict.ufrag, verdict.remote_ufrag, verdict.nominated, verdict.accepted) == (
        "ours",
        "theirs",
        False,
        True,
    )
    answer = stun.parse_message(verdict.answer)
    assert answer.message_class == stun.Class.RESPONSE
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == ADDRESS
    assert answer.check_message_integrity(PASSWORD.encode())
    assert "FINGERPRINT" in answer.attributes


def test_an_address_of_the_other_family_is_told_as_the_browser_knows_it() -> None:
    verdict = read_check(check(), ("::ffff:192.0.2.1", 5000, 0, 0), password_of)
    assert isinstance(verdict, Check)
    assert stun.parse_message(verdict.answer).attributes["XOR-MAPPED-ADDRESS"] == ADDRESS


def test_nomination_is_told() -> None:
    verdict = read_check(check(USE_CANDIDATE=None), ("2001:db8::1", 5000, 0, 0), password_of)
    assert isinstance(verdict, Check)
    assert verdict.nominated


def test_whoever_wants_to_be_controlled_is_told_of_the_conflict() -> None:
    """RFC 8445 7.3.1.1; a lite agent never controls."""
    verdict = read_check(check(ICE_CONTROLLED=7, USE_CANDIDATE=None), ADDRESS, password_of)
    assert isinstance(verdict, Check)
    assert not verdict.accepted
    assert not verdict.nominated
    assert stun.parse_message(verdict.answer).error_code == 487


def test_a_wrong_password_is_ignored() -> None:
    assert reason(check(password="wrong")) == "stun_not_authentic"


def test_an_unknown_user_is_ignored() -> None:
    assert reason(check("somebody:theirs")) == "stun_unknown_user"
    assert reason(check("ours")) == "stun_unknown_user"


def test_a_check_without_fingerprint_is_ignored() -> None:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes={"USERNAME": "ours:theirs"})
    assert reason(bytes(message)) == "stun_no_fingerprint"


def test_a_check_with_a_bent_fingerprint_is_ignored() -> None:
    """aioice reads a FINGERPRINT of any length; the attribute is not covered by the integrity check."""
    original = check()
    assert reason(original[:-5] + b"\x44" + original[-4:]) == "stun_no_fingerprint"


def test_a_check_without_integrity_is_ignored() -> None:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes={"USERNAME": "ours:theirs"})
    message.add_fingerprint()
    assert reason(bytes(message)) == "stun_not_authentic"


def test_answers_and_indications_are_ignored() -> None:
    for kind in (stun.Class.RESPONSE, stun.Class.ERROR, stun.Class.INDICATION):
        message = stun.Message(stun.Method.BINDING, kind, attributes={"USERNAME": "ours:theirs"})
        message.add_message_integrity(PASSWORD.encode())
        assert reason(bytes(message)) == "stun_not_a_check"


@given(st.binary(max_size=200))
def test_no_bytes_pass_for_a_check(data: bytes) -> None:
    assert isinstance(read_check(data, ADDRESS, password_of), Ignored)


@given(st.data())
def test_no_changed_check_passes(data: st.DataObject) -> None:
    original = check(ICE_CONTROLLING=7, USE_CANDIDATE=None)
    changed = bytearray(original)
    at = data.draw(st.integers(0, len(changed) - 1))
    changed[at] ^= data.draw(st.integers(1, 255))
    assert isinstance(read_check(bytes(changed), ADDRESS, password_of), Ignored)
