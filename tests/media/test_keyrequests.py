"""Key-frame requests are merged, and repeated until they have worked."""

from media.keyrequests import MAX_TRIES, KeyFrameRequests
from media.plane import PeerKey

SOURCE = (PeerKey(1), 21)


def test_the_first_request_goes_out_at_once() -> None:
    assert KeyFrameRequests().request(SOURCE, 0.0) == [SOURCE]


def test_requests_within_half_a_second_become_one() -> None:
    requests = KeyFrameRequests()
    requests.request(SOURCE, 0.0)
    assert [requests.request(SOURCE, at) for at in (0.1, 0.2, 0.4)] == [[], [], []]
    assert requests.due(0.49) == []
    assert requests.due(0.5) == [SOURCE]
    assert requests.due(0.6) == []


def test_a_newcomer_does_not_wait() -> None:
    requests = KeyFrameRequests()
    requests.request(SOURCE, 0.0)
    assert requests.request(SOURCE, 0.1, at_once=True) == [SOURCE]


def test_a_key_frame_ends_the_waiting_but_not_the_interval() -> None:
    requests = KeyFrameRequests()
    requests.request(SOURCE, 0.0)
    requests.request(SOURCE, 0.1)
    requests.started(SOURCE)
    assert requests.request(SOURCE, 0.2) == []
    assert requests.due(0.5) == [SOURCE]
    requests.started(SOURCE)
    assert requests.due(1.0) == []
    assert requests.next_due() is None


def test_a_request_without_effect_is_repeated_a_few_times() -> None:
    requests = KeyFrameRequests()
    requests.request(SOURCE, 0.0)
    times = [n for n in range(1, 20) if requests.due(n * 0.5)]
    assert times == list(range(1, MAX_TRIES))
    assert requests.next_due() is None


def test_a_publisher_who_left_is_not_asked() -> None:
    requests = KeyFrameRequests()
    requests.request(SOURCE, 0.0)
    requests.forget(SOURCE[0])
    assert requests.due(9.0) == []
