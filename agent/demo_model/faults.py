"""The ways in which `demo-flaky` fails, as providers do."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Literal, get_args

from agent.demo_model.errors import ApiError, unauthorized, unknown_model

Fault = Literal[
    "broken",
    "invalid_json",
    "in_band_error",
    "truncated",
    "stall",
    "no_head",
    "rate_limited",
    "rate_limited_once",
    "server_error",
    "unauthorized",
    "context_length",
]
FAULTS: tuple[Fault, ...] = get_args(Fault)
"""All faults, in the order in which they come."""

TOKENS_BEFORE = 12
"""How many tokens come through before a fault in the middle of a stream."""

IN_BAND_ERROR = ApiError(
    "The demo server failed on purpose, in the middle of its answer.", status=500, kind="server_error"
)

_REMEMBERED = 1000


class FaultCycle:
    """Deals one fault after the other. The same request meets the same fault, so that a retry sees it."""

    def __init__(self) -> None:
        self._dealt: OrderedDict[bytes, Fault] = OrderedDict()
        self._limited: OrderedDict[bytes, None] = OrderedDict()
        self._next = 0

    def strike(self, model: str, body: bytes) -> Fault | None:
        """Return the fault for a request's body; None if it came back after `rate_limited_once`.

        Raises ApiError if `model` names a fault that there is not.
        """
        key = hashlib.sha256(body).digest()
        named = check_fault(model)
        fault = named or self._dealt.get(key)
        if fault is None:
            fault = FAULTS[self._next % len(FAULTS)]
            self._next += 1
        if named is None:
            _remember(self._dealt, key, fault)
        if fault == "rate_limited_once":
            if key in self._limited:
                return None
            _remember(self._limited, key, None)
        return fault


def check_fault(model: str) -> Fault | None:
    """Return the fault that `demo-flaky:NAME` picks, None for a name without one.

    Raises ApiError if there is no such fault.
    """
    _, colon, name = model.partition(":")
    if not colon:
        return None
    for fault in FAULTS:
        if fault == name:
            return fault
    raise unknown_model(model)


def refusal(fault: Fault, key: str) -> ApiError | None:
    """Return the error that answers a request at once; None for a fault that strikes later."""
    if fault in ("rate_limited", "rate_limited_once"):
        return ApiError(
            "Rate limit reached for demo-flaky: this demo model refuses on purpose. Try again in 1 s.",
            status=429,
            kind="requests",
            code="rate_limit_exceeded",
            headers={"retry-after": "1"} if fault == "rate_limited_once" else {},
        )
    if fault == "server_error":
        return ApiError("The demo server failed on purpose.", status=500, kind="server_error")
    if fault == "unauthorized":
        return unauthorized(key)
    if fault == "context_length":
        message = "This demo model's maximum context length is 0 tokens, on purpose. Please shorten the messages."
        return ApiError(message, param="messages", code="context_length_exceeded")
    return None


def _remember(memory: OrderedDict[bytes, Fault] | OrderedDict[bytes, None], key: bytes, value: Fault | None) -> None:
    memory[key] = value  # type: ignore[assignment]  # each memory is given its own kind of value
    if len(memory) > _REMEMBERED:
        memory.popitem(last=False)
