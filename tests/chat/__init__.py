"""Chat: what people write."""
