"""The one private name of langchain-openai in use: `ChatOpenAI._get_request_payload`, which turns LangChain's messages
and a model's settings into a request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import BaseMessage
from langchain_openai import ChatOpenAI


def request_payload(
    model: ChatOpenAI, messages: Sequence[BaseMessage], stop: list[str] | None, options: Mapping[str, Any]
) -> dict[str, Any]:
    """The request that ChatOpenAI would send; its `messages` stand in the order of those given, one for one."""
    return dict(model._get_request_payload(list(messages), stop=stop, **options))
