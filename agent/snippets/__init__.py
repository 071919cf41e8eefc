"""The code shown to readers."""
