import pytest

from ui.markdown import safe_label, safe_markdown


@pytest.mark.parametrize(
    "formatted",
    [
        "# Heading\n\n1. **Bold** and *soft*\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        "`List<int>` costs nothing in `code $5 & more`",
        "```python\nx = [1](2) < 3  # ![no](image)\n```",
        "A plain https://example.com/path address",
        "> a quote\n\n- [ ] a task",
        "1. one\n   ```python\n   x[1](2)\n   ```\n2. two `a | b` and ``a ` b``",
        "https://example.com/a?b=1&c=2#d_e and https://example.com:80/",
    ],
)
def test_ordinary_formatting_stays(formatted):
    assert safe_markdown(formatted) == formatted


@pytest.mark.parametrize(
    ("hostile", "safe"),
    [
        ("![x](http://evil/x.png)", "\\![x]\\(http://evil/x.png)"),
        ("[click](javascript:alert(1))", "[click]\\(javascript\\:alert(1))"),
        ("`![x](http://evil)`", "`\\![x]\\(http://evil)`"),
        ("[r]: http://evil", "[r\\]\\: http://evil"),
        ("> - [r]: http://evil", "> - [r\\]\\: http://evil"),
        ("<script>alert(1)</script>", "\\<script>alert(1)\\</script>"),
        ("costs $5 or $6", "costs \\$5 or \\$6"),
        (":material/bug: :red[x] ::: :smile:", "\\:material/bug: \\:red[x] \\:\\:: \\:smile:"),
        ("&lt;img&gt;", "\\&lt;img\\&gt;"),
    ],
)
def test_what_loads_hides_or_interprets_is_escaped(hostile, safe):
    assert safe_markdown(hostile) == safe


def test_a_fence_ends_where_markdown_ends_it():
    text = "```py evil{onload=x}\n![a](b)\n````\n![a](b)\n"
    assert safe_markdown(text).split("\n") == ["```pyevilonloadx", "![a](b)", "```", "\\![a]\\(b)"]


def test_a_fence_inside_a_quote_is_not_trusted():
    assert "\\![a]" in safe_markdown("> ```\n> ![a](http://evil)\n> ```")


@pytest.mark.parametrize(
    ("hostile", "safe"),
    [
        ("- a\n  ```\n![x](u)\n```", "- a\n  ```\n  ```\n\\![x]\\(u)\n```\n```"),
        ("- a\n  ```\n     ```\n  ![x](u)", "- a\n  ```\n  ```\n  \\![x]\\(u)"),
        ("- a\n    ```\n  ```\n![x](u)", "- a\n```\n```\n\\![x]\\(u)"),
        ("- ```\n  ![x](u)", "- \\`\\`\\`\n  \\![x]\\(u)"),
        ("```\n```\u00a0\n![x](u)", "```\n```\n\\![x]\\(u)"),
        ("a\r```\r\n```\n![x](u)", "a\n```\n```\n\\![x]\\(u)"),
        ("  a\n    ```\n  ```\n  ![x](u)", "a\n```\n```\n\\![x]\\(u)"),
    ],
)
def test_no_list_quote_or_odd_blank_ends_code_unseen(hostile, safe):
    assert safe_markdown(hostile) == safe


def test_code_in_a_deep_list_moves_to_the_margin_with_what_follows():
    assert safe_markdown("- a\n\n    ```\n    x\n    ```\n    y\n- b") == "- a\n\n```\nx\n```\ny\n- b"


@pytest.mark.parametrize(
    ("hostile", "safe"),
    [
        ("`a\nb` ![x](u) `c", "\\`a\nb` \\![x]\\(u) `c"),
        ("[a\\]b]: u", "[a\\]b\\]\\: u"),
        ("[a\n`]: u`", "[a\n`\\]: u`"),
        ("| `<x | $y` |", "| `\\<x | \\$y` |"),
        ("http://a.b/`:red[x]`", "http://a.b/%60%3Ared[x]\\`"),
    ],
)
def test_what_only_looks_like_code_is_escaped(hostile, safe):
    assert safe_markdown(hostile) == safe


def test_every_text_stays_one_that_can_be_sent_and_read_from_left_to_right():
    assert safe_markdown("\ud800a\u202eb\u2069") == safe_label("\ud800a\u202eb\u2069").replace("\\", "") == "?ab"
    assert "mermaid" not in safe_markdown("```mermaid\ngraph LR\n```")
    assert safe_markdown(">" * 5_000 + "x") == ">" * 8 + "x"


def test_a_label_is_one_line_without_any_formatting():
    assert safe_label("a *b*\n![c](d)") == "a \\*b\\* \\!\\[c\\]\\(d\\)"
    assert len(safe_label("x" * 500)) == 80
