"""The words of mails about a series, by occasion, recipient and language. Only texts, no decisions.

{name}, {other} and {times} are filled in; the last is one line or more for each session.
"""

JOIN = {"ja": "参加リンク", "en": "Join link"}
CHANGE = {"ja": "変更・取り消し", "en": "Change or cancel"}
STATE = {"ja": "状況を見る", "en": "See your request"}
CLIENT_AFTER = {
    "ja": "ある回から後をまとめて取り消すこともできます。リンクはご本人専用です。",
    "en": "You can also cancel a session with all that come after it. The links are for you alone.",
}
LETTERS: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
    ("confirmed", "client"): {
        "ja": (
            "{name} 様",
            "下記の面談が予約されました。",
            "担当: {other}",
            "{times}",
            CLIENT_AFTER["ja"],
        ),
        "en": (
            "Dear {name},",
            "These consultations are booked.",
            "With: {other}",
            "{times}",
            CLIENT_AFTER["en"],
        ),
    },
    ("confirmed", "therapist"): {
        "ja": ("{name} 様", "面談がまとめて予約されました。", "{times}"),
        "en": ("Dear {name},", "A series of consultations has been booked.", "{times}"),
    },
    ("requested", "client"): {
        "ja": (
            "{name} 様",
            "下記の面談のお申し込みを承りました。担当が確認し、まとめて、または1回ごとにメールでお返事します。",
            "担当: {other}",
            "{times}",
            CLIENT_AFTER["ja"],
        ),
        "en": (
            "Dear {name},",
            "We have received your requests. They are answered by email, together or one by one.",
            "With: {other}",
            "{times}",
            CLIENT_AFTER["en"],
        ),
    },
    ("requested", "therapist"): {
        "ja": (
            "{name} 様",
            "面談のお申し込みがまとめて届いています。お受けになるか、お知らせください。",
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
    ("declined", "client"): {
        "ja": (
            "{name} 様",
            "ご希望の時間は、担当の都合が合いませんでした。",
            "{times}",
            "お手数ですが、会社からご案内した予約リンクで、ほかの時間をお選びください。",
        ),
        "en": (
            "Dear {name},",
            "The times you asked for do not suit after all.",
            "{times}",
            "Please choose others with the booking link your company gave you.",
        ),
    },
    ("declined", "therapist"): {
        "ja": ("{name} 様", "下記の面談のお申し込みは、お受けしないことになりました。", "{times}"),
        "en": ("Dear {name},", "These requests are not taken.", "{times}"),
    },
}
