"""A run as one file to send to somebody who was not there; on the page, the review export.

`to_html` makes a page that loads nothing, runs nothing and opens anywhere; the others are for engineers, and for
programs. None of them says who asked, or lets its reader into the conversation.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Callable
from typing import BinaryIO, Literal

from agent.export.export import Export
from agent.export.html import to_html
from agent.export.markdown import to_markdown
from agent.offload import Offload
from agent.store.comments import Comment
from agent.store.recording import anonymous, dump, event_line, header_line, parse
from texts import tell

Ending = Literal["html", "md", "jsonl", "ag-ui.jsonl"]


def make(ending: Ending, export: Export, offload: Offload) -> bytes:
    """The file of this ending, made in a process of its own; where that fails, the sentence that says why."""
    order = {
        "ending": ending,
        "modes": list(export.modes),
        "comments": [dataclasses.asdict(comment) for comment in export.comments],
        "link": export.link,
        "titles": dict(export.titles),
        "language": export.language,
        "agent": export.agent,
    }
    lines = itertools.chain([json.dumps(order) + "\n", header_line(export.header)], map(event_line, export.events))
    made = offload.run("agent.export.make:fill", (line.encode() for line in lines))
    return made if isinstance(made, bytes) else tell(export.language, made.sentence).encode()


def fill(source: BinaryIO, target: BinaryIO) -> None:
    """Make what `make` asks for; this is the function that the process calls."""
    order = json.loads(source.readline())
    recording = parse(source.read().decode())
    comments = [Comment(**comment) for comment in order["comments"]]
    export = Export(
        recording.header,
        recording.events,
        order["modes"],
        comments,
        order["link"],
        order["titles"],
        order["language"],
        order["agent"],
    )
    target.write(_MAKERS[order["ending"]](export).encode())


def to_jsonl(export: Export) -> str:
    """The recording itself, without what belongs to its owner."""
    return dump(anonymous(export.header), export.events)


def to_ag_ui(export: Export) -> str:
    """The run as events of AG-UI, one a line."""
    from agent.export.ag_ui import lines  # only where it is needed: its types take a tenth of a second to load

    return "".join(f"{line}\n" for line in lines(export.header, export.events))


_MAKERS: dict[Ending, Callable[[Export], str]] = {
    "html": to_html,
    "md": to_markdown,
    "jsonl": to_jsonl,
    "ag-ui.jsonl": to_ag_ui,
}
