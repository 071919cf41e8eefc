from __future__ import annotations

from collections.abc import Callable
from functools import partial

from agent.export.export import Export
from agent.offload import Offload
from agent.store.comments import Comment, Comments
from agent.store.database import Sqlite
from agent.store.recording import Header
from agent.streaming.events import RunRequest
from agent.streaming.modes import RUN_MODES
from tests.unit.events import FINISHED, STARTED, log, queued, token
from ui.runs.review import csv_now, make_now


def test_a_pack_holds_what_was_said_after_the_page_was_drawn(sqlite: Callable[[], Sqlite]) -> None:
    comments = Comments(sqlite())
    header = Header("12345678", 0.0, RunRequest("?"))
    export = Export(header, log(queued(), STARTED, token("Words"), FINISHED), RUN_MODES, comments.of("12345678"))
    button = partial(make_now, "md", export, comments=comments, packs=Offload(seconds=60))
    comments.add(Comment("12345678", "ann", 1, "said meanwhile", 1.0))
    assert b"said meanwhile" in button()


def test_the_hosts_table_holds_what_was_said_after_the_page_was_drawn(sqlite: Callable[[], Sqlite]) -> None:
    comments = Comments(sqlite())
    button = partial(csv_now, lambda: (comments.all(), {"12345678": "What is new?"}))
    assert "said meanwhile" not in button()
    comments.add(Comment("12345678", "ann", 1, "said meanwhile", 1.0))
    assert "said meanwhile" in button()
    assert "What is new?" in button()
