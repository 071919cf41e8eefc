"""A stand-in for OpenAI's chat completions with no AI in it: a real HTTP server, always the same answers.

```python
async with DemoServer() as server:
    client = AsyncOpenAI(base_url=server.base_url, api_key="demo")
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.demo_model.server import DemoServer
    from agent.demo_model.stats import Stats

__all__ = ["DemoServer", "Stats"]


def __getattr__(name: str) -> object:
    """Import the server on first use, so that importing this package loads neither Starlette nor uvicorn."""
    if name in __all__:
        from agent.demo_model import server, stats

        return server.DemoServer if name == "DemoServer" else stats.Stats
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
