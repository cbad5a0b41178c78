"""What the routes of care take and give over HTTP, as pydantic models."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from core.http import Body, Reply, Utc
from core.pages import Limit, Page
from scheduler.messages import Day, Id, NewcomerBody

Language = Annotated[Literal["ja", "en"], Field(description="the language of the conversation")]
Note = Annotated[str, Field(max_length=4000)]
Rank = Annotated[str, Field(pattern=r"^[0-9]{1,17}_[0-9A-Za-z-]{1,64}$")]


class WaitBody(Body):
    """Wait for a place; `therapist_id` null: with anybody."""

    therapist_id: Id | None = None
    language: Language = "ja"
    newcomer: NewcomerBody | None = None


class MatchBody(Body):
    """Be given to the therapist whose turn it is."""

    language: Language = "ja"
    newcomer: NewcomerBody | None = None


class HandoverBody(Body):
    """`note`: for the next therapist alone."""

    therapist_id: Id
    note: Note = ""


class ShareBody(Body):
    """What of the chat so far the next therapist reads; `since` with "from" alone."""

    history: Literal["all", "from", "none"] = "none"
    since: Day | None = None

    @model_validator(mode="after")
    def _since_when(self) -> Self:
        if (self.history == "from") != (self.since is not None):
            raise ValueError("since belongs to history 'from', and to it alone")
        return self


class LeaveBody(ShareBody):
    choice: Literal["wait", "cover", "transfer"]


class EndBody(Body):
    """`apart`: the client does not want to meet this therapist again."""

    apart: bool = False


class AssignBody(Body):
    """`therapist_id` null: whose turn it is."""

    client_id: Id
    therapist_id: Id | None = None


class EmptyBody(Body):
    """Nothing to say."""


class QueueQuery(Page):
    """Who waits, in pages."""

    limit: Limit = 50


class PlacesQuery(Body):
    """Therapists by their free places, in pages; `cursor`: the free places and id of the last one seen."""

    limit: Limit = 50
    cursor: Rank | None = None


class DoneReply(Reply):
    """The id of what it was about, or of what came of it."""

    id: str


class NamedReply(Reply):
    therapist_id: str
    name: str
    name_en: str | None


class WaitReply(Reply):
    """`ahead`: next, few (up to 3), some (up to 10) or many."""

    wait_id: str
    state: Literal["waiting", "offered"]
    therapist: NamedReply | None
    ahead: str
    since: Utc


class OfferReply(Reply):
    """`kind` place: kept for the client to take; request: the therapist is asked."""

    offer_id: str
    kind: Literal["place", "request"]
    therapist: NamedReply
    expires_at: Utc


class ComingReply(Reply):
    booking_id: str
    starts_at: Utc
    ends_at: Utc


class HandoverReply(Reply):
    handover_id: str
    therapist: NamedReply
    created_at: Utc


class ChoiceReply(Reply):
    """`choice` null: not chosen yet. `transferable`: the cover could be changed to for good."""

    choice_id: str
    starts_at: Utc
    ends_at: Utc
    cover: NamedReply | None
    transferable: bool
    choice: str | None


class CareReply(Reply):
    care_id: str
    therapist: NamedReply
    started_at: Utc


class ClientCareReply(Reply):
    """All that is under way for a client."""

    care: CareReply | None
    wait: WaitReply | None
    offer: OfferReply | None
    handovers: list[HandoverReply]
    choices: list[ChoiceReply]
    sessions: list[ComingReply]


class ClientRowReply(Reply):
    """`sessions`: still to come; `proposed`: the colleague whom the client has been asked about."""

    care_id: str
    client_id: str
    name: str
    started_at: Utc
    next_at: Utc | None
    last_at: Utc | None
    note: str | None
    sessions: list[ComingReply]
    proposed: str | None


class RequestReply(Reply):
    offer_id: str
    asked_at: Utc
    expires_at: Utc


class CaresReply(Reply):
    """A therapist's clients, and clients whom they are asked to take."""

    clients: list[ClientRowReply]
    requests: list[RequestReply]


class QueueRowReply(Reply):
    wait_id: str
    client_id: str
    name: str
    therapist: NamedReply | None
    language: str
    state: str
    since: Utc
    offered_until: Utc | None


class QueueReply(Reply):
    """`next`: the cursor of the following page; null on the last."""

    waiting: list[QueueRowReply]
    next: str | None


class PlaceRowReply(Reply):
    """`closed`: why nobody new comes to them now; null when somebody can."""

    therapist_id: str
    name: str
    name_en: str | None
    capacity: int
    active: int
    offers: int
    free: int
    closed: str | None
    next_free_at: Utc | None


class PlacesReply(Reply):
    therapists: list[PlaceRowReply]
    next: str | None  # the next page's cursor
