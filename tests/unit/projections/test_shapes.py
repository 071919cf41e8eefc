"""What tools show: as tools in public repositories, MCP servers and providers send it, and as nobody should."""

from __future__ import annotations

import base64
import io
import json
import re
import time
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from agent.export.shapes import as_html, as_text
from agent.projections.output import MAX_SHAPES, Output, piece_of
from agent.projections.shapes import reading
from agent.projections.shapes.cards import MOST_FIELD, Field, fields_of
from agent.projections.shapes.code import MOST_CODE
from agent.projections.shapes.reading import read_shape
from agent.projections.shapes.tables import read_table
from agent.projections.shapes.text import safe_name
from agent.projections.shapes.types import (
    Card,
    Code,
    Diagram,
    Elsewhere,
    Figure,
    Figures,
    File,
    Image,
    NotShown,
    Shape,
    Table,
)
from agent.streaming.events import JSON
from agent.streaming.json_safe import DataLeft, json_safe
from tests.unit.examples import examples
from texts import say, sentence

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
WRONG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO8x+fQAAAAASUVORK5CYII="
WEBP = "UklGRjoAAABXRUJQVlA4IC4AAACyAgCdASoCAAIALmk0mk0iIiIiIgBoSygABc6WWgAA/veff/0PP8bA//LwYAAA"
GIF = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def shape(chunk: JSON) -> Shape | None:
    shown = read_shape(chunk)
    return shown.shape if shown else None


def image(format_: str, size: tuple[int, int] = (3, 2)) -> bytes:
    file = io.BytesIO()
    Pillow.new("RGB", size, "#e4572e").save(file, format_)
    return file.getvalue()


def sent(value: object) -> JSON:
    """What a tool wrote, as it comes out of the stream."""
    return json_safe(value, data=DataLeft())


@pytest.mark.parametrize("format_", ["png", "jpeg", "gif", "webp"])
def test_an_image_is_what_its_contents_are_whatever_it_is_called(format_: str) -> None:
    data = image(format_)
    encoded = base64.b64encode(data).decode()
    for written in (data, bytearray(data), encoded, f"data:image/bmp;base64,{encoded}", f"data:;base64,{encoded}"):
        assert shape(sent({"image": written, "alt": "a dot"})) == Image(data, format_, 3, 2, "a dot")  # type: ignore[arg-type]


def test_other_pictures_programs_and_broken_ones_are_not_drawn_and_say_so() -> None:
    assert isinstance(shape(sent({"image": image("bmp")})), NotShown)
    assert isinstance(shape(sent({"image": image("tiff")})), NotShown)
    svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    for written in (svg, svg.encode(), f"data:image/svg+xml,{svg}", "data:image/svg+xml;base64," + b64(svg)):
        found = shape(sent({"image": written}))
        assert isinstance(found, Code)
        assert "alert(1)" in found.text
        assert "programs" in say("en", found.why or "")
    assert isinstance(shape({"image": PIXEL[:20]}), NotShown)
    assert isinstance(shape({"image": b64("<html>")}), NotShown)


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def png_header(width: int, height: int) -> bytes:
    """A PNG of that size, a few bytes long, most of which is not there."""
    head = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    return (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\r" + head + zlib.crc32(head).to_bytes(4, "big") + b"\0\0\0\0IDAT5\xaf\x06\x1e"
    )


def test_a_png_with_a_broken_profile_is_drawn_as_browsers_do() -> None:
    whole = base64.b64decode(PIXEL)
    broken = whole[:33] + b"\0\0\0\x04iCCPabcd\0\0\0\0" + whole[33:]
    assert shape(sent({"image": broken})) == Image(broken, "png", 1, 1)


@pytest.mark.parametrize("side", [4_000, 12_000, 60_000])
def test_a_small_file_of_very_many_pixels_is_not_drawn(side: int) -> None:
    found = shape(sent({"image": png_header(side, side)}))
    assert isinstance(found, NotShown)
    assert "million" in say("en", found.why)


def test_an_image_of_five_megabytes_is_a_sentence_and_so_is_one_too_many() -> None:
    left = DataLeft()
    chunk = json_safe({"image": b"\x89PNG" + bytes(5_000_000)}, data=left)
    assert len(json.dumps(chunk)) < 300
    found = shape(chunk)
    assert isinstance(found, NotShown)
    assert "5.0 MB" in say("en", found.why)
    assert "600 kB" in say("en", found.why)
    as_text_ = json_safe({"image": base64.b64encode(bytes(5_000_000)).decode()}, data=left)
    assert isinstance(shape(as_text_), NotShown)
    noise = bytes(range(256)) * 1_600  # 400 kB
    kept = [shape(json_safe({"file": {"name": "a.bin", "data": noise}}, data=left)) for _ in range(3)]
    assert [type(found) for found in kept] == [File, NotShown, NotShown]
    assert left.chars >= 0


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/a.png",
        "https://example.com/a.png?b=c",
        "//example.com/a.png",
        "cat.png",
        "file:///etc/passwd",
    ],
)
def test_an_address_is_told_and_not_loaded(address: str) -> None:
    assert shape({"image": address, "alt": "a cat"}) == Elsewhere(address, "a cat", True)
    assert shape({"type": "image_url", "image_url": {"url": address}}) == Elsewhere(address, "", True)


# As public repositories and servers send them.

SEEN: dict[str, tuple[JSON, Shape | None]] = {
    "LangGraph's how-to": (
        {"type": "ui", "id": "u", "name": "weather", "props": {"city": "Rome"}, "metadata": {"merge": False}},
        Card("weather", {"city": "Rome"}),
    ),
    "a tool that waits": (
        {"type": "ui", "id": "u", "name": "wait-status", "props": {"seconds": 5, "status": "waiting"},
         "metadata": {"merge": False, "run_id": None, "tags": [], "name": "tools", "message_id": "call_1"}},
        Card("wait-status", {"seconds": 5, "status": "waiting"}),
    ),
    "a wallet's balance": (
        {"type": "ui", "id": "u", "name": "staking-result", "metadata": {"merge": True},
         "props": {"result": {"success": True, "balance": "1000"}, "toolType": "tool-getAccountBalance"}},
        Card("staking-result",
             {"result": {"success": True, "balance": "1000"}, "toolType": "tool-getAccountBalance"}, True),
    ),
    "a JavaScript SDK's data URL": (
        {"type": "image_url", "image_url": f"data:image/png;base64,{PIXEL}"},
        Image(base64.b64decode(PIXEL), "png", 1, 1),
    ),
    "a PNG with a wrong sum, which browsers draw": (
        {"image": f"data:image/png;base64,{WRONG}"}, Image(base64.b64decode(WRONG), "png", 1, 1)
    ),
    "a browser's test for WebP": (
        {"image": f"data:image/webp;base64,{WEBP}"}, Image(base64.b64decode(WEBP), "webp", 2, 2)
    ),
    "MCP: a screenshot": (
        {"type": "image", "mimeType": "image/png", "data": PIXEL}, Image(base64.b64decode(PIXEL), "png", 1, 1)
    ),
    "MCP: a plot as GIF that says it is PNG": (
        {"type": "image", "data": GIF, "mimeType": "image/png"}, Image(base64.b64decode(GIF), "gif", 1, 1)
    ),
    "MCP: an image in tests of clients": (
        {"type": "image", "data": "AA==", "mimeType": "image/png"},
        NotShown(sentence("shape-image-unreadable", size="1 B"), "AA=="),
    ),
    "MCP: audio that is none": (
        {"type": "audio", "data": "base64-audio!", "mimeType": "audio/wav"},
        NotShown(sentence("shape-file-unreadable"), "file.wav"),
    ),
    "MCP: a directory of a code interpreter": (
        {"type": "resource_link", "uri": "file:///skills/review", "name": "review", "description": "Directory"},
        Elsewhere("file:///skills/review", "review · Directory"),
    ),
    "MCP: a link with all it may have": (
        {"type": "resource_link", "uri": "https://example.com/report", "name": "report", "title": "Report", "size": 42,
         "description": "Quarterly report", "mimeType": "application/pdf", "icons": [{"src": "https://example.com/i"}]},
        Elsewhere("https://example.com/report", "Report · Quarterly report"),
    ),
    "MCP: a resource's text": (
        {"type": "resource", "resource": {"uri": "file:///example.txt", "mimeType": "text/plain", "text": "inside"}},
        Code("inside", title="file:///example.txt"),
    ),
    "MCP: a resource's bytes": (
        {"type": "resource",
         "resource": {"uri": "file:///a%20b.pdf", "mimeType": "application/pdf", "blob": "JVBERg"}},
        File(b"%PDF", "a_20b.pdf"),
    ),
    "LangChain, as its MCP adapter makes it": (
        {"type": "image", "base64": PIXEL, "mime_type": "image/png", "id": "lc_1"},
        Image(base64.b64decode(PIXEL), "png", 1, 1),
    ),
    "LangChain, as before": (
        {"type": "image", "source_type": "base64", "data": PIXEL, "mime_type": "image/png"},
        Image(base64.b64decode(PIXEL), "png", 1, 1),
    ),
    "Anthropic": (
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
        Image(base64.b64decode(PIXEL), "png", 1, 1),
    ),
    "Anthropic: a text as a document": (
        {"type": "document", "title": "Notes", "source": {"type": "text", "media_type": "text/plain", "data": "Hi"}},
        Code("Hi", title="Notes"),
    ),
    "OpenAI: a file": (
        {"type": "file", "file": {"filename": "draft.pdf", "file_data": "data:application/pdf;base64,JVBERg=="}},
        File(b"%PDF", "draft.pdf"),
    ),
    "OpenAI: a file that it keeps": ({"type": "file", "file": {"file_id": "file-6F2ks"}}, Elsewhere("file-6F2ks")),
    "OpenAI: sound": (
        {"type": "input_audio", "input_audio": {"data": b64("RIFF1234WAVE"), "format": "wav"}},
        File(b"RIFF1234WAVE", "file.wav", "audio/wav"),
    ),
    "OpenAI: an image that was made": (
        {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": PIXEL},
        Image(base64.b64decode(PIXEL), "png", 1, 1),
    ),
    "Gemini": (
        {"type": "media", "mime_type": "image/png", "data": PIXEL}, Image(base64.b64decode(PIXEL), "png", 1, 1)
    ),
    "a citation": ({"type": "web_search_result", "url": "https://example.com", "title": "x"}, None),
    "an error of somebody's API": ({"code": "E42", "message": "no desk"}, None),
    "a file of somebody's log": ({"file": "report.pdf", "line": 3}, None),
    "a metric of somebody's": ({"metric": "latency", "value": 3}, None),
}  # fmt: skip


@pytest.mark.parametrize(("chunk", "found"), SEEN.values(), ids=list(SEEN))
def test_what_tools_and_servers_send_is_known(chunk: JSON, found: Shape | None) -> None:
    assert shape(chunk) == found


# Each shape


def test_key_figures_have_amounts_and_trends() -> None:
    found = shape({"metrics": [{"label": "Orders", "value": 12045, "delta": 35}, {"label": "Cost", "value": 0.2},
                               {"label": "Rate", "value": "2%", "delta": "-1%"},
                               {"label": "Same", "value": 1, "delta": 0}]})  # fmt: skip
    assert found == Figures((Figure("Orders", "12,045", "+35", "up"), Figure("Cost", "0.2"),
                             Figure("Rate", "2%", "-1%", "down"), Figure("Same", "1", "0")))  # fmt: skip
    many = shape({"metrics": [{"label": str(n), "value": n} for n in range(20)]})
    assert isinstance(many, Figures)
    assert (len(many.figures), many.left_out) == (12, 8)


def test_a_table_keeps_its_columns_in_order_and_each_its_type() -> None:
    table = shape({"table": {"columns": [{"name": "b", "type": "date"}, {"name": "a", "type": "number"}, "c", "d"],
                             "rows": [["2026-01-02", 1, True, "x"], [None, 2.5, False],
                                      ["", None, None, 3]]}})  # fmt: skip
    assert isinstance(table, Table)
    assert [(column.name, column.type) for column in table.columns] == [
        ("b", "date"), ("a", "number"), ("c", "bool"), ("d", "text")]  # fmt: skip
    assert str(table.columns[0].cells[0]) == "2026-01-02"
    assert table.columns[3].cells == ("x", None, "3")


def test_a_column_with_a_cell_of_another_type_is_text_and_loses_nothing() -> None:
    cases: tuple[tuple[str, list[JSON]], ...] = (
        ("number", [1, "2 or 3"]),
        ("date", ["2026-01-02", "soon"]),
        ("bool", [True, "maybe"]),
    )
    for kind, values in cases:
        table = shape({"table": {"columns": [{"name": "n", "type": kind}], "rows": [[v] for v in values]}})
        assert isinstance(table, Table)
        assert table.columns[0].type == "text"
        assert table.columns[0].cells[1] == values[1]


def test_a_list_of_objects_is_a_table_and_a_long_one_says_how_long() -> None:
    table = shape({"table": [{"item": str(n), f"k{n % 40}": n} for n in range(700)]})
    assert isinstance(table, Table)
    assert (len(table.columns), table.left_out, table.rows, len(table.columns[0].cells)) == (30, 11, 700, 500)
    said = as_text(table, lambda key, **values: say("en", key, **values))
    assert "The first 100 of 700 rows" in said
    assert "11 more columns" in said


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.csv", "report.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\con.txt", "_con.txt"),
        ("\u202egpj.exe", "gpj.exe"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("...", "file"),
        ("", "file"),
        ("보고서.xlsx", "보고서.xlsx"),
        ("x" * 500 + ".pdf", "x" * 60 + ".pdf"),
        ("a\nb.txt", "a b.txt"),
    ],
)
def test_a_file_has_a_name_that_every_system_takes(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_long_code_is_cut_and_says_so() -> None:
    found = shape({"code": "x = 1\n" * 10_000, "language": "python\u0000<"})
    assert isinstance(found, Code)
    assert (len(found.text), found.language) == (MOST_CODE, "")
    assert "60,000" in say("en", found.why or "")


@pytest.mark.parametrize(
    "source",
    [
        "graph LR\n a@{ img: 'http://127.0.0.1/x.png' }",
        "%%{init: {'securityLevel': 'loose'}}%%\ngraph LR\n a",
        "---\nconfig:\n  securityLevel: loose\n---\ngraph LR\n a",
        "graph LR\n a[<img src=x>]",
        "graph LR\n a[<<img src=x>]",
        "graph LR\n a[#60;img src=x#62;]",
        "graph LR\n a[&lt;img src=x&gt;]",
        "graph LR\n a\n click a href 'javascript:alert(1)'",
        "graph LR\n classDef x fill:url(http://127.0.0.1)",
        "graph LR\n a[`![x](http://127.0.0.1)`]",
        "graph LR\n a[$$x$$]",
        "packet-beta\n0-99999999: 'x'",
        "mindmap\n root",
        "graph LR\n" + "a-->b\n" * 300,
    ],
)
def test_a_diagram_that_could_load_run_or_hang_is_shown_as_its_source(source: str) -> None:
    found = shape({"diagram": source})
    assert isinstance(found, Code)
    assert found.why
    assert found.text.strip() == source.strip()


def test_an_ordinary_diagram_is_drawn_and_others_after_the_fifth_are_not() -> None:
    assert shape({"mermaid": "stateDiagram-v2\n s --> t\n state c <<choice>>"}) == Diagram(
        "stateDiagram-v2\n s --> t\n state c <<choice>>")  # fmt: skip
    output = Output()
    for n in range(7):
        output.add({"diagram": f"graph LR\n a --> b{n}"})
    assert [type(found).__name__ for found in output.shapes.values()] == ["Diagram"] * 5 + ["Code"] * 2


# UI messages


def ui(id_: str, *, merge: bool = False, **props: Any) -> JSON:
    return {"type": "ui", "id": id_, "name": "card", "props": props, "metadata": {"merge": merge}}


def test_cards_are_replaced_merged_and_removed_by_their_ids() -> None:
    output = Output()
    for message in (ui("a", x=1), ui("b", x=2), ui("a", y=3), ui("b", merge=True, y=4), ui("c", merge=True, z=5)):
        output.add(message)
    assert list(output.shapes.values()) == [Card("card", {"y": 3}), Card("card", {"x": 2, "y": 4}, True),
                                            Card("card", {"z": 5}, True)]  # fmt: skip
    output.add({"type": "remove-ui", "id": "b"})
    output.add({"type": "remove-ui", "id": "nobody"})
    assert list(output.shapes) == ["a", "c"]
    output.add(ui("b", x=6))
    assert list(output.shapes) == ["a", "c", "b"]


def test_a_cards_fields_are_nested_bounded_and_counted() -> None:
    lines, more = fields_of({"itemName": "Desk", "ok": True, "tags": ["a", "b"], "none": None,
                             "items": [{"name": "A", "price": 3}, "B"],
                             "deep": {"x": {"y": {"z": {"w": 1}}}}})  # fmt: skip
    assert lines == [
        Field("ItemName", "Desk"), Field("Ok", "yes"), Field("Tags", "a, b"), Field("None", ""), Field("Items", ""),
        Field("", "name: A, price: 3", 1), Field("", "B", 1), Field("Deep", ""), Field("X", "", 1), Field("Y", "", 2),
        Field("Z", "w: 1", 3)]  # fmt: skip
    assert more == 0
    lines, more = fields_of({f"k{n}": "x" * 5_000 for n in range(100)})
    assert (len(lines), more, max(len(line.text) for line in lines)) == (60, 40, MOST_FIELD)


def test_a_shape_with_an_id_takes_the_place_of_the_last_one_and_too_many_are_counted() -> None:
    output = Output()
    output.add({"metric": {"label": "n", "value": 1}, "id": "n"})
    output.add({"code": "x"})
    output.add({"metric": {"label": "n", "value": 2}, "id": "n"})
    assert list(output.shapes.values()) == [Figures((Figure("n", "2"),)), Code("x")]
    for n in range(MAX_SHAPES):
        output.add({"code": str(n)})
    assert (len(output.shapes), output.unkept) == (MAX_SHAPES, 2)


# Anything at all

_TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from([PIXEL, GIF, f"data:image/png;base64,{PIXEL}", "data:,x", "data:;base64,", "http://x", "<svg>",
                     "graph LR\n a", "number", "date", "2026-13-99", "9999-12-31", "ui", "\ud800", "image/svg+xml"]),
)  # fmt: skip
_KEYS = st.sampled_from(
    "type id name props metadata merge image alt file data text mime_type code language title metric metrics label "
    "value delta diagram mermaid table columns rows source image_url url base64 mimeType resource uri blob result "
    "format".split()
)
_ANY: st.SearchStrategy[JSON] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.one_of(_KEYS, _TEXTS), inner, max_size=5)),
    max_leaves=20,
)
_KINDS = st.sampled_from([*reading._BLOCKS, "remove-ui"])
_WRITTEN = st.sampled_from(list(reading._WRITTEN))
_CHUNKS = st.one_of(
    _ANY,
    st.builds(lambda kind, rest: {**rest, "type": kind}, _KINDS, st.dictionaries(_KEYS, _ANY, max_size=6)),
    st.builds(lambda key, value, alt: {key: value, "alt": alt}, _WRITTEN, _ANY, _ANY),
    st.builds(lambda key, value: {key: value}, _WRITTEN, _ANY),
)


@settings(max_examples=examples(500), suppress_health_check=list(HealthCheck))
@given(st.lists(_CHUNKS, max_size=4))
def test_anything_is_read_and_written_out_and_nothing_vanishes(chunks: list[Any]) -> None:
    output = Output()
    for value in chunks:
        chunk = sent(value)
        before = sum(output.counts.values())
        output.add(chunk)
        assert sum(output.counts.values()) > before or piece_of(chunk) == ("", "")
    for found in output.shapes.values():
        html, text = (write(found, lambda key, **values: say("en", key, **values)) for write in (as_html, as_text))
        assert text or isinstance(found, (Code, Table))
        assert set(re.findall(r"<(\w+)", html)) <= set("p br a pre dl div dt dd small figure figcaption img strong ul "
                                                      "li table thead tbody tr th td".split())  # fmt: skip
        assert all(url.startswith("data:") for url in re.findall(r'(?:src|href)="([^"]*)', html))


_SIZES: dict[str, Any] = {
    "base64": lambda size: {"image": "A" * size},
    "a data URL": lambda size: {"image": "data:" + "a" * size},
    "parameters": lambda size: {"image": "data:x" + ";a=b" * (size // 4)},
    "percents": lambda size: {"file": {"name": "x", "data": "data:," + "%41" * (size // 3)}},
    "blanks": lambda size: {"image": " " * size},
    "an SVG": lambda size: {"image": "<svg" * (size // 4)},
    "a name": lambda size: {"file": {"name": "/" * size, "text": ""}},
    "code": lambda size: {"code": "\r\n" * (size // 2)},
    "figures": lambda size: {"metrics": [{"label": "x", "value": 1}] * (size // 20)},
    "rows": lambda size: {"table": {"columns": ["a"], "rows": [[1]] * (size // 5)}},
    "columns": lambda size: {"table": [{str(n): n for n in range(size // 10)}]},
    "a diagram": lambda size: {"diagram": "graph LR\n" + "<" * size},
    "a PNG of chunks": lambda size: {"image": base64.b64encode(
        png_header(1, 1)[:33] + b"\0\0\0\0teXt\xa7\x05\x1e\x13" * (size // 16)).decode()},
    "a GIF of blocks": lambda size: {"image": base64.b64encode(
        base64.b64decode(GIF)[:19] + b"\x21\xfe\x01a\0" * (size // 8)).decode()},
    "a JPEG of segments": lambda size: {"image": base64.b64encode(
        b"\xff\xd8" + b"\xff\xe1\0\x04ab" * (size // 8)).decode()},
    "props": lambda size: ui("a", x={str(n): "x" for n in range(size // 10)}),
    "deep props": lambda size: ui("a", x=[[["x"] * 50] * 50] * (size // 5_000)),
}  # fmt: skip


@pytest.mark.parametrize("make", _SIZES.values(), ids=list(_SIZES))
def test_twice_the_data_takes_about_twice_as_long(make: Any) -> None:
    def seconds(chunk: JSON) -> float:
        began = time.thread_time()
        found = shape(chunk)
        if isinstance(found, Card):
            fields_of(found.props)
        return time.thread_time() - began

    small, large = make(50_000), make(400_000)
    seconds(small)
    assert any(seconds(large) < 4 * 8 * (seconds(small) + 0.0005) for _ in range(4))
    assert min(seconds(large) for _ in range(3)) < 0.5


@pytest.mark.parametrize("rows", [[{}], [{}, {}]])
def test_rows_without_a_column_are_no_table(rows: list[JSON]) -> None:
    assert read_table({"table": rows}) is None
