"""The tools, and the book of places that they know."""
