"""The words of mails about who cares for whom, by occasion and language. Only texts, no decisions.

{name}, {other}, {until} and {days} are filled in. Nothing says health, and each mail says what can
be done next.
"""

from scheduler.letters import PLAN_EN, PLAN_JA, Letter

# Whoever stands beside reads a subject: it says the occasion and until when, never a name.
CARE_SUBJECTS = {
    "offered": {"ja": "枠が空きました（{until}まで）", "en": "A place is free for you until {until}"},
    "offer_over": {"ja": "お取り置きの期限が過ぎました", "en": "The place is no longer kept for you"},
    "opened": {"ja": "担当が決まりました", "en": "You can choose a time now"},
    "asked": {"ja": "新しい方の担当のお願い（{until}まで）", "en": "Somebody new? Please answer by {until}"},
    "joined": {"ja": "空きをお待ちいただいています", "en": "You are on the waiting list"},
    "handover": {"ja": "引き継ぎのご提案", "en": "A change is proposed to you"},
    "handed_over": {"ja": "引き継ぎが完了しました", "en": "A handover is complete"},
    "handover_declined": {"ja": "引き継ぎは行われません", "en": "A handover does not take place"},
    "leave": {"ja": "お休みのあいだのご希望について", "en": "Please choose for a time of leave"},
    "ended": {"ja": "継続の終了について", "en": "Your regular consultations have ended"},
    "ended_therapist": {"ja": "担当の終了について", "en": "Somebody is no longer your client"},
}

BOOK_JA, BOOK_EN = ("予約のページ", "時間を選ぶ"), ("Your booking page", "Choose a time")
DECIDE_JA, DECIDE_EN = ("お返事のページ", "内容を見て選ぶ"), ("Your page to decide", "See it and decide")
CLIENTS_JA, CLIENTS_EN = ("担当の一覧", "一覧を開く"), ("Your clients", "Open your clients")
ALONE_JA, ALONE_EN = (
    "このリンクはご本人専用です。ほかの方に転送しないでください。",
    "This link is for you alone; please do not forward it.",
)

CARE_LETTERS = {
    "offered": {
        "ja": Letter(
            (
                "{name} 様",
                "お待ちいただいていた枠が空きました。{other}がお受けできます。",
                "{until}まで、枠をお取り置きしています。",
            ),
            *BOOK_JA,
            ("期限を過ぎると、次にお待ちの方へご案内します。", ALONE_JA),
        ),
        "en": Letter(
            (
                "Dear {name},",
                "A place you were waiting for has become free: {other} can see you.",
                "It is kept for you until {until}.",
            ),
            *BOOK_EN,
            ("After that it goes to whoever waits next.", ALONE_EN),
        ),
    },
    "offer_over": {
        "ja": Letter(
            (
                "{name} 様",
                "お取り置きしていた枠は、期限を過ぎたため次の方へご案内しました。",
                "ご希望のときは、もう一度お申し込みいただけます。",
            ),
            *BOOK_JA,
            (ALONE_JA,),
        ),
        "en": Letter(
            (
                "Dear {name},",
                "The place that was kept for you has been given to whoever waited next.",
                "You are welcome to ask again at any time.",
            ),
            *BOOK_EN,
            (ALONE_EN,),
        ),
    },
    "opened": {
        "ja": Letter(
            ("{name} 様", "{other}が担当になりました。ご都合のよい時間をお選びください。"),
            *BOOK_JA,
            (ALONE_JA,),
        ),
        "en": Letter(
            ("Dear {name},", "{other} will be with you from now on. Please choose a time that suits you."),
            *BOOK_EN,
            (ALONE_EN,),
        ),
    },
    "asked": {
        "ja": Letter(
            (
                "{name} 様",
                "新しい方の担当をお願いできるか、お返事をお待ちしています。",
                "{until}までにお返事がないときは、ほかの方にお願いします。お断りになっても不利益はありません。",
            ),
            *CLIENTS_JA,
        ),
        "en": Letter(
            (
                "Dear {name},",
                "Would you take somebody new? We are waiting for your answer.",
                "Without one by {until} we ask a colleague. Saying no has no drawbacks for you.",
            ),
            *CLIENTS_EN,
        ),
    },
    "joined": {
        "ja": Letter(
            (
                "{name} 様",
                "空きをお待ちの列に加わりました。枠が空いたら、メールでお知らせします。",
                "いまの順番を見ることと、待つのをやめることは、いつでもできます。",
            ),
            "お待ちの状況",
            "状況を見る",
            (ALONE_JA,),
        ),
        "en": Letter(
            (
                "Dear {name},",
                "You are on the waiting list. We will write to you when a place is free.",
                "You can see how many are before you, and stop waiting, at any time.",
            ),
            "Your place in the list",
            "See it",
            (ALONE_EN,),
        ),
    },
    "handover": {
        "ja": Letter(
            (
                "{name} 様",
                "担当を{other}に引き継ぐご提案があります。お決めになるのはご本人です。",
                "いまの担当のままにすることもできます。",
            ),
            *DECIDE_JA,
            (ALONE_JA,),
        ),
        "en": Letter(
            (
                "Dear {name},",
                "It is proposed that {other} goes on with you. The decision is yours.",
                "You can also stay with who you see now.",
            ),
            *DECIDE_EN,
            (ALONE_EN,),
        ),
    },
    "handed_over": {
        "ja": Letter(("{name} 様", "引き継ぎが完了しました。"), *CLIENTS_JA),
        "en": Letter(("Dear {name},", "A handover is complete."), *CLIENTS_EN),
    },
    "handover_declined": {
        "ja": Letter(("{name} 様", "ご提案の引き継ぎは行わず、これまでどおり続けます。"), *CLIENTS_JA),
        "en": Letter(("Dear {name},", "The handover does not take place; all stays as it is."), *CLIENTS_EN),
    },
    "leave": {
        "ja": Letter(
            (
                "{name} 様",
                "{other}が{days}にお休みします。その間をどうするか、お選びください。",
                "すでにある予約は、ご自身で変えるまでそのまま残ります。",
            ),
            *DECIDE_JA,
            (ALONE_JA,),
        ),
        "en": Letter(
            (
                "Dear {name},",
                "{other} is away from {days}. Please choose what suits you meanwhile.",
                "Sessions you have booked stay until you change them.",
            ),
            *DECIDE_EN,
            (ALONE_EN,),
        ),
    },
    "ended": {
        "ja": Letter(
            ("{name} 様", "担当との継続は終了しました。", "またご利用になるときは、いつでもご予約ください。"),
            *BOOK_JA,
            (ALONE_JA,),
        ),
        "en": Letter(
            (
                "Dear {name},",
                "Your regular consultations have ended.",
                "You can come back at any time.",
            ),
            *BOOK_EN,
            (ALONE_EN,),
        ),
    },
    "ended_therapist": {
        "ja": Letter(("{name} 様", "担当していた方との継続が終了しました。"), *PLAN_JA),
        "en": Letter(("Dear {name},", "Somebody is no longer your client."), *PLAN_EN),
    },
}
