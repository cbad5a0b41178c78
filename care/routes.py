"""The HTTP edge of the exercise library: lists and texts as JSON, figures, posters and clips as files."""

from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from care import messages as m
from care.errors import ClipNotReady, ExerciseUnknown
from care.exercises import Exercises, Wanted
from core.errors import Denied, Unauthenticated
from core.http import Identity, Route, identity, path_id, query, require
from core.pages import answer, key_cursor, key_of, next_page

ONE = m.BASE + "/{exercise_id}"
FILES = ONE + "/{edition}"
TAG = "exercises"
FOR_EVER = "private, max-age=31536000, immutable"  # the edition stands in the address
# Opened by itself, a figure may do nothing but move.
FIGURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
WHO = (Unauthenticated, Denied)


def routes(exercises: Exercises) -> list[Route]:
    """Every operation of the library."""
    edge = _Edge(exercises)
    return [*_reading(edge), *_favourites(edge), *_files(edge)]


def _reading(edge: "_Edge") -> list[Route]:
    return [
        Route(
            "GET",
            m.BASE,
            edge.list,
            "Exercises, by words and filters; more by the Link of the answer",
            query=m.ExercisesQuery,
            response=m.ExercisesReply,
            tag=TAG,
            errors=WHO,
        ),
        Route(
            "GET",
            ONE,
            edge.one,
            "One exercise; its clip is begun to be made where it is missing",
            response=m.ExerciseReply,
            tag=TAG,
            errors=(*WHO, ExerciseUnknown),
        ),
    ]


def _favourites(edge: "_Edge") -> list[Route]:
    path, errors = ONE + "/favourite", (*WHO, ExerciseUnknown)
    return [
        Route("PUT", path, edge.mark, "Mark it as a favourite", status=204, tag=TAG, errors=errors),
        Route("DELETE", path, edge.unmark, "Take the mark away", status=204, tag=TAG, errors=errors),
    ]


def _files(edge: "_Edge") -> list[Route]:
    unknown, unready = (*WHO, ExerciseUnknown), (*WHO, ExerciseUnknown, ClipNotReady)
    found = [
        ("/figure.svg", edge.figure, "The figure, which moves by itself", "image/svg+xml", unknown),
        ("/clip.mp4", edge.clip, "The clip; ranges are answered", "video/mp4", unready),
        ("/poster.png", edge.poster, "A picture of the clip", "image/png", unready),
    ]
    return [
        Route("GET", FILES + path, handler, summary, content_type=kind, tag=TAG, errors=errors)
        for path, handler, summary, kind, errors in found
    ]


class _Edge:
    def __init__(self, exercises: Exercises) -> None:
        self._exercises = exercises

    async def list(self, request: web.Request) -> web.Response:
        who, asked = require(request, "therapist", "staff"), query(request, m.ExercisesQuery)
        wanted = Wanted(asked.q, asked.region, asked.posture, asked.tag, asked.favourites)
        found, more = await self._exercises.search(who, wanted, asked.limit, key_of(asked.cursor))
        cursor = key_cursor(found[-1].exercise.id) if more else None
        following = next_page(request, cursor) if cursor else None
        page = m.ExercisesReply(exercises=[m.summary(one) for one in found], next=cursor)
        return answer(request, page, following=following)

    async def one(self, request: web.Request) -> web.Response:
        found, clip_ready = await self._exercises.one(identity(request), path_id(request, "exercise_id"))
        return answer(request, m.whole(found, clip_ready))

    async def mark(self, request: web.Request) -> web.Response:
        return await self._mark(request, True)

    async def unmark(self, request: web.Request) -> web.Response:
        return await self._mark(request, False)

    async def _mark(self, request: web.Request, favourite: bool) -> web.Response:
        who = require(request, "therapist")
        await self._exercises.mark(who, path_id(request, "exercise_id"), favourite)
        return web.Response(status=204)

    async def figure(self, request: web.Request) -> web.Response:
        edition = path_id(request, "edition")
        drawn = await self._exercises.figure(identity(request), path_id(request, "exercise_id"), edition)
        headers = {"ETag": f'"{edition}"', "Cache-Control": FOR_EVER}
        if any(tag.value in (edition, "*") for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        headers["Content-Security-Policy"] = FIGURE_POLICY
        response = web.Response(text=drawn, content_type="image/svg+xml", headers=headers)
        response.enable_compression()
        return response

    async def clip(self, request: web.Request) -> web.StreamResponse:
        return _file(request, self._exercises.clip)

    async def poster(self, request: web.Request) -> web.StreamResponse:
        return _file(request, self._exercises.poster)


def _file(request: web.Request, path_of: Callable[[Identity, str, str], Path]) -> web.StreamResponse:
    path = path_of(identity(request), path_id(request, "exercise_id"), path_id(request, "edition"))
    return web.FileResponse(path, headers={"Cache-Control": FOR_EVER})
