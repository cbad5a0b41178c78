"""The [chat] section: how long and how often one may write."""

from dataclasses import dataclass

from core.config import option


@dataclass(frozen=True)
class ChatConfig:
    """Limits of one writer."""

    longest_text_chars: int = option(4000, "characters of one message")
    burst_messages: int = option(20, "messages one person may send within burst_window_s")
    burst_window_s: int = option(10, "the span burst_messages speaks of")
