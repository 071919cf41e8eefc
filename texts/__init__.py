"""Every sentence that a person reads: one text file a language, in the syntax of Project Fluent.

What is made where no reader is known, as in the background loop, is a Sentence: its key and its values, said in the
reader's language when it is drawn.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

from texts.particles import particle

log = logging.getLogger(__name__)

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
FOLDER = Path(__file__).parent
SHORT = 200
"""The longest value for which a rendered sentence is cached: what visitors paste is not."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in no language yet."""

    key: str
    """Its name in the text files: `key`, or `key.attribute`."""
    values: Mapping[str, Value] = field(default_factory=dict)
    """Its values: numbers are grouped and select plurals, texts are shown as they are, sentences are said."""

    def __str__(self) -> str:
        """In English, as logs and programs have it."""
        return say("en", self)

    def __hash__(self) -> int:
        return hash((self.key, tuple(self.values.items())))


Value = str | int | float | Sentence
Spoken = Sentence | str
"""What is said to a reader not known yet: a sentence, or a text that is shown as it is."""


def sentence(key: str, /, **values: Value) -> Sentence:
    """A sentence to be said later, in a language that is not known yet."""
    return Sentence(key, values)


def say(language: Language, key: str | Sentence, /, **values: Value) -> str:
    """A sentence in a language, or in English if that has none; of an unknown one, its key."""
    named, told = (key, values) if isinstance(key, str) else (key.key, {**key.values, **values})
    said = {name: _said(language, value) for name, value in told.items()}
    if any(isinstance(value, str) and len(value) > SHORT for value in said.values()):
        return _render(language, named, said)
    return _rendered(language, named, tuple(said.items()))


def tell(language: Language, said: Spoken) -> str:
    """Something said before its reader was known: a sentence in their language, a text as it is."""
    return said if isinstance(said, str) else say(language, said)


def moment(language: Language, key: str, when: datetime) -> str:
    """A date and time as the language writes them; the sentence `key` is the pattern, in the letters of Unicode."""
    from babel.dates import format_datetime  # as below

    return str(format_datetime(when, say(language, key), tzinfo=when.tzinfo, locale=language))


def number(language: Language, value: float) -> str:
    """A number as the language writes it, in groups of digits and with all of its decimals."""
    from babel.numbers import format_decimal  # as below

    return str(format_decimal(value, locale=language, decimal_quantization=False))


def say_or(language: Language, key: str | Sentence | None, text: str) -> str:
    """A sentence, or `text` where there is none of that key: for what others have added, or written long ago."""
    if key is None or not is_known(key if isinstance(key, str) else key.key):
        return text
    return say(language, key)


def is_known(key: str) -> bool:
    """Whether there is such a sentence."""
    return _pattern("en", key) is not None


def language_of(locale: str | None) -> Language:
    """The language for a browser's locale, such as `ko-KR`; English for all that are not there."""
    first = (locale or "").replace("_", "-").split("-")[0].lower()
    return next((language for language in LANGUAGES if language == first), "en")


def _said(language: Language, value: Value) -> str | int | float:
    if isinstance(value, (str, int, float)):
        return value
    return say(language, value)  # a Sentence, be its class today's or one of before a hot reload


@lru_cache(maxsize=4096)
def _rendered(language: Language, key: str, values: tuple[tuple[str, str | int | float], ...]) -> str:
    return _render(language, key, dict(values))


def _render(language: Language, key: str, values: Mapping[str, str | int | float]) -> str:
    for spoken in dict.fromkeys((language, "en")):
        if (pattern := _pattern(spoken, key)) is not None:
            text, errors = _bundle(spoken).format_pattern(pattern, dict(values))
            for error in errors:
                log.error("The sentence %s cannot be said in %s: %s", key, spoken, error)
            return str(text)
    log.error("There is no sentence %s.", key)
    return key


def _pattern(language: Language, key: str) -> Any:
    name, _, attribute = key.partition(".")
    if not _bundle(language).has_message(name):
        return None
    message = _bundle(language).get_message(name)
    return message.attributes.get(attribute) if attribute else message.value


@cache
def _bundle(language: Language) -> Any:
    from fluent.runtime import FluentBundle, FluentResource  # here: many a process only carries sentences

    bundle = FluentBundle([language], functions={"PARTICLE": cast("Any", particle)}, use_isolating=False)
    bundle.add_resource(FluentResource((FOLDER / f"{language}.ftl").read_text(encoding="utf-8")))
    return bundle
