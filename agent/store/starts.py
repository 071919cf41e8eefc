"""How often visitors and addresses have asked in the last minute, counted over all processes sharing the database."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping

from agent.store.database import Database

SECONDS = 60.0
"""How long a start counts."""
_LOCK = "INSERT INTO starts VALUES (?, '[]', ?) ON CONFLICT (who) DO UPDATE SET at = excluded.at"


class Starts:
    """The starts. Safe from any thread; raises DatabaseError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, bounds: Mapping[str, int]) -> tuple[str, float] | None:
        """Count a start for each of these, who may have so many a minute; or return who has had all of them, and the
        seconds until there is room. Then it counts for nobody.
        """
        now = time.time()
        with self._database.transaction() as connection:
            counted = []
            for who, most in bounds.items():
                name = hashlib.sha256(who.encode("utf-8", "replace")).hexdigest()  # no address, and no token
                connection.execute(_LOCK, (name, now))
                (line,) = connection.execute("SELECT moments FROM starts WHERE who = ?", (name,)).fetchone()
                moments = [moment for moment in json.loads(line) if now - moment < SECONDS]
                if len(moments) >= most:
                    return who, SECONDS - (now - moments[0])
                counted.append((json.dumps([*moments, now]), name))
            connection.executemany("UPDATE starts SET moments = ? WHERE who = ?", counted)
        return None
