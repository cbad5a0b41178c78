"""Receiver statistics as RFC 3550 A.1, A.3 and A.8 define them."""

from media.reception import Reception, ReceptionCount, fraction_lost


def counted(sequences: list[int]) -> ReceptionCount:
    reception = Reception(90000)
    for at, sequence in enumerate(sequences):
        reception.received(sequence, at * 3000, at / 30)
    return reception.count()


def test_nothing_received_counts_nothing() -> None:
    assert counted([]) == ReceptionCount()


def test_loss_is_expected_less_received() -> None:
    count = counted([10, 11, 14])
    assert (count.expected_packets, count.received_packets, count.lost_packets) == (5, 3, 2)


def test_the_highest_number_counts_its_cycles() -> None:
    assert counted([65535, 0, 1]).extended_highest == 0x10001


def test_a_late_packet_is_no_loss() -> None:
    assert counted([10, 12, 11]).lost_packets == 0


def test_one_far_jump_is_ignored_and_two_in_a_row_begin_anew() -> None:
    assert counted([10, 40000]).extended_highest == 10
    assert counted([10, 40000, 40001]).extended_highest == 40001


def test_steady_arrival_has_no_jitter() -> None:
    assert counted(list(range(50))).jitter == 0


def test_jitter_is_the_smoothed_difference_of_transit_times() -> None:
    reception = Reception(90000)
    reception.received(1, 0, 0.0)
    reception.received(2, 3000, 3000 / 90000 + 0.016)  # 1440 units late: 1/16 of it
    assert reception.count().jitter == 90


def test_the_fraction_is_of_the_interval_alone() -> None:
    before = ReceptionCount(received_packets=90, expected_packets=100)
    assert fraction_lost(before, ReceptionCount(received_packets=165, expected_packets=200)) == 64
    assert fraction_lost(before, ReceptionCount(received_packets=190, expected_packets=200)) == 0
    assert fraction_lost(before, before) == 0
