import asyncio

import pytest

from agent.demo_model import DemoServer
from agent.errors import StreamBroken
from agent.models import Endpoint, chat_model, http_client, openai_client, sendable, stream_chunks
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


def test_tokens_that_are_read_in_gulps_arrive_whole_and_in_order():
    async def use(chat, client):
        told = [chunk.text async for chunk in chat.astream(COUNT)]
        choices = [c["choices"] async for c in stream_chunks(client, model="demo", messages=COUNT)]
        return "".join(told), "".join(c[0]["delta"].get("content") or "" for c in choices if c)

    assert with_models(use) == (NUMBERS, NUMBERS)


def test_tokens_gather_between_two_reads():
    async def use(chat, client):
        clock = asyncio.get_running_loop().time
        at = [clock() async for chunk in chat.astream(COUNT) if chunk.text]
        return [after - before for before, after in zip(at, at[1:], strict=False)]

    gaps = with_models(use)
    assert sum(gap < 0.001 for gap in gaps) > sum(gap > 0.02 for gap in gaps) > 0


@pytest.mark.parametrize("streams", ["chat", "client"])
def test_an_answer_without_an_end_is_a_failure(streams):
    async def use(chat, client):
        if streams == "chat":
            await chat.ainvoke(COUNT, stream=True)
        async for _ in stream_chunks(client, model="demo-flaky:truncated", messages=COUNT):
            pass

    with pytest.raises(StreamBroken, match="before it was complete"):
        with_models(use, "demo-flaky:truncated")


HALVES = "a \ud83d\ude00 b \ud83d c"


def test_half_an_emoji_in_the_conversation_is_sent_as_well_as_it_can_be():
    async def use(chat, client):
        messages = [{"role": "user", "content": f"hello {HALVES}"}]
        told = [chunk.text async for chunk in chat.astream(messages)]
        chunks = [chunk async for chunk in stream_chunks(client, model="demo", messages=messages)]
        return bool("".join(told)), len(chunks) > 1

    assert with_models(use) == (True, True)
    assert sendable([{"content": HALVES}]) == [{"content": "a 😀 b \ufffd c"}]


def test_usage_is_asked_for_although_the_server_is_not_openais():
    async def use(chat, client):
        return [chunk.usage_metadata async for chunk in chat.astream(COUNT) if chunk.usage_metadata]

    assert with_models(use)[0]["output_tokens"] == 60
