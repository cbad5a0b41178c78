"""TURN servers as a browser takes them, with credentials that open an allocation for some minutes. Pure.

The TURN server and we share a secret (coturn's `use-auth-secret`, draft-uberti-behave-turn-rest-00): the name
says until when it is good, the password proves that it came from us, and nothing is stored anywhere. An
allocation that stands is refreshed beyond that time, so a call outlives its credentials; a new one needs new
ones. They are given only to who gets a grant or an offer. Not here: TURN itself, which the media never
notices (docs/OPERATIONS.md).
"""

import base64
import hashlib
import hmac
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from core.ids import ParticipantId
from signaling.config import TurnConfig

TAG_CHARS = 16


class IceServer(BaseModel):
    """One entry of RTCConfiguration.iceServers."""

    model_config = ConfigDict(frozen=True)

    urls: list[str]
    username: str = Field(description="until when it is good, in seconds since 1970")
    credential: str


def ice_servers(config: TurnConfig, participant_id: ParticipantId, now: datetime) -> list[IceServer]:
    """What this participant may use from now on; nothing when no TURN server is configured."""
    if not config.urls:
        return []
    username = f"{int(now.timestamp()) + config.ttl_s}:{_tag(config.secret, participant_id)}"
    digest = hmac.digest(config.secret.encode(), username.encode(), "sha1")  # the scheme says SHA-1
    credential = base64.b64encode(digest).decode()
    return [IceServer(urls=list(config.urls), username=username, credential=credential)]


def _tag(secret: str, participant_id: ParticipantId) -> str:
    """The same for all credentials of one participant, so that the server's quota counts per person.

    Keyed, because names go over the line in the clear and into the TURN server's log.
    """
    return hmac.new(secret.encode(), participant_id.encode(), hashlib.sha256).hexdigest()[:TAG_CHARS]
