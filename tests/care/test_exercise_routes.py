"""The library over HTTP, on both databases: lists, search, pages, one exercise, favourites, who may what."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from care.clips import Clips
from care.exercise import Exercise
from care.loading import library
from core.database import Database
from tests.care.library_site import LibrarySite, open_site
from tests.fakes import FakeClock

EVERY = [one.id for one in library().newest]
LIST = "/api/exercises"
TURN = f"{LIST}/neck-turn"


@pytest.fixture(autouse=True)
def _nothing_is_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    async def render(_self: Clips, _exercise: Exercise) -> None:
        return None

    monkeypatch.setattr(Clips, "_render", render)


@pytest.fixture
async def site(database: Database, clock: FakeClock, tmp_path: Path) -> AsyncIterator[LibrarySite]:
    async with open_site(database, clock, tmp_path / "files") as opened:
        await opened.enter("therapist")
        yield opened


async def listed(site: LibrarySite, **query: str) -> list[str]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    status, document, _ = await site.ask("GET", f"{LIST}?{asked}")
    assert status == 200, document
    return [one["exercise_id"] for one in document["exercises"]]


async def test_a_therapist_sees_every_exercise_neck_first(site: LibrarySite) -> None:
    assert await listed(site) == EVERY
    assert EVERY[0].startswith("neck")
    assert EVERY[-1].startswith("low-back")


async def test_pages_lead_to_each_other(site: LibrarySite) -> None:
    path, seen = f"{LIST}?limit=10", []
    while path:
        async with site.client.get(path, headers={"Todoku-Session": "account"}) as response:
            document: Any = await response.json()
            links: Any = response.links
        seen.append([one["exercise_id"] for one in document["exercises"]])
        path = links["next"]["url"].path_qs if "next" in links else ""
        assert (document["next"] is not None) == bool(path)
    assert [len(page) for page in seen] == [10, 10, 4]
    assert [one for page in seen for one in page] == EVERY


@pytest.mark.parametrize("cursor", ["x", "bm9ib2R5", "IngiCg", "MTIz", "_" * 300])
async def test_a_made_up_cursor_is_refused(site: LibrarySite, cursor: str) -> None:
    status, document, _ = await site.ask("GET", f"{LIST}?cursor={cursor}")
    assert (status, document["code"]) == (422, "invalid")


async def test_filters_narrow_together_with_words(site: LibrarySite) -> None:
    lying = await listed(site, region="low_back", posture="lying")
    assert set(lying) == {
        "low-back-belly-breathing",
        "low-back-bridge",
        "low-back-knee-to-chest",
        "low-back-pelvic-tilt",
    }
    assert await listed(site, region="low_back", posture="lying", tag="strength") == ["low-back-bridge"]
    assert await listed(site, q="ﾌﾞﾘｯｼﾞ") == ["low-back-bridge"]
    assert await listed(site, q="ブリッジ", region="neck") == []
    for wrong in ("region=foot", "tag=gold", "posture=flying", "limit=0", f"q={'x' * 101}", "speed=1"):
        assert (await site.ask("GET", f"{LIST}?{wrong}"))[0] == 422


async def test_an_answer_that_was_seen_is_not_sent_again(site: LibrarySite) -> None:
    for path in (LIST, TURN):
        _, _, headers = await site.ask("GET", path)
        assert (await site.ask("GET", path, {"If-None-Match": headers["ETag"]}))[0] == 304
    await site.ask("PUT", f"{TURN}/favourite")
    assert (await site.ask("GET", TURN, {"If-None-Match": headers["ETag"]}))[0] == 200


async def test_one_exercise_has_all_its_words_in_both_languages(site: LibrarySite) -> None:
    _, one, _ = await site.ask("GET", TURN)
    own = library().by_id["neck-turn"]
    assert one["texts"]["ja"]["steps"] == list(own.ja.steps)
    assert one["texts"]["en"]["cautions"] == list(own.en.cautions)
    assert one["dose"] == {"sets": 1, "reps": 5, "hold_s": 3, "sides": "each"}
    assert (one["version"], one["clip_ready"], one["favourite"]) == (1, False, False)
    assert one["figure"] == f"{TURN}/{own.edition}/figure.svg"


async def test_favourites_are_each_therapist_s_own(site: LibrarySite) -> None:
    first = site.who
    for _ in range(2):  # a second time changes nothing
        assert (await site.ask("PUT", f"{TURN}/favourite"))[0] == 204
    assert await listed(site, favourites="true") == ["neck-turn"]
    assert (await site.ask("GET", TURN))[1]["favourite"] is True
    await site.enter("therapist")
    assert await listed(site, favourites="true") == []
    site.who = first
    for _ in range(2):
        assert (await site.ask("DELETE", f"{TURN}/favourite"))[0] == 204
    assert await listed(site, favourites="true") == []


async def test_an_unknown_exercise_is_unknown(site: LibrarySite) -> None:
    for method, path in (
        ("GET", f"{LIST}/neck-nothing"),
        ("PUT", f"{LIST}/neck-nothing/favourite"),
        ("DELETE", f"{LIST}/neck-nothing/favourite"),
        ("GET", f"{TURN}/000000000000/figure.svg"),
        ("GET", f"{TURN}/000000000000/clip.mp4"),
    ):
        status, document, _ = await site.ask(method, path)
        assert (status, document["code"]) == (404, "exercise_unknown"), path


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("therapist", (200, 200, 200, 204)),
        ("staff", (200, 200, 200, 403)),
        ("client", (403, 200, 200, 403)),
        ("employer_admin", (403, 403, 403, 403)),
    ],
)
async def test_who_may_what(site: LibrarySite, role: str, statuses: tuple[int, ...]) -> None:
    figure = f"{TURN}/{library().by_id['neck-turn'].edition}/figure.svg"
    await site.enter(role)
    asked = (("GET", LIST), ("GET", TURN), ("GET", figure), ("PUT", f"{TURN}/favourite"))
    assert tuple([(await site.ask(method, path))[0] for method, path in asked]) == statuses
    site.who = None
    assert {(await site.ask(method, path))[0] for method, path in asked} == {401}
