"""The stream lab."""
