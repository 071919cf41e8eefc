"""What one process provides for all its visitors; pages get individual parts of it, never the whole."""

from __future__ import annotations

from agent.engine.in_process import InProcessBackend
from agent.offload import Offload
from agent.settings import Settings
from agent.store.gate import Gate
from agent.store.store import Store
from agent.store.upload import Shelf


class Application:
    """The settings, the runs, and the store. As a context manager it closes itself."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store.of(settings)
        self.runs = InProcessBackend(settings, self.store)
        self.gate = Gate(settings.host_password) if settings.host_password else None
        """The host's access to all comments, if there is a password."""
        self.uploads, self.packs = Offload(megabytes=160), Offload(at_once=1, megabytes=192)
        """Where visitors' files are read, two at a time, and their downloads are made, one at a time."""
        self.shelf = Shelf(int(settings.limits.uploads_megabytes * 1e6))
        """The files that visitors are looking at."""

    def close(self) -> None:
        """Stop all runs and release everything; takes a second at most."""
        self.runs.close()

    def __enter__(self) -> Application:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
