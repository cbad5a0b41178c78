"""When to ask a publisher for a key frame. Pure.

A key frame costs the publisher ten times a usual one: requests within half a second are one request, sent
when that time is over unless the frame has come meanwhile. A newcomer does not wait. A request that brings
no key frame (it may be lost too) is repeated a few times.
"""

from dataclasses import dataclass

from media.plane import PeerKey

SourceKey = tuple[PeerKey, int]  # peer and SSRC

MIN_INTERVAL_S = 0.5
MAX_TRIES = 4  # a camera that is off answers never


@dataclass
class _Request:
    sent_at: float
    tries: int
    held_back: bool = False


class KeyFrameRequests:
    """Open requests, by source."""

    def __init__(self) -> None:
        self._open: dict[SourceKey, _Request] = {}

    def request(self, source: SourceKey, now: float, at_once: bool = False) -> list[SourceKey]:
        """Somebody needs a key frame. Gives the source when it is to be asked now."""
        earlier = self._open.get(source)
        if earlier is None or at_once or now - earlier.sent_at >= MIN_INTERVAL_S:
            self._open[source] = _Request(now, 1)
            return [source]
        earlier.held_back = True
        return []

    def started(self, source: SourceKey) -> None:
        """A key frame began: nobody waits any more. The interval goes on."""
        request = self._open.get(source)
        if request is not None:
            request.held_back, request.tries = False, MAX_TRIES

    def due(self, now: float) -> list[SourceKey]:
        """Sources to be asked (again) now."""
        asked = []
        for source, request in list(self._open.items()):
            if now - request.sent_at < MIN_INTERVAL_S:
                continue
            if request.held_back:
                self._open[source] = _Request(now, 1)
            elif request.tries < MAX_TRIES:
                request.sent_at, request.tries = now, request.tries + 1
            else:
                del self._open[source]
                continue
            asked.append(source)
        return asked

    def next_due(self) -> float | None:
        """When `due` has something to look at; None when no request is open."""
        return min((r.sent_at + MIN_INTERVAL_S for r in self._open.values()), default=None)

    def forget(self, peer: PeerKey) -> None:
        """The publisher is gone."""
        self._open = {source: r for source, r in self._open.items() if source[0] != peer}
