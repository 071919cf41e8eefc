"""The tools: their registry, those of the demo, and the book of places that they know."""
