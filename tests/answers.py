"""Answers as models write them, of twenty kinds: what a person sees being written."""

ANSWERS = {
    "steps": (
        "Sure! Here's how:\n\n1. **Open** the *Settings* page.\n2. **Choose** `Network` → `Proxy`.\n"
        "   - Leave *Host* empty.\n   - Set **Port** to `8080`.\n3. Press ***Save***.\n\nThat's all."
    ),
    "definitions": (
        "### Key terms\n\n- **Token**: the *smallest* piece a model reads.\n- **Context window** — how many.\n"
        "- __Prompt__: what you ask, _in full_.\n"
    ),
    "code": (
        "You can use `dict.get`:\n\n```python\nages = {'Ann': 3}\nprint(ages['Ann'] * 2)  # **no** error\n```\n\n"
        "Here `0` is the *default*. In a shell:\n\n```\n$ python main.py > out.txt\n```\n"
    ),
    "table": (
        "Here is a comparison:\n\n| Plan | Price | Notes |\n|:-----|------:|:-----:|\n| **Free** | 0 € | *one* seat |\n"
        "| Team | 12 € | `SSO` and [docs](https://example.com/a_b) |\n\n**Verdict:** take *Team*.\n"
    ),
    "table without edges": "Name | Size\n--- | ---\nalpha | **1**\nbeta | ~~2~~ 3\n\nDone.",
    "links": (
        "See the [official *guide*](https://example.com/guide_(v2)?a=1&b=2) and "
        "<https://example.com/x_y>, or write to [us](mailto:a@b.cd). ![A **cat**](https://example.com/cat.png)"
    ),
    "mathematics": "The area is 2*r*3.14, so 2 * 3 * 4 = 24 and `a*b` is *not* `a**b`. In short: **5 < 6** & 7 > 3.",
    "identifiers": "Set `MAX_RETRIES`, not max_retries or __init__; the file my_file_name.py is _fine_.",
    "quotation": "> **Note**: this is *important*.\n>\n> > It was said `before`.\n\nAnd so on.\n\n---\n\n*Fin.*",
    "tasks": "## To do\n\n- [x] Write **tests**\n- [ ] Ship *it*\n  - [ ] tell `everyone`\n",
    "headings": "# Title\n\nIntro\n=====\n\nText with **bold**.\n\nPart\n----\n\n#### Small *print* ####\n\nEnd.",
    "korean": (
        "**사무실**에는 *책상*이 있어요.\n\n1. **의자**: `편한` 의자\n2. *램프*와 **책장**\n\n"
        "> **참고**: 모두 *새것*이에요."
    ),
    "arabic": "**ملاحظة**: هذا *مهم* جدا.\n\n- **أول**\n- *ثان*\n",
    "nested emphasis": "So **bold with *italics* inside**, *italics with **bold** in*, ***both*** and **_mixed_**.",
    "emphasis with punctuation": "He said *“yes”*, **(really)**, *why?* and **“so”**. A *star*, then: **x**; *y*.",
    "strikethrough": "It costs ~~100~~ **90** dollars, ~~*not*~~ about ~5 more.",
    "footnotes and html": "Water<sub>2</sub> is H2O[^1] and <b>wet</b>.<br>\n\n[^1]: *Really*.",
    "json": '```json\n{\n  "name": "x",\n  "list": [1, 2, "**"]\n}\n```\n\nThat is `{"a": 1}`.',
    "code in a list": "1. Install:\n   ```bash\n   pip install x_y\n   ```\n2. Run `x-y --help`:\n\n3. *Done*.",
    "log": "ERROR: **/tmp/*.log** missing * retry\n\n* first\n* second *again*\n+ third\n\n***\n\n**Cause**: `~/x`",
    "prose": "She smiled—*slowly*—and said: “**Never** again.” ***\n\n*The next morning*, **nobody** _came_.",
    "wrapped": "**This is a bold sentence that\ngoes on** and *so\ndoes this*, with `code that\nwraps`.",
    "escapes": "Use \\*stars\\* and \\_lines\\_, a \\`tick\\` and **a \\* b**. Price: \\$5 \\[sic\\].",
}
