"""What accounts refuses, by situation."""

from core.errors import Conflict, Gone, Invalid, NotFound, TooMany, Unauthenticated


class SignInRefused(Unauthenticated):
    """The mail address is unknown or the password is wrong; which of the two is not said."""

    code = "sign_in_refused"
    title = "The mail address or the password is not right"


class TooManyAttempts(TooMany):
    """Too many attempts to sign in; `retry_after_s` says when the next one is looked at."""

    code = "too_many_attempts"
    title = "Too many attempts to sign in; please wait a little"


class TooManyLinks(TooMany):
    """Too many sign-in links were asked for; `retry_after_s` says when the next one is sent."""

    code = "too_many_links"
    title = "Too many sign-in links were asked for; please wait a little"


class LinkUnknown(NotFound):
    """No link has this token."""

    code = "link_unknown"
    title = "This link is not known; please check that it was copied whole"


class LinkExpired(Gone):
    """The link's time is over, or it could be used once and was."""

    code = "link_expired"
    title = "This link has expired"


class LinkRevoked(Gone):
    """The link was withdrawn before its time."""

    code = "link_revoked"
    title = "This link is no longer valid"


class MailTaken(Conflict):
    """Another person has verified this mail address."""

    code = "mail_taken"
    title = "This mail address belongs to another account"


class PasswordRefused(Invalid):
    """The new password is too short or too long."""

    code = "password_refused"
    title = "The password must have 10 to 200 characters"
