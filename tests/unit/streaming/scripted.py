"""A LangChain model whose answers are written down beforehand, streamed in pieces as a server would send them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import ToolCallChunk, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

Say = Callable[[Sequence[BaseMessage]], AIMessage]


class Scripted(BaseChatModel):
    """Gives its answers one after the other; one that is a function is asked with the messages so far."""

    answers: list[Any]

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        """Nothing to bind: what is asked for is written down."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._next(messages))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in pieces(self._next(messages)):
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in pieces(self._next(messages)):
            await asyncio.sleep(0)  # so that parallel ones mix
            if run_manager:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def _next(self, messages: Sequence[BaseMessage]) -> AIMessage:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        message: AIMessage = answer(messages) if callable(answer) else answer
        return message


def scripted(*answers: AIMessage | Say | str) -> Scripted:
    """A model that gives these answers, the last one for ever."""
    return Scripted(answers=[AIMessage(answer) if isinstance(answer, str) else answer for answer in answers])


def calling(*calls: tuple[str, str, dict[str, Any]], text: str = "") -> AIMessage:
    """A message that asks for tools: the id, the name and the arguments of each call."""
    return AIMessage(text, tool_calls=[{"id": id_, "name": name, "args": args} for id_, name, args in calls])


def pieces(message: AIMessage) -> Iterator[ChatGenerationChunk]:
    """A message as it is streamed: its words, then each call in three pieces."""
    for word in re.findall(r"\S+\s*", str(message.content)):
        yield ChatGenerationChunk(message=AIMessageChunk(content=word))
    for index, call in enumerate(message.tool_calls):
        half = len(args := json.dumps(call["args"])) // 2
        yield _call_piece(tool_call_chunk(name=call["name"], args="", id=call["id"], index=index))
        for part in (args[:half], args[half:]):
            yield _call_piece(tool_call_chunk(args=part, index=index))
    end = {"finish_reason": "tool_calls" if message.tool_calls else "stop"}
    yield ChatGenerationChunk(message=AIMessageChunk(content="", response_metadata=end))


def _call_piece(piece: ToolCallChunk) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=[piece]))
