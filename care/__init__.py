"""What therapist and client do between sessions: the exercise library. Menus and diary come here."""
