"""Whether a visitor's key opens the model server, asked with the one request that costs nothing: its list of models."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import httpx2

CHECK_SECONDS = 5.0
"""Seconds that a visitor who has typed a key waits; then it is accepted unchecked."""
MOST_BYTES = 2_000_000
"""Bytes of the list; OpenRouter's, with prices and texts for 400 models, takes 700 kB."""


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """What a model server says about a key."""

    is_refused: bool = False
    models: frozenset[str] | None = None
    """The models the key may use; None where the server does not tell, or could not be asked."""


async def check_key(key: str, url: str, client: httpx2.AsyncClient) -> KeyCheck:
    """Ask the server at `url` for the models of a key; never raises."""
    if not (key.isascii() and key.isprintable()):  # no header can carry it
        return KeyCheck(is_refused=True)
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
            async with client.stream("GET", f"{url}/models", headers=headers) as response:
                if response.status_code in (401, 403):
                    return KeyCheck(is_refused=True)
                if response.status_code != 200:
                    return KeyCheck()
                body = bytearray()
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > MOST_BYTES:
                        return KeyCheck()
            return KeyCheck(models=_models(httpx2.Response(200, content=bytes(body)).json()))
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, ValueError, RecursionError):
        return KeyCheck()  # ValueError: no JSON


def _models(listed: object) -> frozenset[str] | None:
    """The ids in a list of models: OpenAI's object around it is left out by some servers."""
    models = listed.get("data") or listed.get("models") if isinstance(listed, dict) else listed
    if not isinstance(models, list):
        return None
    named = (model.get("id") or model.get("name") if isinstance(model, dict) else model for model in models)
    return frozenset(name for name in named if isinstance(name, str)) or None
