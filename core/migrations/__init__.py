"""The schema's history: numbered, forward only, one revision per folder and change."""
