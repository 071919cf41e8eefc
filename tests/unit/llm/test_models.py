import asyncio

import pytest

from agent.demo_model import DemoServer
from agent.errors import StreamBroken
from agent.llm.completions import stream_chunks
from agent.llm.models import Endpoint, chat_model, http_client, openai_client
from agent.settings import Limits

COUNT = [{"role": "user", "content": "count to 60"}]
NUMBERS = " ".join(str(number) for number in range(1, 61))


def with_models(use, model="demo", rate=300.0):
    """Run `use(chat model, OpenAI client)` against a demo server of its own."""

    async def main():
        async with DemoServer(rate=rate) as server:
            client = http_client(Limits())
            endpoint = Endpoint(model, "no key", server.base_url)
            try:
                return await use(chat_model(endpoint, Limits(), client), openai_client(endpoint, client))
            finally:
                await client.aclose()

    return asyncio.run(main())


@pytest.mark.parametrize("streams", ["chat", "client"])
def test_an_answer_without_an_end_is_a_failure(streams):
    async def use(chat, client):
        if streams == "chat":
            await chat.ainvoke(COUNT, stream=True)
        async for _ in stream_chunks(client, model="demo-flaky:truncated", messages=COUNT):
            pass

    with pytest.raises(StreamBroken, match="before it was complete"):
        with_models(use, "demo-flaky:truncated")


def test_usage_is_asked_for_although_the_server_is_not_openais():
    async def use(chat, client):
        return [chunk.usage_metadata async for chunk in chat.astream(COUNT) if chunk.usage_metadata]

    assert with_models(use)[0]["output_tokens"] == 60
