"""What ops refuses, by situation."""

from core.errors import Invalid


class ConfirmationWrong(Invalid):
    """`confirm` is not the last six characters of the room's id."""

    code = "confirmation_wrong"
    title = "The confirmation does not match this room"
