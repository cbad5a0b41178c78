"""Fixtures of this folder's tests: the Socket.IO server and the ways to speak to it."""

from tests.core.socket_site import client, raw, session, site

__all__ = ["client", "raw", "session", "site"]
