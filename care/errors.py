"""What the exercise library refuses, by situation."""

from core.errors import NotFound, Unavailable


class ExerciseUnknown(NotFound):
    """There is no such exercise, or not in this edition."""

    code = "exercise_unknown"
    title = "There is no such exercise"


class ClipNotReady(Unavailable):
    """The exercise's clip is being rendered; `retry_after_s` says when to ask again. Its figure is there."""

    code = "clip_not_ready"
    title = "This clip is still being made; please try again in a moment"
