"""What a run tells: events, where they come from, and whose they are."""
