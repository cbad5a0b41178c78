"""The arguments of the commands that set an installation up, and how they read days, numbers and kinds.

What the commands do is in users.py, therapists.py and companies.py.
"""

import argparse
from datetime import date

LICENCES = (
    "physical_therapist",
    "occupational_therapist",
    "judo_therapist",
    "acupuncturist",
    "other",
)
LANGUAGES = ("ja", "en")
ROLES = ("therapist", "staff", "employer_admin")
NEVER = "never"
LONGEST_DAYS = 3650
MOST_CLIENTS = 1000


def user_add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--name", required=True)
    sub.add_argument("--email", required=True)
    sub.add_argument("--role", required=True, choices=ROLES)
    _whereabouts(sub)
    _json(sub)


def user_list(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--role", choices=ROLES, help="only these (default: all; clients are never listed)")
    _json(sub)


def therapist_add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--email", required=True, help="with which they sign in; an account with it is used")
    sub.add_argument("--name", help="needed where there is no account yet")
    sub.add_argument("--licence-kind", required=True, choices=LICENCES)
    sub.add_argument("--licence-number", required=True, type=_licence_number)
    _verified_until(sub, required=False)
    _whereabouts(sub)
    sub.add_argument(
        "--language", action="append", choices=LANGUAGES, help="spoken in sessions; may be given twice"
    )
    sub.add_argument(
        "--hours", action="append", default=[], metavar='"mon-fri 09:00-17:00"', help="may be repeated"
    )
    sub.add_argument("--capacity", required=True, type=_clients, help="how many clients they wish to have")
    sub.add_argument("--about-ja", default="", help="a sentence about them for clients, in Japanese")
    sub.add_argument("--about-en", default="", help="the same in English")
    _json(sub)


def therapist_verify(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--email", required=True)
    _verified_until(sub, required=True)
    _json(sub)


def listing(sub: argparse.ArgumentParser) -> None:
    _json(sub)


def employer_add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--name", required=True)
    _json(sub)


def link_add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--employer", required=True, metavar="NAME", help="or its id")
    sub.add_argument("--person", metavar="EMAIL", help="a link for this person alone, not for the company")
    sub.add_argument("--name", help="of a --person who is not known yet")
    sub.add_argument("--days", type=_days, default=365, help="good for so long (default: 365)")
    _whereabouts(sub)
    _json(sub)


def link_list(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--employer", metavar="NAME", help="only those of this company")
    sub.add_argument("--all", action="store_true", help="also those that have expired or were revoked")
    _json(sub)


def link_revoke(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("link_id", metavar="ID", nargs="+", help="as `todoku link list` shows it")
    _json(sub)


def _json(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--json", action="store_true", help="answer as JSON, for programs")


def _whereabouts(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--locale", default="ja", choices=LANGUAGES, help="of their mails (default: ja)")
    sub.add_argument("--timezone", default="Asia/Tokyo", help="IANA name (default: Asia/Tokyo)")


def _verified_until(sub: argparse.ArgumentParser, *, required: bool) -> None:
    sub.add_argument(
        "--verified-until",
        required=required,
        type=_day,
        metavar="DATE",
        help=f"you have seen the licence; its last day (2028-03-31), or `{NEVER}` where it has none",
    )


def _day(text: str) -> date | str:
    if text == NEVER:
        return NEVER
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"a day is written 2028-03-31, or `{NEVER}`"
        raise argparse.ArgumentTypeError(message) from None


def _licence_number(text: str) -> str:
    number = " ".join(text.split())
    if not 1 <= len(number) <= 40 or not number.isprintable():
        raise argparse.ArgumentTypeError("a licence number has 1 to 40 characters")
    return number


def _days(text: str) -> int:
    return _whole(text, 1, LONGEST_DAYS)


def _clients(text: str) -> int:
    return _whole(text, 0, MOST_CLIENTS)


def _whole(text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(f"a whole number from {least} to {most}")
    return number
