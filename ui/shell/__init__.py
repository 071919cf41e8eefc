"""What every page has: its head, its sidebar, its session."""
