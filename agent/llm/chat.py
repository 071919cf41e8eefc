"""ChatOpenAI as used here, its answers parsed by our own reader."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

import httpx2
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCall
from langchain_core.messages.ai import InputTokenDetails, OutputTokenDetails, UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.runnables import RunnableConfig
from langchain_openai import ChatOpenAI
from langgraph.config import get_stream_writer
from pydantic import SecretStr

from agent.llm._langchain_compat import request_payload
from agent.llm.chunks import CallPiece, Chunk, End, Reasoning, Refusal, Text, Usage
from agent.llm.completions import read_chunks, stream_chunks
from agent.llm.endpoint import Endpoint
from agent.llm.plain import as_token
from agent.llm.request import arguments_kept, last_turns
from agent.llm.thinking import without_thinking
from agent.settings import Limits

AS_SENT = "as_sent"
"""The key under which a message keeps what LangChain has no field for and the server expects back."""


def chat_model(endpoint: Endpoint, limits: Limits, client: httpx2.AsyncClient | None = None) -> ChatOpenAI:
    """A LangChain model for an endpoint.

    The Responses API, which ChatOpenAI picks by itself for some model names, is never used: its streams have another
    format. `stream_chunk_timeout` is off because it can swallow a cancellation before Python 3.12; the HTTP client's
    read timeout takes its place.
    """
    return CompleteChatOpenAI(
        model=endpoint.model,
        api_key=SecretStr(endpoint.api_key),
        base_url=endpoint.url,
        http_async_client=client,
        timeout=httpx2.Timeout(limits.read_seconds, connect=limits.connect_seconds),
        use_responses_api=False,
        streaming=True,
        stream_usage=True,
        stream_chunk_timeout=None,
        turns=limits.turns_remembered,
    )


class CompleteChatOpenAI(ChatOpenAI):
    """A ChatOpenAI to which an answer that is broken off, truncated or empty is a failure, not a shorter answer.

    It reads what servers really send (`agent.llm.wire`), reasoning included, and sends back what they expect to see
    again. Failures are AgentErrors. Answers with a `response_format` are left to ChatOpenAI itself.
    """

    turns: int | None = None
    """Turns of a conversation that are sent, besides the last one; None for all."""

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """False: LangChain does not know this class and could not load it again."""
        return False

    def invoke(self, input: LanguageModelInput, config: RunnableConfig | None = None, **kwargs: Any) -> AIMessage:
        """Ask and wait for the whole answer; blocks the thread."""
        return _settled(super().invoke(input, config, **kwargs))

    async def ainvoke(
        self, input: LanguageModelInput, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AIMessage:
        """Ask and wait for the whole answer."""
        return _settled(await super().ainvoke(input, config, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        if self._has_format(kwargs):
            yield from super()._stream(messages, stop, run_manager, **kwargs)
            return
        for chunk in read_chunks(self.root_client, **self._request(messages, stop, kwargs)):
            if generated := _generated(chunk):
                yield generated

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        if self._has_format(kwargs):
            async for generated in super()._astream(messages, stop, run_manager, **kwargs):
                yield generated
            return
        stream = stream_chunks(self.root_async_client, **self._request(messages, stop, kwargs))
        async with contextlib.aclosing(stream) as chunks:
            async for chunk in chunks:
                if generated_ := _generated(chunk):
                    yield generated_

    def _has_format(self, options: Mapping[str, Any]) -> bool:
        return bool({**self.model_kwargs, **options}.get("response_format"))

    def _request(self, messages: Sequence[BaseMessage], stop: list[str] | None, options: dict[str, Any]) -> Any:
        options.pop("stream_usage", None)
        request = request_payload(self, messages, stop, options)
        for message, sent in zip(messages, request["messages"], strict=True):
            if kept := message.additional_kwargs.get(AS_SENT):
                _send_back(message, kept, sent)
        request["messages"] = last_turns(request["messages"], self.turns)
        return request


def _generated(chunk: Chunk) -> ChatGenerationChunk | None:
    """A chunk in LangChain's form."""
    match chunk:
        case Text(text):
            return ChatGenerationChunk(message=AIMessageChunk(content=text))
        case Reasoning(text):
            message = AIMessageChunk(content="", additional_kwargs={"reasoning_content": text})
        case Refusal(text):
            message = AIMessageChunk(content=text, additional_kwargs={"refusal": text})
        case CallPiece(index, call_id, name, arguments):
            piece = tool_call_chunk(name=name or None, args=arguments, id=call_id or None, index=index)
            message = AIMessageChunk(content="", tool_call_chunks=[piece])
        case End():
            return _generated_end(chunk)
        case _:
            if token := as_token(chunk):
                with contextlib.suppress(RuntimeError, KeyError):  # nobody reads along
                    get_stream_writer()(token)
            return None
    return ChatGenerationChunk(message=message)


def _generated_end(end: End) -> ChatGenerationChunk:
    kept: dict[str, Any] = {}
    if any(call.broken or call.repaired for call in end.calls):
        kept["calls"] = [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in end.calls]
    if extra := {call.id: dict(call.extra) for call in end.calls if call.extra}:
        kept["call_extra"] = extra
    if end.extra:
        kept["extra"] = dict(end.extra)
    if end.reasoning_field:
        kept["reasoning_field"] = end.reasoning_field
    message = AIMessageChunk(
        content="",
        additional_kwargs={AS_SENT: kept} if kept else {},
        usage_metadata=_usage(end.usage),
        chunk_position="last",
    )
    said = {"finish_reason": end.said_reason or end.reason, "model_name": end.model}
    return ChatGenerationChunk(message=message, generation_info={key: word for key, word in said.items() if word})


def _usage(usage: Usage | None) -> UsageMetadata | None:
    if usage is None:
        return None
    return UsageMetadata(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        total_tokens=usage.total_tokens,
        input_token_details=InputTokenDetails(cache_read=usage.cached_tokens),
        output_token_details=OutputTokenDetails(reasoning=usage.reasoning_tokens),
    )


def _settled(message: AIMessage) -> AIMessage:
    """A whole message with its calls as they were sent.

    LangChain completes arguments that break off, and a tool would run with half of them. Here they become an argument
    that no tool has, for `check_arguments` to find.
    """
    if isinstance(message.content, str):
        message.content = without_thinking(message.content)
    kept = message.additional_kwargs.get(AS_SENT) or {}
    if calls := kept.pop("calls", None):
        message.tool_calls = [
            ToolCall(name=call["name"], args=arguments_kept(call["arguments"]), id=call["id"], type="tool_call")
            for call in calls
        ]
        message.invalid_tool_calls = []
    return message


def _send_back(message: BaseMessage, kept: Mapping[str, Any], sent: dict[str, Any]) -> None:
    """Add to a message in OpenAI's format what its server expects back."""
    if name := kept.get("reasoning_field"):
        sent[name] = message.additional_kwargs.get("reasoning_content", "")
    sent |= kept.get("extra", {})
    extras = kept.get("call_extra", {})
    for call in sent.get("tool_calls") or ():
        extra = dict(extras.get(call["id"], {}))
        call["function"] = {**call["function"], **extra.pop("function", {})}
        call |= extra
