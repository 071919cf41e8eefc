import asyncio
from typing import Any

import openai
import pytest
from langchain_openai import ChatOpenAI

from agent.llm.chunks import CallPiece, Chunk, End, Text
from agent.llm.completions import stream_chunks
from agent.llm.request import sendable
from agent.pace import MOST_SECONDS, PACE
from tests.unit.llm.test_chat import COUNT, NUMBERS, with_models

CROWD = 24


def text_of(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks if isinstance(chunk, Text))


def test_tokens_that_are_read_in_batches_arrive_whole_and_in_order() -> None:
    async def use(chat: ChatOpenAI, client: openai.AsyncOpenAI) -> tuple[str, str]:
        told = [str(chunk.text) async for chunk in chat.astream(COUNT)]
        chunks = [chunk async for chunk in stream_chunks(client, model="demo", messages=COUNT)]
        return "".join(told), text_of(chunks)

    assert with_models(use) == (NUMBERS, NUMBERS)


@pytest.fixture
def busy_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has no time to spare for as long as a test takes."""
    monkeypatch.setattr(PACE, "rest", MOST_SECONDS)
    monkeypatch.setattr(PACE, "note", lambda late: None)


@pytest.mark.usefixtures("busy_process")
@pytest.mark.parametrize("kind", ["chat", "client"])
def test_under_load_tokens_come_joined_and_whole_and_in_order(kind: str) -> None:
    async def use(chat: ChatOpenAI, client: openai.AsyncOpenAI) -> list[list[str]]:
        async def one() -> list[str]:
            if kind == "chat":
                return [str(chunk.text) async for chunk in chat.astream(COUNT)]
            chunks = [chunk async for chunk in stream_chunks(client, model="demo", messages=COUNT)]
            assert isinstance(end := chunks[-1], End)
            assert end.usage
            assert end.usage.output_tokens == 60
            return [text_of([chunk]) for chunk in chunks]

        return await asyncio.gather(*(one() for _ in range(CROWD)))

    answers = with_models(use, rate=60.0)
    assert ["".join(pieces) for pieces in answers] == [NUMBERS] * CROWD
    assert max(sum(bool(piece) for piece in pieces) for pieces in answers) < 60


@pytest.mark.usefixtures("busy_process")
def test_under_load_tool_calls_and_the_end_stay_what_they_are() -> None:
    question = [{"role": "user", "content": "what items are in the office and the bedroom?"}]
    place = {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}
    tools = [{"type": "function", "function": {"name": "get_items", "parameters": place}}]

    async def use(chat: ChatOpenAI, client: openai.AsyncOpenAI) -> list[list[Chunk]]:
        async def one() -> list[Chunk]:
            return [chunk async for chunk in stream_chunks(client, model="demo", messages=question, tools=tools)]

        return await asyncio.gather(*(one() for _ in range(CROWD)))

    for chunks in with_models(use):
        pieces = [chunk for chunk in chunks if isinstance(chunk, CallPiece)]
        arguments = ["".join(piece.arguments for piece in pieces if piece.index == at) for at in (0, 1)]
        assert arguments == ['{"place": "office"}', '{"place": "bedroom"}']
        assert isinstance(end := chunks[-1], End)
        assert (end.reason, [call.arguments for call in end.calls]) == ("tool_calls", arguments)


HALVES = "a \ud83d\ude00 b \ud83d c"


def test_half_an_emoji_in_the_conversation_is_sent_as_well_as_it_can_be() -> None:
    async def use(chat: ChatOpenAI, client: openai.AsyncOpenAI) -> tuple[bool, bool]:
        messages: list[Any] = [{"role": "user", "content": f"hello {HALVES}"}]
        told = [chunk.text async for chunk in chat.astream(messages)]
        chunks = [chunk async for chunk in stream_chunks(client, model="demo", messages=messages)]
        return bool("".join(told)), len(chunks) > 1

    assert with_models(use) == (True, True)
    assert sendable([{"content": HALVES}]) == [{"content": "a 😀 b \ufffd c"}]
