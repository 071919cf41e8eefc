"""The JSON Schema of a recording's lines, printed from the types that read and write them.

`python -m agent.store.schema` writes it to docs/recording.schema.json.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from agent.store.recording import FORMAT, HEADERS, WITHOUT_PAUSES
from agent.streaming.events import EVENTS

FILE = Path(__file__).parents[2] / "docs" / "recording.schema.json"


def schema() -> dict[str, Any]:
    """The schema: a line is a header or an event."""
    header = HEADERS.json_schema(ref_template="#/$defs/{model}")
    event = EVENTS.json_schema(ref_template="#/$defs/{model}")
    kinds = {**header.pop("$defs"), **event.pop("$defs")}
    header["properties"] = {"toolstream": {"enum": [WITHOUT_PAUSES, FORMAT]}, **header["properties"]}
    header["required"] = ["toolstream", *header["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of a Toolstream recording",
        "description": "The first line is a header, each other line an event. See recording.md.",
        "oneOf": [{"$ref": "#/$defs/Header"}, {"$ref": "#/$defs/StreamEvent"}],
        "$defs": {"Header": header, "StreamEvent": event, **kinds},
    }


def printed() -> str:
    """The schema as text."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(printed(), encoding="utf-8")
