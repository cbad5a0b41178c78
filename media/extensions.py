"""The header extensions a relay knows, by the ids it offers (RFC 8285). Pure; the offer's table is
media/codecs.py.
"""

from enum import IntEnum


class Extension(IntEnum):
    """Our ids. They stay below 15, so that the one-byte form (RFC 8285 4.2) is nearly always enough."""

    MID = 1  # RFC 9143
    ABS_SEND_TIME = 2
    AUDIO_LEVEL = 3  # RFC 6464
    TRANSPORT_CC = 4  # draft-holmer-rmcat-transport-wide-cc-extensions-01
    RID = 5  # RFC 8852
    REPAIRED_RID = 6  # RFC 8852
    VIDEO_ORIENTATION = 7  # 3GPP TS 26.114
    PLAYOUT_DELAY = 8
    DEPENDENCY_DESCRIPTOR = 9  # AV1 RTP payload format, appendix A
