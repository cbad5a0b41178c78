"""A client waits for a place, takes it, and decides about a handover and a leave, by links from mails alone."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import Site
from tests.browser.test_booking import book, mail_to

pytestmark = [pytest.mark.browser, LOOP]
