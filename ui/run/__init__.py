"""One run on a page."""
