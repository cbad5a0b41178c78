"""What people write to each other: conversations, each with one log of changes."""
