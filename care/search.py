"""Finds exercises by words, in Japanese and English, however they are typed (pure).

Half or full width, hiragana or katakana, capitals and long vowels make no difference; titles are also found
by their reading. Every word that was typed must be found somewhere.
"""

import re
import unicodedata
from functools import lru_cache

from care.exercise import Exercise

KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
SILENT = re.compile(r"[\s\u30fc\-_・、。,.()（）/~〜]+")

REGION_WORDS = {
    "neck": "首 くび neck",
    "shoulder": "肩 かた 肩こり shoulder",
    "low_back": "腰 こし 腰まわり low back lower back lumbar",
}
POSTURE_WORDS = {
    "sitting": "座る 座位 すわる 椅子 sitting seated",
    "standing": "立つ 立位 たつ standing",
    "lying": "寝る ねる あお向け 仰向け lying",
    "four_point": "四つばい よつばい four point all fours",
}
TAG_WORDS = {
    "desk": "デスク 机 職場 仕事中 desk office work",
    "no_equipment": "道具なし no equipment",
    "chair": "椅子 いす chair",
    "wall": "壁 かべ wall",
    "mat": "マット 床 mat floor",
    "mobility": "動かす ほぐす 可動 mobility",
    "strength": "筋力 きんりょく 鍛える strength",
    "stretch": "ストレッチ 伸ばす stretch",
    "breathing": "呼吸 こきゅう 深呼吸 breathing breath",
    "balance": "バランス balance",
}


def normal(text: str) -> str:
    """One spelling for all ways to type the same: "ｽﾄﾚｯﾁ" and "すとれっち" are equal."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return SILENT.sub("", folded.translate(KATAKANA))


def words(query: str) -> list[str]:
    """What was typed, word by word."""
    return [word for part in unicodedata.normalize("NFKC", query).split() if (word := normal(part))]


def matches(exercise: Exercise, query: str) -> bool:
    """Whether every word is found."""
    known = _searched(exercise)
    return all(word in known for word in words(query))


@lru_cache(maxsize=512)
def _searched(exercise: Exercise) -> str:
    parts = [REGION_WORDS[exercise.region], POSTURE_WORDS[exercise.posture]]
    parts += [TAG_WORDS[tag] for tag in exercise.tags]
    for own in (exercise.ja, exercise.en):
        parts += [own.title, own.reading, own.aim]
    return "\n".join(normal(part) for part in parts)
