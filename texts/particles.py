"""Korean particles: which of two forms follows a word, by the sound that the word ends in."""

from __future__ import annotations

import re
import unicodedata

_HANGUL, _LAST_HANGUL, _FINALS = ord("가"), ord("힣"), 28
_FINAL_L = 8

_DIGITS = dict(zip("0123456789", "영일이삼사오육칠팔구", strict=True))
_LETTERS = dict(zip("lmnr", "엘엠엔알", strict=True))
"""The letters whose names end in a consonant."""

_WORD = re.compile(r"[a-z]+$", re.IGNORECASE)
_MOST_SPELLED = 5
"""Letters of the longest word in capitals that is read letter by letter."""
_SHORT_VOWEL = re.compile(r"(?:^|[^aeiou])(?:[aeiou]|oo|ou)(?:[bkpt]|ck|c)$")
"""A short vowel, then a consonant that closes its syllable, as in chat, block, book and web."""


def particle(word: object, forms: object) -> str:
    """The form that follows a word: `forms` are two with a slash, first the one after a consonant, as in 을/를.

    Marks and brackets behind the word are not read. After what has no known sound it is both, as in 을(를).
    """
    after_consonant, _, after_vowel = str(forms).partition("/")
    match _final(str(word)):
        case None:
            rest = after_consonant.removesuffix(after_vowel)
            is_longer = after_consonant != after_vowel and after_consonant.endswith(after_vowel)
            return f"({rest}){after_vowel}" if is_longer else f"{after_consonant}({after_vowel})"
        case "":
            return after_vowel
        case "l" if after_consonant.startswith("으로"):
            return after_vowel
        case _:
            return after_consonant


def _final(word: str) -> str | None:
    """How a word ends: "" for a vowel, "l" for ㄹ, "c" for another consonant; None where that is not known."""
    letters = word.rstrip()
    while letters and not letters[-1].isalnum():
        letters = letters[:-1]
    if not letters:
        return None
    last = unicodedata.normalize("NFC", letters)[-1]
    if last in _DIGITS:
        return _final_of_hangul(_DIGITS[last])
    if ord("가") <= ord(last) <= _LAST_HANGUL:
        return _final_of_hangul(last)
    if found := _WORD.search(letters):
        return _final_of_latin(found[0])
    return None


def _final_of_hangul(syllable: str) -> str:
    final = (ord(syllable) - _HANGUL) % _FINALS
    return "" if final == 0 else "l" if final == _FINAL_L else "c"


def _final_of_latin(word: str) -> str:
    """By the sound that the word has as a loan word: 서버, 툴, 토큰."""
    if len(word) == 1 or (word.isupper() and len(word) <= _MOST_SPELLED):
        return _final_of_hangul(_LETTERS.get(word[-1].lower(), "이"))
    word = word.lower()
    if word.endswith(("l", "le")):
        return "l"
    if word.endswith(("m", "n", "ng", "me", "ne")) or _SHORT_VOWEL.search(word):
        return "c"
    return ""
