"""The [care] section: the exercise library."""

from dataclasses import dataclass

from core.config import option


@dataclass(frozen=True)
class CareConfig:
    """What care costs a machine."""

    clips_ahead: bool = option(
        False, "render every missing exercise clip after the start; otherwise each when it is first asked for"
    )
