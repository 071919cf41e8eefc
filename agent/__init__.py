"""The agent, its tools and the demo model."""
