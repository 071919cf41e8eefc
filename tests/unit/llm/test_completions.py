import asyncio

import pytest

from agent.llm.completions import _CallIds, sendable, stream_chunks
from tests.unit.llm.test_models import COUNT, NUMBERS, with_models

CROWD = 24


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


def text_of(chunks):
    return "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks if chunk["choices"])


@pytest.mark.parametrize("kind", ["chat", "client"])
def test_in_a_crowd_tokens_come_joined_and_whole_and_in_order(kind):
    async def use(chat, client):
        async def one():
            if kind == "chat":
                return [chunk.text async for chunk in chat.astream(COUNT)]
            chunks = [chunk async for chunk in stream_chunks(client, model="demo", messages=COUNT)]
            assert chunks[-1]["usage"]["completion_tokens"] == 60
            return [text_of([chunk]) for chunk in chunks]

        return await asyncio.gather(*(one() for _ in range(CROWD)))

    answers = with_models(use, rate=60.0)
    assert ["".join(pieces) for pieces in answers] == [NUMBERS] * CROWD
    assert max(sum(bool(piece) for piece in pieces) for pieces in answers) < 60


def test_in_a_crowd_tool_calls_and_the_end_stay_what_they_are():
    question = [{"role": "user", "content": "what items are in the office and the bedroom?"}]
    place = {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}
    tools = [{"type": "function", "function": {"name": "get_items", "parameters": place}}]

    async def use(chat, client):
        async def one():
            chunks = stream_chunks(client, model="demo", messages=question, tools=tools)
            return [choice async for chunk in chunks for choice in chunk["choices"]]

        return await asyncio.gather(*(one() for _ in range(CROWD)))

    for choices in with_models(use):
        calls = [call for choice in choices for call in choice["delta"].get("tool_calls", [])]
        arguments = [
            "".join(call["function"].get("arguments", "") for call in calls if call["index"] == at) for at in (0, 1)
        ]
        assert arguments == ['{"place": "office"}', '{"place": "bedroom"}']
        assert [choice["finish_reason"] for choice in choices][-1] == "tool_calls"


HALVES = "a \ud83d\ude00 b \ud83d c"


def test_half_an_emoji_in_the_conversation_is_sent_as_well_as_it_can_be():
    async def use(chat, client):
        messages = [{"role": "user", "content": f"hello {HALVES}"}]
        told = [chunk.text async for chunk in chat.astream(messages)]
        chunks = [chunk async for chunk in stream_chunks(client, model="demo", messages=messages)]
        return bool("".join(told)), len(chunks) > 1

    assert with_models(use) == (True, True)
    assert sendable([{"content": HALVES}]) == [{"content": "a 😀 b \ufffd c"}]


def test_a_call_without_an_id_gets_one():
    ids = _CallIds()
    pieces = [{"index": 0, "id": ""}, {"index": 0, "id": ""}, {"index": 1}, {"index": 1, "id": "call_2"}]
    chunks = [{"choices": [{"delta": {"tool_calls": [piece]}}]} for piece in pieces]
    first, more, second, named = (c["choices"][0]["delta"]["tool_calls"][0].get("id") for c in map(ids.named, chunks))
    assert first
    assert more is None
    assert second not in (None, first)
    assert named == "call_2"
