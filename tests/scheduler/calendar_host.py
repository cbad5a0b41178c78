"""A host of personal calendars: serves what a test puts there, with an ETag, and counts who asks."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer

BUSY_AT_NINE = "DTSTART:20261125T000000Z\nDURATION:PT30M"  # the first slot of Wednesday


class CalendarHost:
    """`events` make the file; `status` other than 200 is answered without one."""

    def __init__(self) -> None:
        self.events: list[str] = [BUSY_AT_NINE]
        self.status = 200
        self.answers: list[int] = []
        self.url = ""

    def content(self) -> bytes:
        parts = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test"]
        for number, event in enumerate(self.events):
            parts += ["BEGIN:VEVENT", f"UID:{number}", *event.split("\n"), "SUMMARY:整形外科", "END:VEVENT"]
        return "\r\n".join([*parts, "END:VCALENDAR", ""]).encode()

    async def serve(self, request: web.Request) -> web.Response:
        content = self.content()
        etag = f'"{hashlib.sha256(content).hexdigest()}"'
        if self.status != 200:
            response = web.Response(status=self.status)
        elif request.headers.get("If-None-Match") == etag:
            response = web.Response(status=304)
        else:
            response = web.Response(body=content, content_type="text/calendar", headers={"ETag": etag})
        self.answers.append(response.status)
        return response


@asynccontextmanager
async def open_calendar_host() -> AsyncIterator[CalendarHost]:
    host = CalendarHost()
    app = web.Application()
    app.router.add_get("/secret.ics", host.serve)
    server = TestServer(app)
    await server.start_server()
    host.url = str(server.make_url("/secret.ics"))
    yield host
    await server.close()
