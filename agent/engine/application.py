"""What one process has for all its visitors; a page is handed single parts of it, never the whole."""

from __future__ import annotations

from agent.engine.in_process import InProcessBackend
from agent.offload import Offload
from agent.settings import Settings
from agent.store.gate import Gate
from agent.store.store import Store
from agent.store.upload import Shelf


class Application:
    """The settings, where runs live, what is kept. As a context manager it closes itself."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store.of(settings)
        self.runs = InProcessBackend(settings, self.store)
        self.gate = Gate(settings.host_password) if settings.host_password else None
        """The host's way to all comments, if there is a password."""
        self.uploads, self.packs = Offload(megabytes=160), Offload(at_once=1, megabytes=192)
        """Where files that visitors send are read, two at once, and where what they take along is made, one by one."""
        self.shelf = Shelf(int(settings.limits.uploads_megabytes * 1e6))
        """What visitors have sent, while they look at it."""

    def close(self) -> None:
        """Stop all runs and let go of everything; takes a second at most."""
        self.runs.close()

    def __enter__(self) -> Application:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
