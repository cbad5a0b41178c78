"""What chat refuses, by situation."""

from core.errors import Conflict, Gone, NotFound, TooMany


class ConversationUnknown(NotFound):
    """There is no such conversation, or the asker is not in it; which of the two is not said."""

    code = "conversation_unknown"
    title = "There is no such conversation"


class MessageUnknown(NotFound):
    """There is no such message of the asker's own, or it was deleted."""

    code = "message_unknown"
    title = "There is no such message"


class MessageIdReused(Conflict):
    """The client sent another text under a client_message_id it has used in this conversation."""

    code = "message_id_reused"
    title = "This message id was used for another text"


class TooFast(TooMany):
    """More messages than anybody types; `retry_after_s` says when to go on."""

    code = "too_fast"
    title = "These messages come too fast; please wait a moment"


class HistoryReset(Gone):
    """The asker's cursor lies beyond the log (it was restored from a copy): load it again from 0."""

    code = "history_reset"
    title = "The conversation must be loaded again"
