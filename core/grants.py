"""Signed rights to enter a room (JWT, EdDSA).

A relay needs only the public key. What a grant allows is decided by who reads it; nothing is stored here.
"""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Denied
from core.ids import ParticipantId, PersonId, RoomId, new_id

ALGORITHM = "EdDSA"
AUDIENCE = "todoku-room"
LEEWAY = timedelta(seconds=5)  # clocks of two hosts

Scope = Literal["wait", "seat", "publish", "watch"]


class GrantRefused(Denied):
    """The grant is not ours, was changed, or belongs to an earlier epoch of the room."""

    code = "grant_refused"
    title = "This right to enter is not valid; open the join link again"


class GrantExpired(Denied):
    """The grant's five minutes are over; a new one is given on entering again."""

    code = "grant_expired"
    title = "This right to enter has expired; open the join link again"


@dataclass(frozen=True)
class Grant:
    """Who may do what in which room. `wait`: the waiting room; `seat`: a seat in the call.

    `publish` and `watch` are for a device of one of the people: `participant_id` is the device's own, and
    `host_id` that of whoever let it in.
    """

    scope: Scope
    room_id: RoomId
    participant_id: ParticipantId
    person_id: PersonId
    role: str
    name: str
    epoch: int
    expires_at: datetime
    grant_id: str = field(default_factory=new_id)
    host_id: ParticipantId | None = None


class Signer:
    """Signs grants."""

    def __init__(self, private_key_pem: bytes) -> None:
        key = serialization.load_pem_private_key(private_key_pem, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("the grant key must be an Ed25519 private key in PEM")
        self._key = key

    @property
    def public_key_pem(self) -> bytes:
        return self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def secret(self, purpose: str) -> bytes:
        """32 bytes for one other purpose (RFC 5869): who knows them can neither sign nor tell the key."""
        derivation = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode())
        return derivation.derive(self._key.private_bytes_raw())

    def sign(self, grant: Grant, now: datetime) -> str:
        """The grant as a token."""
        claims = {
            "aud": AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": int(grant.expires_at.timestamp()),
            "jti": grant.grant_id,
            "sub": grant.person_id,
            "scope": grant.scope,
            "room": grant.room_id,
            "participant": grant.participant_id,
            "role": grant.role,
            "name": grant.name,
            "epoch": grant.epoch,
            **({"host": grant.host_id} if grant.host_id is not None else {}),
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)


class Verifier:
    """Checks grants with the public key alone."""

    def __init__(self, public_key_pem: bytes) -> None:
        self._key = serialization.load_pem_public_key(public_key_pem)

    def verify(self, token: str, now: datetime, *, expired_too: bool = False) -> Grant:
        """The grant in `token`; `expired_too`: whose it was counts, not until when.

        Raises GrantRefused or GrantExpired.
        """
        options = {"verify_exp": False, "verify_iat": False, "require": ["exp", "iat", "jti", "sub"]}
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM], audience=AUDIENCE, options=options)  # type: ignore[arg-type]
            grant = _grant(claims)
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError):
            raise GrantRefused from None
        if not expired_too and now > grant.expires_at + LEEWAY:  # our own clock, so that tests can move it
            raise GrantExpired
        return grant


def _grant(claims: dict[str, Any]) -> Grant:
    if claims["scope"] not in get_args(Scope):
        raise ValueError("a scope that is none of ours")
    return Grant(
        scope=claims["scope"],
        room_id=RoomId(claims["room"]),
        participant_id=ParticipantId(claims["participant"]),
        person_id=PersonId(claims["sub"]),
        role=claims["role"],
        name=claims["name"],
        epoch=int(claims["epoch"]),
        expires_at=datetime.fromtimestamp(int(claims["exp"]), UTC),
        grant_id=claims["jti"],
        host_id=claims.get("host"),
    )


def load_or_create_key(path: Path) -> bytes:
    """The private key's PEM at `path`; made once, readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was quicker
            return path.read_bytes()
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
    return path.read_bytes()
