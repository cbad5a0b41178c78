"""A mail's plain text as its HTML part (pure): paragraphs, line breaks, addresses that can be pressed.

No image, no style sheet, nothing that loads from anywhere. Mails with a button are mail.py's.
"""

import re
from html import escape

ADDRESS = re.compile(r"https?://[^\s<>]+")


def page(text: str, title: str, locale: str) -> str:
    """The whole document."""
    paragraphs = "".join(f"<p>{_paragraph(part)}</p>" for part in text.strip().split("\n\n"))
    return (
        f'<!doctype html><html lang="{locale}"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<body>{paragraphs}</body></html>"
    )


def _paragraph(text: str) -> str:
    safe = escape(text).replace("\n", "<br>")
    return ADDRESS.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', safe)
