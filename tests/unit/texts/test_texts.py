"""The text files: none misses a sentence, all agree on what is filled in, and each follows its language's rules."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

from agent.graphs.registry import GRAPHS
from agent.streaming.modes import MODES
from agent.tools.catalog import TOOLS
from texts import FOLDER, LANGUAGES, Language, Sentence, is_known, language_of, say, say_or, sentence
from ui.shell.catalog import PAGES

ROOT = Path(__file__).parents[3]
SAYS = {"say", "sentence", "say_or"}
KEY = re.compile(r"[a-z][\w-]*(\.[\w-]+)?")


@cache
def patterns(language: Language) -> dict[str, ftl.Pattern]:
    """What is said, by its key."""
    found: dict[str, ftl.Pattern] = {}
    for entry in FluentParser().parse((FOLDER / f"{language}.ftl").read_text(encoding="utf-8")).body:
        assert not isinstance(entry, ftl.Junk), f"{language}.ftl cannot be read: {entry.content}"
        if isinstance(entry, ftl.Message):
            said = {entry.id.name: entry.value, **{f"{entry.id.name}.{a.id.name}": a.value for a in entry.attributes}}
            assert not set(said) & set(found), "each key once"
            found |= {key: pattern for key, pattern in said.items() if pattern}
    return found


class Parts(Visitor):
    """What a pattern is made of."""

    def __init__(self, pattern: ftl.Pattern) -> None:
        self.variables: set[str] = set()
        self.selects: list[ftl.SelectExpression] = []
        self.visit(pattern)

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:
        self.variables.add(node.id.name)

    def visit_SelectExpression(self, node: ftl.SelectExpression) -> None:
        self.selects.append(node)
        self.generic_visit(node)


def variants(select: ftl.SelectExpression) -> set[str]:
    return {v.key.name if isinstance(v.key, ftl.Identifier) else str(v.key.value) for v in select.variants}


@cache
def sources() -> dict[str, ast.Module]:
    folders = [ROOT / name for name in ("agent", "ui", "pages")]
    files = [ROOT / "app.py", *(path for folder in folders for path in folder.rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in files}


def called(node: ast.Call) -> str:
    """The last word of what is called."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def said() -> Iterator[tuple[str, str, set[str] | None]]:
    """Each place in which a sentence is said by its key: file, key, and what it is told (None if not known here)."""
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in SAYS:
                told = None if any(k.arg is None for k in node.keywords) else {str(k.arg) for k in node.keywords}
                for argument in node.args:
                    for part in ast.walk(argument):
                        if isinstance(part, ast.Constant) and isinstance(part.value, str) and "-" in part.value:
                            if KEY.fullmatch(part.value) and not isinstance(argument, ast.JoinedStr | ast.Call):
                                yield path, part.value, told


def names_in_sources() -> tuple[set[str], list[re.Pattern[str]]]:
    """All texts in the sources that may be keys, and as patterns those that are put together, as f"page-{name}"."""
    whole: set[str] = set()
    built: list[re.Pattern[str]] = []
    for tree in sources().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr):
                parts = [p.value if isinstance(p, ast.Constant) else None for p in node.values]
                if isinstance(parts[0], str) and re.match(r"[a-z][a-z_]*-", parts[0]):
                    built.append(re.compile("".join(r"[\w.-]*" if p is None else re.escape(str(p)) for p in parts)))
    return whole, built


def test_every_language_has_every_sentence() -> None:
    keys = {language: set(patterns(language)) for language in LANGUAGES}
    assert {language: set(keys["en"]) ^ found for language, found in keys.items() if found != keys["en"]} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_fills_in_the_same(language: Language) -> None:
    english = {key: Parts(pattern).variables for key, pattern in patterns("en").items()}
    theirs = {key: Parts(pattern).variables for key, pattern in patterns(language).items()}
    assert {key: (english[key], names) for key, names in theirs.items() if names != english[key]} == {}


def test_every_sentence_that_is_said_is_there_and_is_told_what_it_needs() -> None:
    places = list(said())
    assert len(places) > 20
    assert [(path, key) for path, key, _ in places if key not in patterns("en")] == []
    needs = {key: Parts(pattern).variables for key, pattern in patterns("en").items()}
    assert [(path, key) for path, key, told in places if told is not None and told != needs[key]] == []


def test_no_sentence_is_left_unsaid() -> None:
    whole, built = names_in_sources()
    unsaid = [key for key in patterns("en") if key not in whole and not any(p.fullmatch(key) for p in built)]
    assert unsaid == []


def test_all_that_is_registered_has_its_sentences() -> None:
    assert [name for name in PAGES if not is_known(f"page-{name}") or not is_known(f"page-{name}.summary")] == []
    assert [name for name in TOOLS if not is_known(f"tool-{name.replace('.', '-')}")] == []
    assert [name for name in GRAPHS if not is_known(f"graph-{name}")] == []
    assert [name for name in MODES if not is_known(f"mode-{name}.help") or not is_known(f"mode-{name}.delivers")] == []


def test_english_counts_one_and_many() -> None:
    counts = {
        key: {name for name in Parts(pattern).variables if name == "count" or name.endswith("_count")}
        for key, pattern in patterns("en").items()
    }
    for key, names in counts.items():
        selects = Parts(patterns("en")[key]).selects
        chosen = {s.selector.id.name: variants(s) for s in selects if isinstance(s.selector, ftl.VariableReference)}
        assert {name: chosen.get(name) for name in names if not {"one", "other"} <= chosen.get(name, set())} == {}, key


def test_korean_has_no_plural() -> None:
    forms = {"zero", "one", "two", "few", "many"}
    for key, pattern in patterns("ko").items():
        assert [s for s in Parts(pattern).selects if variants(s) & forms] == [], key


PARTICLE_AFTER = re.compile(r"[”’\"'*`]*(을|를|이|가|은|는|와|과|로|으로|이에요|예요|이라는|라는)(?![가-힣])")
"""A particle that is written out, right behind something filled in; one behind a bracket belongs to the word before."""


def test_no_korean_particle_behind_a_value_is_fixed() -> None:
    for key, pattern in patterns("ko").items():
        for before, after in zip(pattern.elements, pattern.elements[1:], strict=False):
            if isinstance(before, ftl.Placeable) and isinstance(after, ftl.TextElement):
                assert not PARTICLE_AFTER.match(after.value), f"{key}: {after.value}"


def test_korean_is_korean() -> None:
    for key, pattern in patterns("ko").items():
        text = "".join(e.value for e in pattern.elements if isinstance(e, ftl.TextElement))
        words = re.sub(r"`[^`]*`|:[\w-]+:|[^A-Za-z가-힣]", "", text)
        assert not words or re.search("[가-힣]", words) or key in SAME_IN_KOREAN, f"{key}: {text}"


SAME_IN_KOREAN: set[str] = set()
"""Keys whose Korean has no Korean letter: names that are the same in both."""


def test_a_sentence_is_said_in_the_readers_language_when_it_is_drawn() -> None:
    made = sentence("chat-code.graph", title=sentence("page-home"))
    assert say("en", made) == "The graph: Home"
    assert say("ko", made) == "그래프: 홈"


def test_what_a_visitor_has_pasted_is_not_kept() -> None:
    text = "secret " * 100
    assert text in say("en", "chat-code.graph", title=text)


def test_a_key_that_nobody_knows_is_said_as_the_text_beside_it() -> None:
    assert say_or("ko", Sentence("from-another-version", {"n": 1}), "As it was.") == "As it was."
    assert say_or("ko", None, "As it was.") == "As it was."
    assert say_or("ko", "page-home", "Home") == "홈"


@pytest.mark.parametrize(
    ("locale", "language"),
    [("ko-KR", "ko"), ("ko", "ko"), ("KO_kr", "ko"), ("en-US", "en"), ("de-DE", "en"), ("kok-IN", "en"), (None, "en")],
)
def test_a_browser_is_answered_in_its_language(locale: str | None, language: Language) -> None:
    assert language_of(locale) == language
