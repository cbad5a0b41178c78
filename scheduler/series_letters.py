"""The words of mails about a series, by occasion, recipient and language. Only texts, no decisions.

{name}, {other} and {times} are filled in; the last is one line or two for each session.
"""

CLIENT_AFTER = {
    "ja": "日時の変更と取り消し（以後をまとめても）は、それぞれのリンクから。リンクはご本人専用です。",
    "en": "Each link lets you change or cancel that session, or all from it on. The links are for you alone.",
}
LETTERS: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
    ("arranged", "client"): {
        "ja": (
            "{name} 様",
            "面談のご予約をまとめて承りました。",
            "担当: {other}",
            "{times}",
            CLIENT_AFTER["ja"],
        ),
        "en": (
            "Dear {name},",
            "Your consultations are booked.",
            "With: {other}",
            "{times}",
            CLIENT_AFTER["en"],
        ),
    },
    ("arranged", "therapist"): {
        "ja": ("{name} 様", "面談がまとめて予約されました。", "{times}"),
        "en": ("Dear {name},", "A series of consultations has been booked.", "{times}"),
    },
    ("requested", "client"): {
        "ja": (
            "{name} 様",
            "面談のご希望をまとめて承りました。担当が確認し、1回ごとにメールでお知らせします。",
            "担当: {other}",
            "{times}",
            CLIENT_AFTER["ja"],
        ),
        "en": (
            "Dear {name},",
            "We have received your requests. You will get an email about each once it is answered.",
            "With: {other}",
            "{times}",
            CLIENT_AFTER["en"],
        ),
    },
    ("requested", "therapist"): {
        "ja": (
            "{name} 様",
            "面談のご希望がまとめて届いています。お受けになるか、お知らせください。",
            "{times}",
            "ご回答の期限: {until}（過ぎたものは、お受けできなかったと先方にお知らせします）",
        ),
        "en": (
            "Dear {name},",
            "Somebody asks for a series of consultations. Please say whether they suit you.",
            "{times}",
            "Please answer by {until}; what is not answered in time counts as not taken.",
        ),
    },
    ("cancelled", "client"): {
        "ja": (
            "{name} 様",
            "下記の面談は取り消されました。",
            "{times}",
            "あらためて予約するときは、会社からご案内した予約リンクをお使いください。",
        ),
        "en": (
            "Dear {name},",
            "These consultations have been cancelled.",
            "{times}",
            "To book another time, please use the booking link your company gave you.",
        ),
    },
    ("cancelled", "therapist"): {
        "ja": ("{name} 様", "下記の面談は取り消されました。", "{times}"),
        "en": ("Dear {name},", "These consultations have been cancelled.", "{times}"),
    },
}
