from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from agent.export.export import Pack, file_name, to_html, to_jsonl, to_markdown
from agent.export.text import rendered
from agent.store.comments import Comment
from agent.store.recording import Header, parse, read
from agent.streaming.events import RUN_MODES, RunRequest, StreamEvent
from tests.markdown_texts import texts

ROOT = Path(__file__).parents[3]
SAMPLES = sorted((ROOT / "recordings").glob("*.jsonl"))
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</style><script>alert(1)</script>",
    "</pre></section><iframe src=//evil.example>",
    "![pixel](https://evil.example/x.png)",
    "[click](javascript:alert(1))",
    "`</code><script>alert(1)</script>`",
    "| a | b |\n|---|---|\n| <b onclick=x> | </table> |",
    "```\n</pre><script>alert(1)</script>\n```",
    "~~~\nout of the fence\n![x](http://evil.example)",
    "\u202egnp.exe",
    "&lt;script&gt; &#60;",
    "<base href=//evil.example><meta http-equiv=refresh content='0;url=//evil.example'>",
]


class _Elements(HTMLParser):
    """All elements of a page, each with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def hostile_pack(text: str) -> Pack:
    """A run in which everything that can hold text holds this one."""
    request = RunRequest(text, "react", (text,), model=text, page=text)
    header = Header("abcdefgh", 1.0, request, "thread", "owner", ((text, text),), text)
    call = {"id": text, "name": text, "args": {text: text}}
    events: list[tuple[Any, Any, str | None]] = [
        ("run", {"state": "queued"}, None),
        ("run", {"state": "running"}, None),
        ("updates", {"agent": {"messages": [{"type": "ai", "content": text, "tool_calls": [call]}]}}, None),
        ("custom", text, text),
        ("custom", {"status": text, "progress": 0.5}, text),
        ("custom", {"row": {text: text}}, text),
        ("custom", {text: text}, text),
        ("messages", {"id": "1", "type": "ai", "text": text}, text),
        ("updates", {"tools": {"messages": [
            {"type": "tool", "tool_call_id": text, "content": text + "!\n", "name": text, "status": "error"}]}}, text),
        ("messages", {"id": "2", "type": "ai", "text": text}, None),
        ("run", {"state": "failed", "message": text}, None),
    ]  # fmt: skip
    log = [StreamEvent(n, n / 10, mode, data, "tools", call_id) for n, (mode, data, call_id) in enumerate(events)]
    return Pack(header, log, RUN_MODES, [Comment("abcdefgh", text, 1, text, 2.0)], link="http://here/Runs?share=x")


ALLOWED = set(
    "html head meta title style body main header p h1 h2 h3 h4 h5 h6 dl div dt dd section article footer small "
    "span svg rect pre code ul ol li strong em s br hr table thead tbody tr th td blockquote".split()
)
ATTRIBUTES = set(
    "lang charset http-equiv content name class viewbox preserveaspectratio role aria-label x y width height rx".split()
)


def assert_harmless(page: str) -> None:
    metas = 0
    for tag, attributes in _Elements(page).found:
        assert tag in ALLOWED, tag
        assert set(attributes) <= ATTRIBUTES, attributes
        metas += tag == "meta"
    assert metas == 5
    assert page.count("</style>") == 1
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page)


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_run_holds_the_pack_is_made_of_harmless_elements_only(text: str) -> None:
    pack = hostile_pack(text)
    page = to_html(pack)
    assert_harmless(page)
    assert "default-src &#x27;none&#x27;" in page
    assert parse(to_jsonl(pack)).events == tuple(pack.events)


@pytest.mark.parametrize("text", HOSTILE)
def test_in_the_markdown_all_that_is_foreign_stands_in_code(text: str) -> None:
    inside, lines = "", []
    for line in to_markdown(hostile_pack(text)).split("\n"):
        if inside:
            inside = "" if line == inside else inside
        elif fence := re.match("~{3,}", line):
            inside = fence[0]
        else:
            lines.append(re.sub("`[^`]*`", "", line))
    assert not inside
    assert "<" not in "\n".join(lines)
    assert "](" not in "\n".join(lines)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_any_answer_is_rendered_from_harmless_elements_that_are_all_closed(text: str) -> None:
    page = rendered(text)
    open_tags: list[str] = []
    for close, tag in re.findall(r"<(/?)([a-z0-9]+)[^>]*>", page):
        if tag in ("br", "hr"):
            continue
        assert tag in ALLOWED
        if close:
            assert open_tags.pop() == tag
        else:
            open_tags.append(tag)
    assert open_tags == []


def test_markdown_that_models_write_is_drawn() -> None:
    page = rendered(
        "# Big\n\nSome **bold** and `code`.\n\n- one\n- two\n\n1. first\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    for part in (
        "<h3>Big</h3>",
        "<strong>bold</strong>",
        "<code>code</code>",
        "<li>two</li>",
        "<ol><li>",
        "<td>2</td>",
    ):
        assert part in page


def test_items_that_stand_apart_are_one_list_and_keep_their_numbers() -> None:
    page = rendered("1. **Bed**: soft\n\n2. Dresser\n   with drawers\n\n3. Lamp\n\nThe end.\n\n7. Late")
    assert page == (
        "<ol><li><strong>Bed</strong>: soft</li><li>Dresser<br>with drawers</li><li>Lamp</li></ol>\n"
        '<p>The end.</p>\n<ol start="7"><li>Late</li></ol>'
    )


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("[words](http://a.b) <http://c.d>", "<p>words (http://a.b) http://c.d</p>"),
        ("![*x*](http://a.b/<y>)", "<p><em>x</em> (http://a.b/%3Cy%3E)</p>"),
        ("- [x] done\n- [ ] not", "<ul><li>☑ done</li><li>☐ not</li></ul>"),
        ("- a\n  - b\n\n    c", "<ul><li>a<ul><li>b<p>c</p></li></ul></li></ul>"),
        ("> a ~~b~~\n\n---", "<blockquote><p>a <s>b</s></p></blockquote>\n<hr>"),
        ("<b>&lt;i&gt;</b>", "<p>&lt;b&gt;&lt;i&gt;&lt;/b&gt;</p>"),
    ],
)
def test_links_are_text_and_nested_lists_stay_nested(text: str, page: str) -> None:
    assert rendered(text) == page


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_pack_of_a_sample_tells_the_run_and_not_who_asked(path: Path) -> None:
    recording = read(path)
    header = Header(
        **{**{f: getattr(recording.header, f) for f in Header.__slots__}, "thread_id": "the-thread", "owner": "ow"}
    )
    pack = Pack(header, recording.events, RUN_MODES, [Comment(header.id, "author-digest", 0, "Too slow\nfor me", 9.0)])
    page, text, lines = to_html(pack), to_markdown(pack), to_jsonl(pack)
    assert_harmless(page)
    for made in (page, text):
        assert header.request.question in made.replace("&#x27;", "'")
        assert "no AI" in made
        assert "Too slow" in made
        assert all(call.name in made for call in pack.tools)
    assert page.count("<svg ") == len(pack.tools) + 1
    for made in (page, text, lines):
        assert "the-thread" not in made
        assert "author-digest" not in made
        assert header.id not in made
    assert parse(lines).events == recording.events
    assert file_name(pack, "html").startswith("2026-") or file_name(pack, "html")[:2] == "20"


def test_a_file_name_is_plain_letters_whatever_was_asked() -> None:
    header = Header("abcdefgh", 0.0, RunRequest("../../Ä\n<b>: what?"))
    assert file_name(Pack(header, (), ()), "html") == "1970-01-01-b-what.html"
