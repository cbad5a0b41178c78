"""What all mails of the scheduler share: in whose language they are, where help is, which host names them.

Their words are in letters.py and its siblings.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from accounts.model import Person
from scheduler.letters import HELPS, SUBJECTS


@dataclass(frozen=True)
class Frame:
    """`answered`: somebody reads the answers to these mails; `help_contact`: whom else to ask, if anybody."""

    answered: bool
    help_contact: str = ""

    def help_line(self, role: str, locale: str) -> str:
        """Where help is; {help} is still to be filled in."""
        return HELPS[role][locale].line(self.answered, self.help_contact)

    def help_for(self, role: str, locale: str) -> str:
        """The same with the contact in it."""
        return self.help_line(role, locale).format(help=self.help_contact)


def locale_of(reader: Person) -> str:
    """Theirs, where we write it; else Japanese."""
    return reader.locale if reader.locale in SUBJECTS else "ja"


def host_of(public_url: str) -> str:
    """What stands behind the @ of a Message-ID."""
    return urlsplit(public_url).hostname or "localhost"
