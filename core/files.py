"""Where large files are kept that the database only names: a folder, shared by the processes of a site.

Not here: other stores. `files.url` names the kind, so that another one can stand beside this.
"""

from pathlib import Path

FILE = "file:"


def folder_of(url: str) -> Path:
    """The folder that "file:FOLDER" means; it may not be there yet."""
    return Path(url.removeprefix(FILE))
