"""What a run reports: events, where they come from, and which call they belong to."""
