"""A run as a file to send."""
