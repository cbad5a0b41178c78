"""The browser client's place on disk: TypeScript under src/, built files under static/.

Serving them is server/'s job; building them is `npm run build`'s.
"""

from pathlib import Path


def static_folder() -> Path:
    """The folder with join.html, app.html and assets/ after a build."""
    return Path(__file__).parent / "static"
