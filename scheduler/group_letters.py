"""The words of mails about a seat in a session for several, by occasion and language. Only texts.

{name}, {title}, {when} and {other} are filled in. The title is the therapist's own words and stands in the
mail's text alone, never in a subject or a calendar entry.
"""

FACTS = {
    "ja": ("{title}", "日時: {when}", "担当: {other}"),
    "en": ("{title}", "When: {when}", "With: {other}"),
}
LETTERS: dict[str, dict[str, tuple[str, ...]]] = {
    "taken": {
        "ja": (
            "{name} 様",
            "お席をお取りしました。",
            *FACTS["ja"],
            "ご都合が変わったときは、お席をお戻しください。",
        ),
        "en": (
            "Dear {name},",
            "You have a seat.",
            *FACTS["en"],
            "If you cannot come after all, please give the seat back.",
        ),
    },
    "reminder": {
        "ja": ("{name} 様", "お知らせです。お席をお取りしています。", *FACTS["ja"]),
        "en": ("Dear {name},", "A reminder: you have a seat.", *FACTS["en"]),
    },
    "given_back": {
        "ja": ("{name} 様", "お席をお戻しいただきました。", *FACTS["ja"]),
        "en": ("Dear {name},", "Your seat is given back.", *FACTS["en"]),
    },
    "cancelled": {
        "ja": ("{name} 様", "下記は行われないことになりました。申し訳ございません。", *FACTS["ja"]),
        "en": ("Dear {name},", "This will not take place. We are sorry.", *FACTS["en"]),
    },
}
