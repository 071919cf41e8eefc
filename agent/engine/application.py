"""What one process has for all its visitors; a page is handed single parts of it, never the whole."""

from __future__ import annotations

from agent.engine.in_process import InProcessBackend
from agent.settings import Settings
from agent.store.gate import Gate
from agent.store.store import Store


class Application:
    """The settings, where runs live, what is kept. As a context manager it closes itself."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store.of(settings)
        self.runs = InProcessBackend(settings, self.store)
        self.gate = Gate(settings.host_password) if settings.host_password else None
        """The host's way to all comments, if there is a password."""

    def close(self) -> None:
        """Stop all runs and let go of everything; takes a second at most."""
        self.runs.close()

    def __enter__(self) -> Application:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
