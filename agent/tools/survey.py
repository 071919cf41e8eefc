"""A tool that shows everything which docs/shapes.md describes. What it finds is made up."""

from __future__ import annotations

import asyncio
import io

from langgraph.config import get_stream_writer
from langgraph.graph.ui import push_ui_message

from agent.tools.demo import search_shelves
from agent.tools.registry import offered


@offered(icon="category")
async def survey(place: str) -> str:
    """Survey a place: pictures, key figures, diagrams, files and cards of it."""
    write = get_stream_writer()
    push_ui_message("site-visit", {"place": place, "status": "on the way"}, id="visit", state_key=None)
    write({"image": await asyncio.to_thread(_picture, len(place)), "alt": f"The {place} in the evening"})
    items = [item async for item in search_shelves(place)] or ["nothing"]
    columns = [{"name": "Item", "type": "text"}, {"name": "Count", "type": "number"},
               {"name": "Checked", "type": "date"}, {"name": "Whole", "type": "bool"}]  # fmt: skip
    rows = [[item, 3 * len(item), f"2026-11-{day:02}", day % 2 == 0] for day, item in enumerate(items, 1)]
    write({"table": {"columns": columns, "rows": rows}, "title": "What is there"})
    await asyncio.sleep(0.4)
    things = sum(3 * len(item) for item in items)
    write(
        {
            "metrics": [
                {"label": "Things", "value": things, "delta": len(items)},
                {"label": "Damp", "value": "31%", "delta": "-4%"},
                {"label": "Floors", "value": 2},
            ]
        }
    )
    await asyncio.sleep(0.4)
    ways = "\n".join(f"  hall --> i{number}[{item}]" for number, item in enumerate(items))
    write({"diagram": f"flowchart LR\n  door([Door]) --> hall{{Hall}}\n{ways}", "alt": f"Ways through the {place}"})
    await asyncio.sleep(0.4)
    write({"code": f"for item in {items!r}:\n    print(item, 3 * len(item))", "language": "python"})
    csv = "\n".join(["item,count", *(f"{item},{3 * len(item)}" for item in items)])
    write({"file": {"name": f"{place}.csv", "text": csv}})
    push_ui_message("site-visit", {"status": "done", "found": len(items)}, id="visit", merge=True, state_key=None)
    return f"{things} things were found in the {place}."


def _picture(size: int) -> bytes:
    """A house, a hill and the sun going down: 480 by 240 pixels, as PNG."""
    from PIL import Image, ImageDraw  # here, as it takes 30 ms

    image = Image.new("RGB", (480, 240), "#f6c28b")
    draw = ImageDraw.Draw(image)
    draw.ellipse((330, 60, 420, 150), fill="#e4572e")
    draw.ellipse((-120, 140, 640, 520), fill="#2f6f62")
    wide = 60 + 6 * min(size, 20)
    draw.rectangle((90, 90, 90 + wide, 190), fill="#f7f3e8")
    draw.polygon([(80, 90), (90 + wide // 2, 40), (100 + wide, 90)], fill="#8c3f2b")
    draw.rectangle((90 + wide // 2 - 12, 140, 90 + wide // 2 + 12, 190), fill="#1d2b2f")
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()
