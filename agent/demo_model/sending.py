"""Sends an answer at its speed, and stops as soon as the client has gone."""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from agent.demo_model.answers import Outcome
from agent.demo_model.stats import Tally

# Without a pause between tokens, others on the loop get their turn after so many.
_TURN = 32


class PacedResponse(Response):
    """An outcome sent at `rate` tokens a second, counted in `tally`."""

    def __init__(self, outcome: Outcome, rate: float, tally: Tally) -> None:
        self._outcome, self._rate, self._tally = outcome, rate, tally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until it is done or the client has hung up."""
        sending = asyncio.ensure_future(self._send(scope, send))
        leaving = asyncio.ensure_future(_client_gone(receive))
        self._tally.sending.add(sending)
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                self._tally.hung_up += 1
            elif self._outcome.end == "cut":
                await leaving
        finally:
            self._tally.sending.discard(sending)
            sending.cancel()
            leaving.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send(self, scope: Scope, send: Send) -> None:
        clock = asyncio.get_running_loop().time
        start = clock()
        tokens = 0
        for at, part in enumerate(self._outcome.parts):
            tokens += part.tokens
            # Due times are counted from the start, so that small delays do not add up.
            wait = start + tokens / self._rate - clock()
            if wait > 0 or at % _TURN == 0:
                await asyncio.sleep(max(0.0, wait))
            if at == 0:
                await send({"type": "http.response.start", "status": 200, "headers": list(self._outcome.headers)})
            await send({"type": "http.response.body", "body": part.data, "more_body": True})
            self._tally.tokens += part.tokens
        if self._outcome.end == "silence":
            await asyncio.Event().wait()
        elif self._outcome.end == "cut":
            scope["state"]["transport"].abort()
        else:
            await send({"type": "http.response.body", "body": b""})


async def _client_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
