"""Exercises are found however their words are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.loading import library
from care.search import matches, normal, words

EVERY = library().newest


def found(query: str) -> set[str]:
    return {one.id for one in EVERY if matches(one, query)}


@pytest.mark.parametrize(
    "same",
    [
        ("ストレッチ", "すとれっち", "ｽﾄﾚｯﾁ", "ス トレッチ".replace(" ", "")),
        ("ブリッジ", "ぶりっじ", "ﾌﾞﾘｯｼﾞ", "bridge", "BRIDGE", "Ｂｒｉｄｇｅ"),
        ("ペルビック", "ぺるびっく"),
    ],
)
def test_width_kana_and_capitals_make_no_difference(same: tuple[str, ...]) -> None:
    kana = [word for word in same if not word.isascii() and normal(word) == normal(same[0])]
    assert len(kana) >= 2
    assert len({frozenset(found(word)) for word in kana}) == 1


@pytest.mark.parametrize(
    ("query", "one"),
    [
        ("ぶりっじ", "low-back-bridge"),
        ("ﾌﾞﾘｯｼﾞ", "low-back-bridge"),
        ("Ｂｒｉｄｇｅ", "low-back-bridge"),
        ("あごひき", "neck-chin-tuck"),
        ("アゴヒキ", "neck-chin-tuck"),
        ("けんこうこつ", "shoulder-blade-squeeze"),
        ("肩甲骨", "shoulder-blade-squeeze"),
        ("chin", "neck-chin-tuck"),
        ("腰　椅子", "low-back-sit-to-stand"),
        ("くび desk", "neck-turn"),
    ],
)
def test_it_is_found(query: str, one: str) -> None:
    assert one in found(query)


def test_every_word_must_be_found() -> None:
    assert found("neck wall") == set()
    assert found("") == {one.id for one in EVERY}
    assert found("どこにもない") == set()


def test_what_is_no_word_narrows_nothing() -> None:
    assert words("ー ・ 　") == []


@given(st.text())
def test_a_normal_spelling_stays_as_it_is(text: str) -> None:
    once = normal(text)
    assert normal(once) == once or not text.isascii()  # NFKC and casefold meet rarely beyond ASCII
