"""What the edges to other systems take and give over HTTP: personal calendars, feed, webhooks, push."""

from typing import Annotated, Literal

from pydantic import Field

from core.http import Body, Reply, Utc
from core.outgoing import LONGEST_URL_CHARS
from scheduler.messages import Id
from scheduler.webhook_topics import Topic

Url = Annotated[str, Field(min_length=1, max_length=LONGEST_URL_CHARS)]
Label = Annotated[str, Field(min_length=1, max_length=60)]


class CalendarBody(Body):
    """The address of a calendar of one's own (iCalendar; https, http or webcal)."""

    url: Url
    label: Label


class CalendarReply(Reply):
    """A personal calendar: never its address, which is a secret, but the host it is on.

    `problem`: a stable word for why the last try failed; the times of the last good one still count.
    """

    calendar_id: str
    label: str
    host: str
    refreshed_at: Utc | None
    tried_at: Utc | None
    problem: str | None
    busy_times: int


class CalendarsReply(Reply):
    calendars: list[CalendarReply]


class FeedReply(Reply):
    """Whether there is an address to subscribe to. Which one is not kept."""

    active: bool


class FeedAddressReply(Reply):
    url: str


class WebhookBody(Body):
    """An https address that gets signed POSTs."""

    url: Url
    topics: Annotated[list[Topic], Field(min_length=1, max_length=10)]


class WebhookReply(Reply):
    """Not `active`: it answered 410 and is told nothing until it is tested again."""

    webhook_id: str
    url: str
    topics: list[str]
    active: bool
    created_at: Utc


class WebhooksReply(Reply):
    webhooks: list[WebhookReply]


class NewWebhookReply(Reply):
    webhook: WebhookReply
    secret: str


class DeliveriesQuery(Body):
    """`before`: of the page before this one."""

    before: Id | None = None


class DeliveryReply(Reply):
    """One event: `status` of the last answer, null where none came."""

    delivery_id: str
    event_id: str
    topic: str
    state: Literal["waiting", "delivered", "given_up"]
    attempts: int
    status: int | None
    created_at: Utc
    delivered_at: Utc | None


class DeliveriesReply(Reply):
    """`before`: where the next page begins; null: that was the last."""

    deliveries: list[DeliveryReply]
    before: str | None


class PushKeyReply(Reply):
    """`applicationServerKey` of PushManager.subscribe."""

    key: str


class PushKeysBody(Body):
    p256dh: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_=-]+$")]
    auth: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_=-]+$")]


class SubscriptionBody(Body):
    """What PushSubscription.toJSON() gives; `expirationTime` is not needed."""

    endpoint: Url
    keys: PushKeysBody


class SubscriptionReply(Reply):
    subscription_id: str
