"""The code that readers are shown."""
