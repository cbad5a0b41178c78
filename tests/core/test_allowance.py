"""What may be used up comes back evenly, and never beyond its bound."""

from core.allowance import Allowance


def test_it_begins_full_and_is_refused_when_used_up() -> None:
    allowance = Allowance(10, 20)
    assert [allowance.take(8, 1000.0) for _ in range(3)] == [True, True, False]
    assert allowance.left(1000.0) == 4


def test_it_comes_back_by_the_time_that_has_passed_up_to_its_bound() -> None:
    allowance = Allowance(10, 20)
    assert allowance.take(20, 1000.0)
    assert not allowance.take(6, 1000.5)
    assert allowance.take(5, 1000.5)
    assert allowance.left(2000.0) == 20


def test_what_is_spent_beyond_it_has_to_come_back_first() -> None:
    allowance = Allowance(10, 20)
    allowance.spend(25)
    assert allowance.left(1000.0) == 20  # it is long since it began
    allowance.spend(25)
    assert not allowance.take(1, 1000.5)
    assert allowance.take(4, 1001.0)


def test_a_clock_that_steps_back_gives_nothing() -> None:
    allowance = Allowance(10, 20)
    allowance.take(20, 1000.0)
    assert allowance.left(900.0) == 0
