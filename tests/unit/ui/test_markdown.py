from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.token import Token

from agent.markdown import block_tokens, inline_tokens, plain, without_scheme
from agent.projections.blocks import Blocks
from tests.answers import ANSWERS
from tests.browser.hostile import HEAVY, ORDINARY, TEXTS, UNSENDABLE
from tests.markdown_texts import harmful, texts
from tests.unit.examples import examples
from ui.markdown import safe_blocks, safe_label, safe_markdown
from ui.markdown.tail import SafeTail


@pytest.mark.parametrize(
    "formatted",
    [
        "# Heading\n\n1. **Bold** and *soft* and __bold__ and _soft_\n\n| a | b |\n|---|:-:|\n| 1 | 2 |",
        "`List<int>` costs nothing in `code $5 & more`",
        "```python\nx = [1](2) < 3  # ![no](image)\n```",
        "> a quote\n>\n> ```\n> ![x](y)\n> ```\n\n- [ ] a task\n- [x] done",
        "1. one\n   ```python\n   x[1](2)\n   ```\n2. two `a | b` and ``a ` b``",
        "- one\n\n  more\n\n- two\n\n  - three",
        "soft\nand hard\\\nbreaks",
        "~~gone~~ and ~5 minutes, 1.5 kg".replace("~5", "\\~5"),
    ],
)
def test_ordinary_formatting_stays_as_it_was_written(formatted: str) -> None:
    assert safe_markdown(formatted) == formatted


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("* a\n* b", "* a\n* b"),
        ("1) a\n2) b", "1) a\n2) b"),
        ("Title\n=====", "# Title"),
        ("a\n\n    code", "a\n\n```\ncode\n```"),
        ("~~~js\n```\n~~~", "````js\n```\n````"),
        ("a | b\n-|-\n1 | `x`", "| a | b |\n|---|---|\n| 1 | `x` |"),
        ("***", "___"),
        ("&lt;b&gt; &amp; &copy;", "\\<b\\> \\& ©"),
    ],
)
def test_what_can_be_written_in_two_ways_is_written_in_one(written: str, shown: str) -> None:
    assert safe_markdown(written) == shown


@pytest.mark.parametrize(
    ("hostile", "safe"),
    [
        ("![x](http://evil/x.png)", "x (http\\://evil/x.png)"),
        ("![](http://evil/x.png)", "http\\://evil/x.png"),
        ("[words](http://evil 'more')", 'words (http\\://evil "more")'),
        ("[http://good](http://evil)", "http\\://good (http\\://evil)"),
        ("<http://a.b> [a@b.cd](mailto:a@b.cd)", "http\\://a.b a@b.cd"),
        ("[us](mailto:a@b.cd) [](mailto:x-y@b.cd)", "us (a@b.cd) x-y@b.cd"),
        ("[a@b.cd](mailto:c@d.ef)", "a@b.cd (c@d.ef)"),
        ("[us](mailto:a@b.cd?bcc=c@d.ef)", "us (mailto\\:a@b.cd?bcc=c@d.ef)"),
        ("[click](javascript:alert(1))", "\\[click\\]\\(javascript\\:alert(1))"),
        ("[r]: http://evil", "\\[r\\]\\: http\\://evil"),
        ("<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>"),
        ("costs $5 or $6", "costs \\$5 or \\$6"),
        (":red[x] ::: a 12:30", "\\:red\\[x\\] \\:\\:\\: a 12\\:30"),
        (":material/bug: :material_bug:", "\\:\u2060material/bug\\: \\:\u2060material\\_bug\\:"),
        (":streamlit:", "\\:\u2060streamlit\\:"),
        ("1\\. a\n\\- b\n\\+ c\n\\=", "1\\. a\n\\- b\n\\+ c\n\\="),
        ("a &#10; &#x202e;b", "a   b"),
    ],
)
def test_what_loads_hides_or_interprets_is_text(hostile: str, safe: str) -> None:
    assert safe_markdown(hostile) == safe


def test_the_name_of_an_emoji_stays_text_also_beside_code_that_looks_like_one() -> None:
    assert safe_markdown(":smile:") == "\\:smile\\:"
    assert safe_markdown(":smile: `a:b:c`") == "\\:\u2060smile\\: `a:b:c`"
    assert safe_blocks([":thumbs_up:", "```\n:x:\n```"]).startswith("\\:\u2060thumbs")


@pytest.mark.parametrize("language", ["mermaid", "Mermaid x", "-language-mermaid", "math", "m\u200bath"])
def test_nothing_is_drawn_from_code(language: str) -> None:
    first, _ = safe_markdown(f"```{language}\ngraph LR\n```").split("\n", 1)
    assert first == "```"


def test_what_lies_too_deep_is_text() -> None:
    assert safe_markdown(">" * 5_000 + "x").count("x") == 1
    assert re.match(r"(- ){8}\\- - - ", safe_markdown("- " * 900 + "x"))
    deepest = max(line.count(">") - line.count("\\>") for line in safe_markdown(">" * 900 + "x").split("\n"))
    assert deepest == 16


@pytest.mark.parametrize("text", [*TEXTS.values(), *UNSENDABLE.values(), ORDINARY])
def test_no_hostile_text_does_anything_at_any_moment(text: str) -> None:
    growing, tail = Blocks(), SafeTail()
    for character in text.replace("EVIL", "http://evil.example"):
        growing.feed(character)
        assert not harmful(tail.markdown(growing))
    assert not harmful(safe_markdown(growing.text))


@pytest.mark.parametrize("text", HEAVY.values(), ids=list(HEAVY))
def test_no_heavy_text_does_anything(text: str) -> None:
    assert not harmful(safe_markdown(text[:20_000]))


@settings(max_examples=examples(300))
@given(texts)
def test_no_text_has_links_images_or_html(text: str) -> None:
    for safe in (safe_markdown(text), safe_label(text)):
        assert not harmful(safe)
        safe.encode()
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", safe)


@settings(max_examples=examples(300))
@given(texts)
def test_outside_of_code_nothing_is_left_to_be_a_link_an_image_or_html(text: str) -> None:
    for token in block_tokens(safe_markdown(text)):
        if token.type == "inline":
            for part in inline_tokens(token.content):
                token.content = token.content.replace(part.content, "") if part.type == "code_inline" else token.content
            assert not re.search(r"(?<!\\)(?:!\[|\]\(|<)", re.sub(r"\\\\", "", token.content))


@pytest.mark.parametrize(
    "text", ["_a_[x](http://a.b)", "__a__[x](b) c", "*a.*[x](http://b)", "<http://a.b>_a_", "[x]()_a_ b"]
)
def test_emphasis_beside_a_link_is_still_emphasis_where_the_link_is_words(text: str) -> None:
    safe = safe_markdown(text)
    assert _said(block_tokens(text)) == _said(block_tokens(safe))
    assert _kinds(text) == _kinds(safe)


@pytest.mark.parametrize("text", ["  ```py\n  ", " ```\n  x\n   y\n ", "- ```\n  x\n    y"])
def test_what_is_indented_with_its_fence_is_no_part_of_the_code_while_it_grows(text: str) -> None:
    growing, tail = Blocks(), SafeTail()
    for character in text:
        growing.feed(character)
        assert tail.markdown(growing) == SafeTail().markdown(growing)


@settings(max_examples=examples(300))
@given(texts)
def test_all_that_is_said_is_still_said_in_blocks_of_the_same_kind(text: str) -> None:
    """White space apart, and what nobody can see; an address follows the words of its link."""
    blocks = Blocks(text)
    for block in [*blocks.done, blocks.tail]:
        safe = safe_blocks([block])
        assert _said(block_tokens(block)) == _said(block_tokens(safe))
        assert _kinds(block) == _kinds(safe)


def _said(tokens: list[Token]) -> str:
    said, links = [], []
    for token in tokens:
        match token.type:
            case "inline":
                said.append(_said(inline_tokens(token.content)))
            case "link_open":
                links.append((token, len(said)))
            case "link_close":
                opening, begin = links.pop()
                said.append(_addressed("".join(said[begin:]), opening, "href"))
            case "image":
                words = _said(token.children or [])
                said += [words, _addressed(words, token, "src")]
            case _:
                said.append(plain(token.content))
    return re.sub("[\\s\u2060]", "", "".join(said))


def _addressed(words: str, link: Token, attribute: str) -> str:
    title = f' "{link.attrs["title"]}"' if link.attrs.get("title") else ""
    address = without_scheme(f"{link.attrs[attribute]}{title}")
    if not words:
        return address
    return "" if normalizeLink(words) in (address, f"mailto:{address}") else f"({address})" * bool(address)


def _kinds(markdown: str) -> list[str]:
    kinds = [token.type for token in block_tokens(markdown) if token.type != "inline" and token.tag != "p"]
    return [kind.replace("code_block", "fence") for kind in kinds]


@pytest.mark.parametrize(
    ("tail", "shown"),
    [
        ("plain", "plain"),
        ("1. **Be", "1. **Be**"),
        ("1. **", "1."),
        ("1. **Bed**: a", "1. **Bed**\\: a"),
        ("a **b *c", "a **b *c***"),
        ("a ~~b", "a ~~b~~"),
        ("**bold ", "**bold**"),
        ("**a*", "**a**"),
        ("call `get", "call `get`"),
        ("``a`", "`a`"),
        ("Use `*`", "Use `*`"),
        ("**bold\n\nnext `co", "next `co`"),
        ("```python\nx = `**", "```python\nx = `**\n```"),
        ("```python\nx\n``", "```python\nx\n```"),
        ("see [the **docs**](https://ex", "see the **docs** (https\\://ex)"),
        ("see [the docs](", "see the docs"),
        ("see [the docs", "see the docs"),
        ("see [the *docs*]", "see the *docs*"),
        ("see [the docs](https://a.b/c_(d)?e", "see the docs (https\\://a.b/c\\_(d)?e)"),
        ('see [it](https://a.b "ti', "see it (https\\://a.b)"),
        ("![A c", "A c"),
        ("a[0", "a\\[0"),
        ("[sic] and", "\\[sic\\] and"),
        ("see <https://a.b", "see https\\://a.b"),
        ("if a < b", "if a \\< b"),
        ("see *", "see"),
        ("**bold with *", "**bold with**"),
        ("**bold\n*", "**bold**"),
        ("**5 <", "**5**"),
        ("about ~", "about"),
        ("~~a~", "~~a~~"),
        ("a \\", "a"),
        ("--", ""),
        ("|", ""),
        ("a | b\n--", "| a | b |\n|---|---|"),
        ("| a | b", "| a | b |\n|---|---|"),
        ("| a | b |\n|-", "| a | b |\n|---|---|"),
        ("| a | b |\n|---|---|\n| **1", "| a | b |\n|---|---|\n| **1** |  |"),
        ("Things:\n-", "Things\\:"),
        ("2*3 and 2 * 3 are ~6", "2\\*3 and 2 \\* 3 are \\~6"),
        ("a\n\n```", ""),
        ("", ""),
    ],
)
def test_what_is_still_open_in_a_tail_is_closed(tail: str, shown: str) -> None:
    assert SafeTail().markdown(Blocks(tail)) == shown


@pytest.mark.parametrize("kind", ANSWERS)
def test_no_mark_of_an_answer_is_seen_while_it_is_written(kind: str) -> None:
    """No moment shows more of them than the finished answer; but a table's head may be prose, until there is a rule."""
    answer = ANSWERS[kind]
    whole = _marks(safe_markdown(answer)) + Counter("|" * (kind == "table without edges"))
    growing, tail = Blocks(), SafeTail()
    for character in answer:
        growing.feed(character)
        shown = "\n\n".join([safe_blocks(growing.done), tail.markdown(growing)])
        assert _marks(shown) <= whole, growing.text[-40:]
    assert _said(block_tokens(shown)) == _said(block_tokens(safe_markdown(answer)))


def _marks(markdown: str) -> Counter[str]:
    """What marks up text, where it is to be read itself; not in code."""
    lines = [token for token in block_tokens(markdown) if token.type == "inline"]
    tokens = [part for line in lines for part in inline_tokens(line.content)]
    text = "".join(part.content for part in tokens if part.type in ("text", "text_special"))
    return Counter(re.findall(r"[*_`~|#\[\]<>=\\-]", text))


@settings(max_examples=examples(300))
@given(texts)
def test_a_tail_is_the_same_whether_it_grew_or_not(text: str) -> None:
    growing, tail = Blocks(), SafeTail()
    for character in text:
        growing.feed(character)
        shown = tail.markdown(growing)
        assert not harmful(shown)
        assert shown == SafeTail().markdown(growing)


def test_what_has_settled_in_a_tail_is_shown_with_what_grows() -> None:
    table = "| a | b |\n|---|---|\n" + "".join(f"| {n} | `x` |\n" for n in range(5))
    items = "- one\n  - two\n\n- three\n\n- **fo"
    assert SafeTail().markdown(Blocks(table)) == table.strip()
    assert SafeTail().markdown(Blocks(items)) == f"{items}**"


def test_a_label_is_one_line_without_any_formatting() -> None:
    assert safe_label("a *b*\n![c](d)") == "a \\*b\\* \\!\\[c\\]\\(d\\)"
    assert safe_label(":material/x: \ud800\u202e") == "\\:\u2060material/x\\: ?"
    assert len(safe_label("x" * 500)) == 80


def test_an_address_in_a_label_is_no_link() -> None:
    assert safe_label("to a@b.cd") == "to a@\u2060b\\.cd"
