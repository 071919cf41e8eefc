"""Refusals, in OpenAI's status codes and JSON shape."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A request is refused: an HTTP status and OpenAI's `{"error": {...}}` body."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self._error = {"message": message, "type": kind, "param": param, "code": code}

    def body(self) -> dict[str, Any]:
        """Return the JSON body of the response."""
        return {"error": self._error}


def wrong_type(param: str, expected: str, value: object) -> ApiError:
    """Refuse a field that has a value of another JSON type."""
    kinds = {
        bool: "a boolean",
        int: "an integer",
        float: "a number",
        str: "a string",
        list: "an array",
        dict: "an object",
    }
    got = "null" if value is None else kinds.get(type(value), type(value).__name__)
    return ApiError(f"'{param}' should be {expected}, but it is {got}.", param=param, code="invalid_type")


def unknown_model(name: str) -> ApiError:
    """Refuse a model that is not served here."""
    return ApiError(
        f"The model '{name[:100]}' does not exist here. This is a demo server without AI; it serves demo, "
        "demo-fast and demo-flaky.",
        status=404,
        param="model",
        code="model_not_found",
    )


def unauthorized(key: str) -> ApiError:
    """Refuse a key, showing it the way providers do: short ones whole, long ones by their ends."""
    shown = f"{key[:8]}{'*' * (len(key) - 12)}{key[-4:]}" if len(key) > 16 else key
    message = (
        f"Incorrect API key provided: {shown}." if key else "No API key was provided: send 'Authorization: Bearer KEY'."
    )
    return ApiError(message, status=401, code="invalid_api_key", headers={"www-authenticate": "Bearer"})
