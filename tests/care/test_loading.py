"""A file that cannot be used is refused with its name and the place in it."""

from pathlib import Path

import pytest

from care.loading import FOLDER, BadExercise, load, read

NAME = "neck-turn-v1.toml"
GOOD = (FOLDER / NAME).read_text(encoding="utf-8")


def written(folder: Path, text: str, name: str = NAME) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('region = "neck"', 'region = "elbow"', "region"),
        ('region = "neck"', 'region = "shoulder"', "an id begins with its region"),
        ('tags = ["desk"', 'tags = ["office"', "tags.0"),
        ("reps = 5\nhold_s = 3", "sets = 1", "a dose needs reps or hold_s"),
        ("version = 1", "version = 0", "version"),
        ("[en]", "[fr]", "fr: Extra inputs"),
        ("cautions = [", "caution = [", "ja.cautions: Field required"),
        ("{ at_s = 1.6,", "{ at_s = 3.0,", "frames begin at 0, follow each other"),
        ("turn = [62, 0]", "turn = [140, 0]", "turn_head"),
        ("{ at_s = 0.0 }", "{ at_s = 0.0, right_hand = [200, 200, 0] }", "cm away"),
        ("turn = [62, 0]", "right_hand = [0, 40, 0]", "a limb is given by its joints"),
        ("still_s = 2.2", "still_s = 8.0\nspeed = 2", "motion.speed"),
        ("[ja]", "[ja", "neck-turn-v1.toml"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(BadExercise) as refused:
        read(written(tmp_path, GOOD.replace(old, new, 1)))
    assert NAME in str(refused.value)
    assert said in str(refused.value)


def test_a_file_is_named_after_what_is_in_it(tmp_path: Path) -> None:
    with pytest.raises(BadExercise, match=r"must be named neck-turn-v1\.toml"):
        read(written(tmp_path, GOOD, "neck-turn-v2.toml"))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"\xff\xfe")
    with pytest.raises(BadExercise):
        read(tmp_path / NAME)


def test_an_older_version_stays_beside_the_newest(tmp_path: Path) -> None:
    old = read(written(tmp_path, GOOD))
    new = read(written(tmp_path, GOOD.replace("version = 1", "version = 2"), "neck-turn-v2.toml"))
    found = load(tmp_path)
    assert [one.version for one in found.newest] == [2]
    assert found.by_id["neck-turn"] == new
    assert found.by_edition["neck-turn", old.edition] == old
    assert old.edition != new.edition


def test_an_edition_changes_with_the_file(tmp_path: Path) -> None:
    first = read(written(tmp_path, GOOD)).edition
    assert read(written(tmp_path, GOOD)).edition == first
    assert read(written(tmp_path, GOOD + "# a word more\n")).edition != first
