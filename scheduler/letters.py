"""The words of the scheduler's mails, by occasion, recipient and language.

{name}, {when}, {other}, {opens}, {until}, {answered} (by when a request is), {help} are filled in. Nothing
says health, nobody is blamed, and each mail says what can be done next. {change} and {cancel} are addresses,
good only in a client's mail.
"""

from dataclasses import dataclass

# Whoever stands beside reads a subject: it says the occasion, the day and the time, so that mails can be told
# apart, and never a name or what a consultation is about.
SUBJECTS = {
    "ja": {
        "confirmed": "面談のご予約 {at}",
        "requested": "面談のお申し込み {at}",
        "changed": "面談の日時変更 {at}",
        "cancelled": "面談の取り消し {at}",
        "declined": "面談のお申し込みについて {at}",
        "reminder": "面談のお知らせ {at}",
        "noshow": "面談について {at}",
    },
    "en": {
        "confirmed": "Your consultation, {at}",
        "requested": "Your request for a consultation, {at}",
        "changed": "New time of your consultation: {at}",
        "cancelled": "Cancelled: your consultation, {at}",
        "declined": "About your request for a consultation, {at}",
        "reminder": "Reminder: your consultation, {at}",
        "noshow": "About your consultation, {at}",
    },
}


@dataclass(frozen=True)
class Letter:
    """`link` names the address, `button` what it does; both empty: there is no address to open."""

    lines: tuple[str, ...]
    link: str
    button: str
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Help:
    """Where help is: an answer to the mail, the configuration's contact ({help}), both, or another person."""

    answered: str
    contact: str
    either: str
    neither: str

    def line(self, answered: bool, contact: str) -> str:
        """Which of them is true."""
        if contact:
            return self.either if answered else self.contact
        return self.answered if answered else self.neither


HELP_CLIENT = {
    "ja": Help(
        "お困りのときは、このメールにご返信ください。",
        "このメールには返信できません。お困りのときのご連絡先: {help}",
        "お困りのときは、このメールにご返信ください。ほかのご連絡先: {help}",
        "このメールには返信できません。お困りのときは、面談をご案内した会社の担当者へお問い合わせください。",
    ),
    "en": Help(
        "For help, reply to this email.",
        "Nobody reads replies to this email. For help: {help}",
        "For help, reply to this email, or: {help}",
        "Nobody reads replies to this email. For help, please ask whoever at your company invited you.",
    ),
}
HELP_THERAPIST = {
    "ja": Help(
        "お困りのときは、このメールにご返信ください。",
        "このメールには返信できません。お困りのときは、スタッフへお知らせください: {help}",
        "お困りのときは、このメールにご返信ください。ほかのご連絡先: {help}",
        "このメールには返信できません。お困りのときは、スタッフへお知らせください。",
    ),
    "en": Help(
        "For help, reply to this email.",
        "Nobody reads replies to this email. For help, please tell staff: {help}",
        "For help, reply to this email, or: {help}",
        "Nobody reads replies to this email. For help, please tell staff.",
    ),
}
HELPS = {"client": HELP_CLIENT, "therapist": HELP_THERAPIST}
JOIN_JA, JOIN_EN = ("面談の参加リンク", "面談に参加する"), ("Your join link", "Join the consultation")
AGAIN_JA, AGAIN_EN = ("新しい日時を選ぶ", "新しい日時を選ぶ"), ("Choose a new time", "Choose a new time")
PLAN_JA, PLAN_EN = ("予定", "予定を開く"), ("Your schedule", "Open your schedule")
CHANGES_JA = (
    "{until}まで、日時の変更と取り消しができます。",
    "日時を変える: {change}",
    "取り消す: {cancel}",
)
CHANGES_EN = (
    "You can change the time or cancel until {until}.",
    "Change the time: {change}",
    "Cancel: {cancel}",
)
ENTER_JA = (
    "開始の{opens}分前から入室できます。インストールや登録は必要ありません。",
    *CHANGES_JA,
    "参加リンクはご本人専用です。ほかの方に転送しないでください。",
)
ENTER_EN = (
    "You can enter from {opens} minutes before the start. Nothing to install, no account needed.",
    *CHANGES_EN,
    "The join link is for you alone; please do not forward it.",
)

TO_CLIENT = {
    "confirmed": {
        "ja": Letter(
            ("{name} 様", "面談のご予約を承りました。", "日時: {when}", "担当: {other}"), *JOIN_JA, ENTER_JA
        ),
        "en": Letter(
            ("Dear {name},", "Your consultation is booked.", "When: {when}", "With: {other}"),
            *JOIN_EN,
            ENTER_EN,
        ),
    },
    "requested": {
        "ja": Letter(
            (
                "{name} 様",
                "面談のお申し込みを承りました。まだ予約は決まっていません。",
                "担当が確認し、遅くとも{answered}までにメールでお返事します。",
                "ご希望の日時: {when}",
                "担当: {other}",
            ),
            "お申し込みの状況",
            "状況を見る",
            CHANGES_JA,
        ),
        "en": Letter(
            (
                "Dear {name},",
                "We have received your request. Nothing is booked yet.",
                "It is answered by email by {answered} at the latest.",
                "The time you asked for: {when}",
                "With: {other}",
            ),
            "Your request",
            "See your request",
            CHANGES_EN,
        ),
    },
    "changed": {
        "ja": Letter(
            ("{name} 様", "面談の日時が変わりました。", "新しい日時: {when}", "担当: {other}"),
            *JOIN_JA,
            ENTER_JA,
        ),
        "en": Letter(
            (
                "Dear {name},",
                "The time of your consultation has changed.",
                "New time: {when}",
                "With: {other}",
            ),
            *JOIN_EN,
            ENTER_EN,
        ),
    },
    "cancelled": {
        "ja": Letter(
            ("{name} 様", "下記の面談は取り消されました。", "日時: {when}", "担当: {other}"),
            "",
            "",
            ("あらためて予約するときは、会社からご案内した予約リンクをお使いください。",),
        ),
        "en": Letter(
            ("Dear {name},", "This consultation has been cancelled.", "When: {when}", "With: {other}"),
            "",
            "",
            ("To book another time, please use the booking link your company gave you.",),
        ),
    },
    "declined": {
        "ja": Letter(
            ("{name} 様", "ご希望の時間は、担当の都合が合いませんでした。", "ご希望だった日時: {when}"),
            "",
            "",
            ("お手数ですが、会社からご案内した予約リンクで、ほかの時間をお選びください。",),
        ),
        "en": Letter(
            ("Dear {name},", "The time you asked for does not suit after all.", "It was: {when}"),
            "",
            "",
            ("Please choose another one with the booking link your company gave you.",),
        ),
    },
    "reminder": {
        "ja": Letter(
            ("{name} 様", "面談のお知らせです。", "日時: {when}", "担当: {other}"), *JOIN_JA, ENTER_JA
        ),
        "en": Letter(
            ("Dear {name},", "This is a reminder of your consultation.", "When: {when}", "With: {other}"),
            *JOIN_EN,
            ENTER_EN,
        ),
    },
    "noshow": {
        "ja": Letter(
            (
                "{name} 様",
                "下記の面談は行われませんでした。ご都合がつかなかったのかもしれません。どうぞお気になさらないでください。",
                "日時: {when}",
                "担当: {other}",
            ),
            *AGAIN_JA,
        ),
        "en": Letter(
            (
                "Dear {name},",
                "This consultation did not take place. Something may have come up; please do not worry.",
                "When: {when}",
                "With: {other}",
            ),
            *AGAIN_EN,
        ),
    },
}
# Where the client came and the consultation could not be held all the same.
APOLOGY = {
    "ja": Letter(
        (
            "{name} 様",
            "お待ちいただいたにもかかわらず、面談を行うことができませんでした。たいへん申し訳ございません。",
            "日時: {when}",
            "担当: {other}",
        ),
        *AGAIN_JA,
    ),
    "en": Letter(
        (
            "Dear {name},",
            "You were there, and the consultation could not be held. We are very sorry.",
            "When: {when}",
            "With: {other}",
        ),
        *AGAIN_EN,
    ),
}
TO_THERAPIST = {
    "confirmed": {
        "ja": Letter(("{name} 様", "新しい面談が予約されました。", "日時: {when}"), *PLAN_JA),
        "en": Letter(("Dear {name},", "A new consultation has been booked.", "When: {when}"), *PLAN_EN),
    },
    "requested": {
        "ja": Letter(
            (
                "{name} 様",
                "面談のお申し込みが届いています。お受けになるか、お知らせください。",
                "ご希望の日時: {when}",
                "ご回答の期限: {until}（過ぎると、お受けできなかったと先方にお知らせします）",
            ),
            "予定",
            "回答する",
        ),
        "en": Letter(
            (
                "Dear {name},",
                "Somebody asks for a consultation. Please say whether it suits you.",
                "When: {when}",
                "Please answer by {until}; after that, they are told that it was not taken.",
            ),
            "Your schedule",
            "Answer",
        ),
    },
    "changed": {
        "ja": Letter(("{name} 様", "面談の日時が変わりました。", "新しい日時: {when}"), *PLAN_JA),
        "en": Letter(("Dear {name},", "A consultation has moved.", "New time: {when}"), *PLAN_EN),
    },
    "cancelled": {
        "ja": Letter(("{name} 様", "下記の面談は取り消されました。", "日時: {when}"), *PLAN_JA),
        "en": Letter(("Dear {name},", "This consultation has been cancelled.", "When: {when}"), *PLAN_EN),
    },
    "declined": {
        "ja": Letter(
            ("{name} 様", "下記の面談のお申し込みは、お受けしないことになりました。", "日時: {when}"),
            *PLAN_JA,
        ),
        "en": Letter(("Dear {name},", "This request is not taken.", "When: {when}"), *PLAN_EN),
    },
    "reminder": {
        "ja": Letter(("{name} 様", "面談のお知らせです。", "日時: {when}"), *PLAN_JA),
        "en": Letter(("Dear {name},", "This is a reminder of a consultation.", "When: {when}"), *PLAN_EN),
    },
    "noshow": {
        "ja": Letter(
            (
                "{name} 様",
                "下記の面談は行われませんでした。相手の方には、別の日時を選べるリンクをお送りしました。",
                "日時: {when}",
            ),
            *PLAN_JA,
        ),
        "en": Letter(
            (
                "Dear {name},",
                "This consultation did not take place. The other person has a link to choose a new time.",
                "When: {when}",
            ),
            *PLAN_EN,
        ),
    },
}
