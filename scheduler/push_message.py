"""Web push: a message for one browser, encrypted so that the push service cannot read it, and who sends it.

RFC 8291 (encryption, in one record of RFC 8188) and RFC 8292 (VAPID: the sender's signature). Pure but for
the random parts and the key file. Not here: whom to tell what (push.py).
"""

import base64
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

RECORD_BYTES = 4096  # what every push service takes
LAST_RECORD = b"\x02"
PADDED_BYTES = 512  # so that its length does not tell what a message is about
TOKEN_LASTS = timedelta(hours=12)
POINT_BYTES, AUTH_BYTES = 65, 16


@dataclass(frozen=True)
class BrowserKeys:
    """Of a subscription: the browser's public key and a shared secret, as bytes."""

    public: bytes
    auth: bytes

    @classmethod
    def of(cls, p256dh: str, auth: str) -> "BrowserKeys":
        """From the text a page gives. Raises ValueError for what is no such key."""
        found = cls(unpacked(p256dh), unpacked(auth))
        if len(found.public) != POINT_BYTES or len(found.auth) != AUTH_BYTES:
            raise ValueError("not the keys of a subscription")
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), found.public)
        return found


@dataclass(frozen=True)
class Ephemeral:
    """What is new for each message."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))


def encrypted(content: bytes, keys: BrowserKeys, ephemeral: Ephemeral, pad_to: int = PADDED_BYTES) -> bytes:
    """The body for the push service (aes128gcm)."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys.public)
    ours = point(ephemeral.key)
    shared = _hkdf(
        keys.auth, b"WebPush: info\0" + keys.public + ours, 32, ephemeral.key.exchange(ec.ECDH(), theirs)
    )
    key = _hkdf(ephemeral.salt, b"Content-Encoding: aes128gcm\0", 16, shared)
    nonce = _hkdf(ephemeral.salt, b"Content-Encoding: nonce\0", 12, shared)
    padded = content + LAST_RECORD + bytes(max(0, pad_to - len(content)))
    head = ephemeral.salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return head + AESGCM(key).encrypt(nonce, padded, None)


def _hkdf(salt: bytes, info: bytes, length: int, secret: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def authorization(endpoint: str, key: ec.EllipticCurvePrivateKey, contact: str, now: datetime) -> str:
    """The header by which the push service knows the sender."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": now + TOKEN_LASTS, "sub": contact}
    return f"vapid t={jwt.encode(claims, key, algorithm='ES256')}, k={packed(point(key))}"


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Its public half, as browsers and push services write it."""
    return key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def packed(data: bytes) -> str:
    """Base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpacked(text: str) -> bytes:
    """Raises ValueError."""
    return base64.urlsafe_b64decode(text.rstrip("=").encode("ascii") + b"=" * (-len(text.rstrip("=")) % 4))


def load_or_create_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The sender's key at `path`; made once, readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
        try:
            os.link(partial, path)  # whole or not at all
        except FileExistsError:  # another process was quicker
            pass
        finally:
            partial.unlink()
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError(f"{path} holds no P-256 key")
    return key
