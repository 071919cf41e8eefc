"""The tools: their registry, the demo's own, and the book of places they know."""
