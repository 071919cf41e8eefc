"""Samples: each a module that is shown as it stands, and run as it is shown.

Each has a `watch` that asks an agent and calls `show(key, chunk)` with whatever its tools stream, the moment it comes.
`key` is what there is to tell one call's chunks from another's.
"""
