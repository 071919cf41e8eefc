"""A stand-in for OpenAI's chat completions with no AI in it: a real HTTP server, always the same answers.

```python
async with DemoServer() as server:
    client = AsyncOpenAI(base_url=server.base_url, api_key="demo")
```
"""

from agent.demo_model.server import DemoServer, Stats

__all__ = ["DemoServer", "Stats"]
