"""Models: where they answer, what they send, and what it becomes."""
