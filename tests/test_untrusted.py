import pytest

from ui.untrusted import safe_label, safe_markdown


@pytest.mark.parametrize(
    "formatted",
    [
        "# Heading\n\n1. **Bold** and *soft*\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        "`List<int>` costs nothing in `code $5 & more`",
        "```python\nx = [1](2) < 3  # ![no](image)\n```",
        "A plain https://example.com/path address",
        "> a quote\n\n- [ ] a task",
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
        ("[r]: http://evil", "\\[r]: http://evil"),
        ("> - [r]: http://evil", "> - \\[r]: http://evil"),
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
    assert safe_markdown(text).split("\n") == ["```pyevilonloadx", "![a](b)", "````", "\\![a]\\(b)", ""]


def test_a_fence_inside_a_quote_is_not_trusted():
    assert "\\![a]" in safe_markdown("> ```\n> ![a](http://evil)\n> ```")


def test_a_label_is_one_line_without_any_formatting():
    assert safe_label("a *b*\n![c](d)") == "a \\*b\\* \\!\\[c\\]\\(d\\)"
    assert len(safe_label("x" * 500)) == 80
