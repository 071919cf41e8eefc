"""Errors with OpenAI's status codes and JSON shape, and the ways in which `demo-flaky` fails, as providers do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import cycle
from typing import Any

FAULTS = tuple(
    "broken invalid_json in_band_error truncated stall no_head rate_limited rate_limited_once server_error "
    "unauthorized context_length".split()
)
"""All faults, in the order in which they come."""


@dataclass(eq=False)
class ApiError(Exception):
    """A request was refused."""

    message: str
    status: int = 400
    kind: str = "invalid_request_error"
    param: str | None = None
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body of the response."""
        return {"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}}


def unauthorized(key: str) -> ApiError:
    """Refuse a key, shown as providers show it: short ones whole, long ones by their ends."""
    shown = f"{key[:8]}{'*' * (len(key) - 12)}{key[-4:]}" if len(key) > 16 else key
    message = f"Incorrect API key provided: {shown}." if key else "No API key: send 'Authorization: Bearer KEY'."
    return ApiError(message, status=401, code="invalid_api_key", headers={"www-authenticate": "Bearer"})


IN_BAND_ERROR = ApiError("The demo server failed on purpose, in the middle of its answer.", 500, "server_error")


class FaultCycle:
    """Deals out one fault after another. The same request meets the same fault, so a retry meets it again."""

    def __init__(self) -> None:
        faults = cycle(FAULTS)
        self._deal = lru_cache(maxsize=1000)(lambda key: next(faults))
        self._limited: set[bytes] = set()

    def strike(self, named: str | None, body: bytes) -> str | None:
        """Return the fault for a request's body; None for the retry after `rate_limited_once`."""
        key = hashlib.sha256(body).digest()
        fault = named or self._deal(key)
        if fault == "rate_limited_once":
            if key in self._limited:
                return None
            self._limited.add(key)
        return fault


def refusal(fault: str, key: str) -> ApiError | None:
    """Return the error to answer with at once; None for a fault that strikes later."""
    if fault in ("rate_limited", "rate_limited_once"):
        message = "Rate limit reached for demo-flaky: this demo model refuses on purpose. Try again in 1 s."
        retry = {"retry-after": "1"} if fault == "rate_limited_once" else {}
        return ApiError(message, 429, "requests", code="rate_limit_exceeded", headers=retry)
    if fault == "server_error":
        return ApiError("The demo server failed on purpose.", 500, "server_error")
    if fault == "context_length":
        message = "This demo model's maximum context length is 0 tokens, on purpose. Please shorten the messages."
        return ApiError(message, param="messages", code="context_length_exceeded")
    return unauthorized(key) if fault == "unauthorized" else None
