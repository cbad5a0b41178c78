"""Grants: signed, short, bound to a room's epoch, checked with the public key alone."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.grants import Grant, GrantExpired, GrantRefused, Signer, Verifier, load_or_create_key
from core.ids import ParticipantId, PersonId, RoomId
from tests.fakes import FakeClock


@pytest.fixture
def key(tmp_path: Path) -> bytes:
    return load_or_create_key(tmp_path / "keys" / "grant.pem")


def grant(clock: FakeClock) -> Grant:
    expires_at = clock.now() + timedelta(minutes=5)
    return Grant("seat", RoomId("r"), ParticipantId("p"), PersonId("me"), "client", "山田", 3, expires_at)


def test_a_grant_survives_signing_and_verifying(key: bytes, clock: FakeClock) -> None:
    signer = Signer(key)
    token = signer.sign(grant(clock), clock.now())
    read = Verifier(signer.public_key_pem).verify(token, clock.now())
    assert replace(read, grant_id="") == replace(grant(clock), grant_id="")


def test_a_grant_expires_by_our_own_clock(key: bytes, clock: FakeClock) -> None:
    signer = Signer(key)
    token = signer.sign(grant(clock), clock.now())
    clock.advance(306)
    with pytest.raises(GrantExpired):
        Verifier(signer.public_key_pem).verify(token, clock.now())


def test_an_expired_grant_still_says_whose_it_was_to_who_asks_for_that_alone(
    key: bytes, clock: FakeClock, tmp_path: Path
) -> None:
    signer = Signer(key)
    device = replace(grant(clock), scope="publish", host_id=ParticipantId("host"))
    token = signer.sign(device, clock.now())
    clock.advance(3600)
    assert Verifier(signer.public_key_pem).verify(token, clock.now(), expired_too=True) == device
    other = Signer(load_or_create_key(tmp_path / "other.pem"))
    with pytest.raises(GrantRefused):
        Verifier(other.public_key_pem).verify(token, clock.now(), expired_too=True)


def test_a_scope_that_nobody_knows_is_refused(key: bytes, clock: FakeClock) -> None:
    signer = Signer(key)
    token = signer.sign(replace(grant(clock), scope="everything"), clock.now())  # type: ignore[arg-type]
    with pytest.raises(GrantRefused):
        Verifier(signer.public_key_pem).verify(token, clock.now())


def test_another_key_is_refused(key: bytes, clock: FakeClock, tmp_path: Path) -> None:
    other = Signer(load_or_create_key(tmp_path / "other.pem"))
    token = Signer(key).sign(grant(clock), clock.now())
    with pytest.raises(GrantRefused):
        Verifier(other.public_key_pem).verify(token, clock.now())


def test_an_unsigned_or_changed_grant_is_refused(key: bytes, clock: FakeClock) -> None:
    signer = Signer(key)
    header, claims, signature = signer.sign(grant(clock), clock.now()).split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
    changed = json.loads(base64.urlsafe_b64decode(claims + "==")) | {"role": "therapist"}
    forged = base64.urlsafe_b64encode(json.dumps(changed).encode()).decode().rstrip("=")
    verifier = Verifier(signer.public_key_pem)
    for token in ("", "a.b.c", f"{none}.{claims}.", f"{header}.{forged}.{signature}", "x" * 5000):
        with pytest.raises(GrantRefused):
            verifier.verify(token, clock.now())


def test_the_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "grant.pem"
    assert load_or_create_key(path) == load_or_create_key(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_gives_other_secrets_by_purpose_and_always_the_same(key: bytes, tmp_path: Path) -> None:
    signer, other = Signer(key), Signer(load_or_create_key(tmp_path / "other.pem"))
    assert signer.secret("links") == Signer(key).secret("links")
    assert len({signer.secret("links"), signer.secret("mail"), other.secret("links")}) == 3
    assert len(signer.secret("links")) == 32
