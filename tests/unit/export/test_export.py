from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from agent.export.export import Export, file_name
from agent.export.html import to_html
from agent.export.make import Ending, make, to_ag_ui, to_jsonl
from agent.export.markdown import to_markdown
from agent.export.text import rendered
from agent.offload import Offload
from agent.projections.tool_titles import tool_titles
from agent.store.comments import Comment
from agent.store.recording import Header, parse, read
from agent.streaming import events as ev
from agent.streaming.events import RunRequest
from agent.streaming.modes import RUN_MODES
from tests.markdown_texts import texts
from tests.unit.events import (
    FINISHED,
    STARTED,
    Event,
    Happened,
    answered,
    asks,
    began,
    log,
    queued,
    returned,
    sent,
    token,
)
from tests.unit.examples import examples
from tests.unit.projections.test_pause import RUN as PAUSED

ROOT = Path(__file__).parents[3]
SAMPLES = sorted((ROOT / "recordings").glob("*.jsonl"))
ENDINGS: tuple[Ending, ...] = ("html", "md", "jsonl", "ag-ui.jsonl")
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


def hostile(text: str) -> Export:
    """A run in which everything that can hold text holds this one."""
    header = Header("abcdefgh", 1.0, RunRequest(text, "react", (text,), model=text, page=text), "thread", "owner",
                    ((text, text),), text)  # fmt: skip
    result = ev.Message("tool", text + "!\n", call=text, name=text, failed=True)
    events = log(
        queued(),
        STARTED,
        Happened(
            ev.Update((ev.Message("ai", text, calls=(ev.AskedCall(text, text, {text: text}),)),)), node=text, agent=text
        ),
        *(
            sent(chunk, text)
            for chunk in (text, {"status": text, "progress": 0.5}, {"row": {text: text}}, {text: text})
        ),
        Happened(ev.Custom({"role": "assistant", "reasoning": text}), (text,)),
        Happened(ev.Token("1", text, text), (text,), text, text, (text,)),
        began(text, "inner " + text, name=text, args={text: [text, True, None]}),
        Happened(ev.Update((result,)), (text,), text),
        Happened(ev.Token("2", text), node=text),
        Happened(ev.Interrupted((ev.Interrupt(text, {text: text}),))),
        ev.Ended("failed", text, text + " in the end"),
    )
    return Export(header, events, RUN_MODES, [Comment("abcdefgh", text, 1, text, 2.0)], link=LINK)


ALLOWED = set(
    "html head meta title style body main header p h1 h2 h3 h4 h5 h6 dl div dt dd section article footer small "
    "span b i a pre code ul ol li strong em s br hr table thead tbody tr th td blockquote".split()
)
ATTRIBUTES = set("lang charset http-equiv content name class role aria-label aria-hidden style href rel".split())
PLACE = re.compile(r"(?:(?:--first|left):[\d.]+%(?:;width:[\d.e-]+%)?)?")


LINK = "https://here.example/Runs?share=x-1"
LOADS = re.compile(r"url\(|@import|image-set|src=|srcset|http-equiv=.?refresh", re.IGNORECASE)
"""How a page without scripts would ask for something of its own accord."""


def assert_harmless(page: str, link: str = "") -> None:
    metas = 0
    links = [attributes["href"] for tag, attributes in _Elements(page).found if "href" in attributes]
    assert links == ([link] if link else [])
    assert not LOADS.search("".join(re.findall("<style>.*?</style>", page, re.DOTALL)))
    for tag, attributes in _Elements(page).found:
        assert tag in ALLOWED, tag
        assert set(attributes) <= ATTRIBUTES, attributes
        assert tag == "a" or not {"href", "rel"} & set(attributes)
        assert PLACE.fullmatch(attributes.get("style") or "left:0%"), attributes
        metas += tag == "meta"
    assert metas == 5
    assert page.count("</style>") == 1
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page)


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_run_holds_the_file_is_made_of_harmless_elements_only(text: str) -> None:
    export = hostile(text)
    page = to_html(export)
    assert_harmless(page, LINK)
    assert "default-src &#x27;none&#x27;" in page
    assert parse(to_jsonl(export)).events == tuple(export.events)


@pytest.mark.parametrize("text", HOSTILE)
def test_in_the_markdown_all_that_is_foreign_stands_in_code(text: str) -> None:
    inside, lines = "", []
    for line in to_markdown(hostile(text)).split("\n"):
        if inside:
            inside = "" if line == inside else inside
        elif fence := re.match("~{3,}", line):
            inside = fence[0]
        else:
            lines.append(re.sub("`[^`]*`", "", line))
    assert not inside
    assert "<" not in "\n".join(lines)
    assert "](" not in "\n".join(lines)


@settings(max_examples=examples(300))
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
def test_the_file_of_a_sample_tells_the_run_and_not_who_asked(path: Path) -> None:
    recording = read(path)
    header = replace(recording.header, thread_id="the-thread", owner="ow")
    comment = Comment(header.id, "author-digest", 0, "Too slow\nfor me", 9.0)
    export = Export(header, recording.events, RUN_MODES, [comment])
    page, text, lines = to_html(export), to_markdown(export), to_jsonl(export)
    assert_harmless(page)
    for made in (page, text):
        assert header.request.question in made.replace("&#x27;", "'")
        assert "no AI" in made
        assert "Too slow" in made
    assert export.calls
    assert all(call.name in text and export.title(call) in page for call in export.calls)
    assert page.count('<div class="tl-row') == len(export.picture.rows) > len(export.calls)
    for made in (page, text, lines):
        assert "the-thread" not in made
        assert "author-digest" not in made
        assert header.id not in made
    assert parse(lines).events == recording.events
    assert file_name(header, "html").startswith("20")
    if path.stem == "home":
        assert [make(ending, export, Offload()).decode() for ending in ENDINGS] == [page, text, lines, to_ag_ui(export)]


def test_a_file_that_cannot_be_made_says_why() -> None:
    recording = read(SAMPLES[0])
    export = Export(recording.header, recording.events, RUN_MODES)
    assert make("html", export, Offload(seconds=0.01)).startswith(b"That took more time")


def exported(*happened: Event) -> Export:
    return Export(Header("abcdefgh", 1.0, RunRequest("?")), log(*happened), RUN_MODES, titles=tool_titles())


def test_values_are_written_in_words() -> None:
    call = asks(("a", {"places": ["office"], "tidy": True, "floor": None}))
    export = exported(queued(), call, sent({"row": {"item": "Desk", "sold": False, "by": None}}, "a"), answered("a"))
    page, text = to_html(export), to_markdown(export)
    for made in (page, text):
        assert "office · tidy: yes" in made
        assert "item: Desk · sold: no · by: " in made
        assert not re.search(r"\bTrue\b|\bFalse\b|\bNone\b|\['", made)


def test_what_is_inside_of_a_call_is_told_as_inside_of_it() -> None:
    export = exported(
        queued(), began("a"), token("Words", "a"), began("a", "b", name="search"), returned("x", "a", "b"), FINISHED
    )
    page = to_html(export)
    assert "inside Look up items" in page
    assert "<p>Words</p>" in page
    assert "› search" in to_markdown(export)


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)//Runs?share=x",
        "https://here.example/elsewhere",
        "https://here.example/Runs?share=x&next=//evil.example",
        "https://here.example@evil.example/Runs?share=x",
        'https://here.example/"><b>/Runs?share=x',
        "https://here.example/Runs?share=x#y",
        "//here.example/Runs?share=x",
        "https://[/Runs?share=x",
        "",
    ],
)
def test_an_address_that_is_not_the_runs_own_is_no_link(link: str) -> None:
    made = exported(queued(), STARTED, token("Words"), FINISHED)
    for export in (made, replace(made, link=link)):
        assert to_html(export) == to_html(made)
        assert to_markdown(export) == to_markdown(made)
    assert_harmless(to_html(replace(made, link=LINK)), LINK)


def test_raw_names_stand_where_engineers_look() -> None:
    found = sent({"custom_tool_data": "Desk"}, "a")
    request = RunRequest("?", "react", ("get_items.llm",), model="gpt")
    made = exported(queued(), STARTED, asks(("a", {"place": "office"})), found, answered("a"), FINISHED)
    header = Header("abcdefgh", 1.0, request)
    plain_words, raw = to_html(replace(made, header=header, agent="Ready-made agent")).split("For engineers")
    assert "Ready-made agent" in plain_words
    assert "<td>Look up items</td>" in plain_words
    assert not re.search("custom_tool_data|get_items|react", plain_words)
    assert "<td>get_items.llm</td>" in raw
    assert "<td>react</td>" in raw


def test_a_calls_times_are_those_of_the_picture() -> None:
    made = exported(queued(), Happened(STARTED, at=70.0), began("a").when(71.0), answered("a").when(72.5), FINISHED)
    page = to_html(made)
    assert "1.0 s to 2.5 s" in page
    assert "1.0 to 2.5 s" in page
    assert "| 1.0 s | 2.5 s |" in to_markdown(made)


def test_the_first_output_is_the_pages_own() -> None:
    events = (queued(), STARTED, began("a"), token("Words", "a"), FINISHED)
    assert "<dt>First output after</dt><dd>3.0 s</dd>" in to_html(exported(*events))
    assert "- First output after: 3.0 s" in to_markdown(exported(*events))


def test_a_file_name_is_plain_letters_whatever_was_asked() -> None:
    header = Header("abcdefgh", 0.0, RunRequest("../../Ä\n<b>: what?"))
    assert file_name(header, "html") == "1970-01-01-b-what.html"


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_run_that_waited_is_told_whole(ending: Ending) -> None:
    header = Header("run-number-1", 1_800_000_000.0, RunRequest("Send it"))
    made = make(ending, Export(header, PAUSED, RUN_MODES), Offload()).decode()
    assert "Really?" in made
    if ending == "jsonl":
        assert list(parse(made).events) == PAUSED
        return
    if ending == "ag-ui.jsonl":
        assert '"resume":[{' in made
        return
    assert "Answer after 120 minutes: yes" in made
    assert "4.0 s" in made
    assert "about to send sent" in made


def test_a_run_that_still_waits_can_be_taken_along() -> None:
    header = Header("run-number-1", 1_800_000_000.0, RunRequest("Send it"))
    waiting = PAUSED[: next(event.seq for event in PAUSED if isinstance(event.payload, ev.Waiting)) + 1]
    made = make("html", Export(header, waiting, RUN_MODES), Offload()).decode()
    assert "It waits for a person." in made
    assert "Nobody has answered yet." in made
    read_back = parse(make("jsonl", Export(header, waiting, RUN_MODES), Offload()).decode())
    assert (list(read_back.events), read_back.interrupted) == (waiting, False)


def test_a_file_is_in_its_readers_language() -> None:
    call = asks(("a", {"place": "사무실"}))
    english = exported(queued(), call, sent({"item": "책상"}, "a"), answered("a"))
    korean = to_html(replace(english, language="ko"))
    assert '<html lang="ko">' in korean
    assert "<h2>도구가 한 일</h2>" in korean
    assert "Noto Sans KR" in korean
    assert "리뷰 팩" in to_markdown(replace(english, language="ko"))


def test_what_was_shown_is_in_the_page_itself_and_in_words_in_the_markdown() -> None:
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    text = '"><script>alert(1)</script><img src=http://evil.example/x onerror=alert(2)>\n# '
    chunks: list[Any] = [
        {"image": pixel, "alt": text},
        {"image": f"http://evil.example/{text}"},
        {"image": f"<svg onload='{text}'>"},
        {"file": {"name": text, "text": text}},
        {"code": text, "language": text, "title": text},
        {"metrics": [{"label": text, "value": text, "delta": text}]},
        {"diagram": f"graph LR\n a[{text}]", "alt": text},
        {"diagram": "graph LR\n a-->b", "alt": text},
        {"table": [{text: text}], "title": text},
        {"type": "ui", "id": text, "name": text, "props": {text: [{text: text}]}},
    ]
    returned = ev.Message("tool", "Done", call="a", other=({"type": "resource_link", "uri": f"http://evil/{text}"},))
    events = log(
        queued(),
        STARTED,
        *(sent(chunk, "a") for chunk in chunks),
        *(sent(chunk, "") for chunk in chunks[:3]),
        Happened(ev.Update((returned,)), ("a",)),
        ev.Ended("finished"),
    )
    export = Export(Header("abcdefgh", 1.0, RunRequest("?")), events, RUN_MODES)
    page = to_html(export)
    elements = _Elements(page).found
    assert {tag for tag, _ in elements} <= ALLOWED | {"img", "figure", "figcaption"}
    allowed = ATTRIBUTES | {"src", "alt", "width", "height", "download"}
    assert all(set(attributes) <= allowed for _, attributes in elements)
    sources = [attributes.get("src") or "" for tag, attributes in elements if tag == "img"]
    assert sources == [f"data:image/png;base64,{pixel}"] * 2
    links = [attributes for tag, attributes in elements if tag == "a"]
    assert [str(link["href"]).split(",")[0] for link in links] == ["data:application/octet-stream;base64"]
    assert not re.search(r"[<>:\"/|?*\n]", links[0]["download"] or "<")
    words = to_markdown(export)
    assert "PNG, 1 × 1, 70 B" in words
    assert "graph LR" in words
    assert words.count("It was not loaded") == 2
    assert "Kept elsewhere" in words
