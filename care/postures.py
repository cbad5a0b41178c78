"""Where movements begin: the body standing, sitting, lying and on all fours. Numbers alone.

Key frames of an exercise (exercise.Frame) say what differs.
"""

from typing import Final

Channels = dict[str, tuple[float, ...]]

REST: Final[Channels] = {
    "spine": (0, 0, 0),
    "neck": (4, 0),
    "turn": (0, 0),
    "shoulders": (0, 0),
    "belly": (0,),
}
SIDE: Final[dict[str, Channels]] = {
    "standing": {
        "pelvis": (0, 89, 0),
        "right_arm": (4, 8, 0),
        "left_arm": (8, 8, 0),
        "right_leg": (0, 0, 0),
        "left_leg": (0, 0, 0),
    },
    "sitting": {
        "pelvis": (0, 48, 0),
        "right_arm": (22, 42, 0),
        "left_arm": (26, 42, 0),
        "right_leg": (90, 90, 0),
        "left_leg": (88, 88, 0),
    },
    "supine": {
        "pelvis": (0, 13, -90),
        "neck": (8, -8),
        "right_arm": (-4, 2, 0),
        "left_arm": (0, 2, 0),
        "right_foot": (46, 8, 0),
        "left_foot": (49, 8, 0),
    },
    "four_point": {
        "pelvis": (-24, 51, 84),
        "neck": (-4, 0),
        "right_hand": (22, 5, 80),
        "left_hand": (25, 5, 80),
        "right_leg": (84, 90, -62),
        "left_leg": (81, 87, -62),
    },
}
FRONT: Final[dict[str, Channels]] = {
    "standing": {
        "pelvis": (0, 89, 0),
        "neck": (0, 0),
        "right_arm": (9, 2, 0),
        "left_arm": (9, 2, 0),
        "right_leg": (3, 0, 0),
        "left_leg": (3, 0, 0),
    },
    "sitting": {
        "pelvis": (0, 54, 0),
        "neck": (0, 0),
        "right_arm": (14, -26, 0),
        "left_arm": (14, -26, 0),
        "right_leg": (14, 14, 0),
        "left_leg": (14, 14, 0),
    },
}
