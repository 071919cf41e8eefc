"""A page's conversation."""
