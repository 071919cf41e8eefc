"""Text from a model, a tool or a visitor, made safe for `st.markdown`.

Formatting stays: headings, lists, tables, code, emphasis. Anything that could load something, hide where a link leads,
or become one of Streamlit's directives, a formula or a diagram does not.

The text is parsed and written anew: all text with its special characters escaped, code between marks that do not occur
in it, links and images as words and addresses. So nothing depends on how the browser would have read the original.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from markdown_it.common.normalize_url import normalizeLink
from markdown_it.token import Token

from agent.markdown import DEEPEST, block_tokens, growing_block_tokens, inline_tokens, plain
from agent.projections.blocks import Blocks

_DRAWN = ("mermaid", "math")
"""Languages whose code Streamlit draws instead of showing it."""

_SPECIAL = re.compile(r"[\\`*_\[\]<>|$&~#:]|(?<=\])\(|(?<=www)\.", re.IGNORECASE)
_AT_START = re.compile(r"[-+=]|\d{1,9}(?=[.)])")
_NAMED = re.compile(r":(?=material[/_]|streamlit:)")
"""Becomes an icon or a logo even if its colons are escaped, so a word joiner breaks it up."""
_SHORT_CODE = re.compile(r":[\w+-]+:", re.ASCII)
_ESCAPED_SHORT_CODE = re.compile(r"\\:(?=(?:[\w+-]|\\_)+\\:)", re.ASCII)
_WORDS = re.compile(r"(?:[^\W_]|[ ,'\"()?!-]|(?<!w)\.)*", re.IGNORECASE)
_CODE = re.compile(r"[^`~\n]*")
_END = "\ue000"
"""Stands for the next letter of a text, which is not known yet."""
_HOLE = "\ue001"
"""Stands for a line that is written later."""
_IN_WORDS = re.compile(r"[^\W\d_]|(?:\*\*?|__?|``?|\()[^\W_]")
"""The start of a line that begins nothing but words: no item, heading, fence, rule or quote."""
_BACKTICKS = re.compile("`+")
_RULES = {"text-align:left": ":--", "text-align:center": ":-:", "text-align:right": "--:"}


def safe_markdown(text: str) -> str:
    """The text as Markdown that shows what was written and does nothing else."""
    blocks = Blocks(text)
    return safe_blocks([*blocks.done, blocks.tail])


def safe_blocks(blocks: Iterable[str]) -> str:
    """Blocks of a text, made by `Blocks`, as the Markdown of one element."""
    return _without_emoji("\n\n".join(filter(None, (_Writer().written(block) for block in blocks))))


def safe_label(text: str, limit: int = 80) -> str:
    """The text on one line without any formatting, for labels and chips."""
    line = " ".join(plain(text).split())
    line = line if len(line) <= limit else line[: limit - 1] + "…"
    escaped = re.sub(r"([\\`*_{}\[\]()<>#+\-.!|$&:~^=])", r"\\\1", _NAMED.sub(":\u2060", line))
    return _without_emoji(escaped).replace("@", "@\u2060")  # a label is often a button, and a link must not be in one


class SafeTail:
    """The tail of a growing text as Markdown that is safe at every moment.

    What has settled is written once. Words appended to words, and code to code, go where the text ends, without reading
    all of it again: most of what a model writes is just that.
    """

    def __init__(self) -> None:
        self._at = -1
        self._settled: list[str] = []
        self._writer = _Writer()
        self._read = ""
        """The growing part as it was last; empty if the next one must be parsed in any case."""
        self._more = _WORDS
        """What can be appended to it."""
        self._before, self._after = "", ""
        """What was written for it, before and after the point where it ends: marks still open are closed after it."""

    def markdown(self, text: Blocks) -> str:
        """The tail, with the marks that are still open closed."""
        if len(text.done) != self._at:
            self._at, self._settled, self._writer = len(text.done), [], _Writer()
        for part in text.settled[len(self._settled) :]:
            above = text.head if self._settled else ""
            self._settled.append(self._writer.written(part, above) + "\n" * part.endswith("\n"))
        self._grow(text)
        growing = (self._before if self._after.startswith("\n") else self._before.rstrip(" ")) + self._after
        return _without_emoji("\n".join([*self._settled, growing]).strip("\n"))

    def _grow(self, text: Blocks) -> None:
        growing = text.growing
        if self._read and growing.startswith(self._read) and self._more.fullmatch(growing, len(self._read)):
            self._before += growing[len(self._read) :]
            self._read = growing
            return
        self._read = ""
        in_words = growing[-1:].isalnum() and "<" not in growing.rpartition(" ")[2]  # that may begin an address
        in_line = bool(growing[growing.rfind("\n") + 1 :].strip())  # before it, spaces may belong to the fence
        if in_words or (text.in_fence and in_line and growing[-1:] not in "`~"):
            written = self._writer.growing(growing, text.head, _END)
            self._before, end, self._after = written.partition(_END)
            in_fence = text.in_fence and self._after.startswith("\n```")
            if end and _END not in self._after and (in_words or in_fence):
                word = self._before.replace("\n", " ").rpartition(" ")[2]
                if "](" not in growing and not word.isdigit():  # or what follows may end a link, begin an item
                    self._read, self._more = growing, _CODE if in_fence else _WORDS
                return
        self._before, self._after = self._writer.growing(growing, text.head), ""


def _without_emoji(markdown: str) -> str:
    """Emoji names in text become pictures if the code beside it has one between colons."""
    return _ESCAPED_SHORT_CODE.sub("\\:\u2060", markdown) if _SHORT_CODE.search(markdown) else markdown


class _Writer:
    """Writes blocks; in growing ones, earlier lines are parsed only once, and so is what a growing line belongs to."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str, bool], str] = {}
        self._tokens: list[Token] = []
        self._last: Token | None = None
        self._hole = ""
        """Stands for what is written of the last line, where that is put in later."""
        self._read, self._above = "", ""
        """The growing text as it was parsed, if what is appended to its last line can only go on with what that is."""
        self._grown = ("", "")
        """What is in the last line so far, and what ends a line there; of code, what is appended to it."""
        self._around: list[str] = []
        """What was written before and after that."""

    def written(self, text: str, above: str = "") -> str:
        """The text as Markdown; rows of a table are parsed below the two lines `above`."""
        self._last = None
        return self._written(block_tokens(f"{above}\n{text}" if above else text), above)

    def growing(self, text: str, above: str = "", end: str = "") -> str:
        """The same of a text that grows, with `end` where it does."""
        if not self._goes_on(text, above):
            self._tokens, self._last = growing_block_tokens(f"{above}\n{text}{end}" if above else text + end)
            self._read, self._above = (text, above) if self._look_around(text, above, end) else ("", "")
        if not self._read or not self._last:
            return self._written(self._tokens, above)
        more = text[len(self._read) :] + end
        if self._last.type == "fence":
            return more.join(self._around)
        content, line_end = self._grown
        self._last.content = (content + more).rstrip()
        line = _Line(line_end).written(inline_tokens(self._last.content, growing=True))
        return line.join(self._around) if "\n" not in line else self._written(self._tokens, above)

    def _goes_on(self, text: str, above: str) -> bool:
        """Whether only the last line has changed since the text was parsed, and is of the same kind."""
        more = text[len(self._read) :]
        if not self._read or above != self._above or "\n" in more or not text.startswith(self._read):
            return False
        ends = "`~" if self._last and self._last.type == "fence" else "#" if self._grown[1] == " " else ""
        return not any(mark in more for mark in ends)

    def _look_around(self, text: str, above: str, end: str) -> bool:
        """Keep what is written around the last line, if that is one of words or code, whatever follows on it."""
        last, tokens = self._last, self._tokens
        at = next((at for at in range(len(tokens) - 1, -1, -1) if tokens[at] is last), -1)
        if last is None or at < 0:
            return False
        is_code = last.type == "fence"
        above_it = tokens[at - 1].type if at else ""
        if not is_code and above_it not in ("paragraph_open", "heading_open"):
            return False
        spaces = "" if end or is_code else text[len(text.rstrip()) :]
        content = last.content.removesuffix("\n" * is_code).removesuffix(end) + spaces
        line = content.rpartition("\n")[2]
        begins = line.strip() and not set(line) & set("`~") if is_code else _IN_WORDS.match(line)
        if not begins or not text.endswith(line):
            return False
        self._grown = content, " " if above_it == "heading_open" else "\n"
        self._hole = _HOLE
        if is_code:
            last.content = content + _HOLE
        self._around = self._written(tokens, above).split(_HOLE)
        self._hole = ""
        return len(self._around) == 2

    def _written(self, tokens: list[Token], above: str) -> str:
        markdown, _ = self._blocks(iter(tokens))
        return "\n".join(markdown.split("\n")[2:]) if above else markdown

    def _line(self, token: Token, line_end: str, *, cell: bool = False) -> str:
        if token is self._last:
            return self._hole or _Line(line_end, cell=cell).written(inline_tokens(token.content, growing=True))
        key = (token.content, line_end, cell)
        if key not in self._lines:
            self._lines[key] = _Line(line_end, cell=cell).written(inline_tokens(token.content))
        return self._lines[key]

    def _blocks(self, tokens: Iterator[Token], *, in_list: bool = False) -> tuple[str, bool]:
        """The blocks up to the end of their container, and whether no blank line stands between them."""
        found = []
        for token in tokens:
            if token.nesting < 0:
                break
            if block := self._block(token, tokens):
                found.append((token, block))
        tight = in_list and all(token.hidden for token, _ in found if token.type == "paragraph_open")
        written = "".join(("\n" if tight and token.type != "table_open" else "\n\n") + block for token, block in found)
        return written.lstrip("\n"), tight

    def _block(self, token: Token, tokens: Iterator[Token]) -> str:
        match token.type:
            case "paragraph_open":
                return self._content(tokens)
            case "heading_open":
                return f"{'#' * int(token.tag[1:])} {self._content(tokens, line_end=' ')}"
            case "fence" | "code_block":
                return _fence(token)
            case "hr":
                return "___"
            case "blockquote_open":
                return "\n".join(f"> {line}".rstrip(" ") for line in self._blocks(tokens)[0].split("\n"))
            case "bullet_list_open" | "ordered_list_open":
                return self._list(tokens)
            case "table_open":
                return self._table(tokens)
        return _escaped(token.content.replace("\n", " "))

    def _list(self, tokens: Iterator[Token]) -> str:
        items, tight = [], True
        for item in tokens:
            if item.nesting < 0:
                break
            mark = item.info + item.markup
            content, is_tight = self._blocks(tokens, in_list=True)
            tight = tight and is_tight
            if content and "checked" in item.meta:
                content = ("[x] " if item.meta["checked"] else "[ ] ") + content
            first, *others = content.split("\n")
            indented = (" " * (len(mark) + 1) + line if line else "" for line in others)
            items.append("\n".join([f"{mark} {first}".rstrip(" "), *indented]))
        return ("\n" if tight else "\n\n").join(items)

    def _table(self, tokens: Iterator[Token]) -> str:
        rows: list[list[str]] = []
        rule: list[str] = []
        for token in tokens:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                rows[-1].append(self._line(next(tokens), " ", cell=True))
                if token.type == "th_open":
                    rule.append(_RULES.get(str(token.attrs.get("style", "")), "---"))
        lines = [f"| {' | '.join(cells)} |" for cells in rows]
        return "\n".join([lines[0], f"|{'|'.join(rule)}|", *lines[1:]])

    def _content(self, tokens: Iterator[Token], line_end: str = "\n") -> str:
        inline = next(tokens)
        next(tokens)
        return self._line(inline, line_end)


def _fence(token: Token) -> str:
    language = re.sub(r"[^\w+#.-]", "", token.info.strip().partition(" ")[0])[:20]
    if any(drawn in language.lower() for drawn in _DRAWN):
        language = ""
    marks = "`" * max(3, 1 + _longest_run(token.content))
    return f"{marks}{language}\n{token.content.removesuffix(chr(10))}\n{marks}"


class _Line:
    """Writes the contents of a paragraph, a heading or a cell."""

    def __init__(self, line_end: str, *, cell: bool = False) -> None:
        self._line_end, self._cell = line_end, cell
        self._written = ""
        self._text = ""
        """Text yet to be escaped: only what stands beside it decides what must be."""
        self._marks: list[tuple[str, int]] = []
        """Open emphasis: its mark, and where its contents begin."""
        self._links: list[tuple[str, int]] = []
        """Open links: the address, and where the words begin."""
        self._after_code = False
        self._closed_at = -1
        """Where the last mark of emphasis that was closed ends."""

    def written(self, tokens: list[Token]) -> str:
        self._add(tokens)
        self._flush()
        return self._written.rstrip(" ")

    def _add(self, tokens: Iterable[Token]) -> None:
        before = ""
        for token in tokens:
            match token.type:
                case "text":
                    self._text += token.content
                case "text_special":
                    self._text += plain(token.content).replace("\n", " ").replace("\t", " ")
                case "softbreak" | "hardbreak":
                    self._end_line("\\" * (token.type == "hardbreak"))
                case "code_inline":
                    self._code(token.content)
                case "em_open" | "strong_open" | "s_open":
                    self._open(token.markup, after_link=before in ("link_close", "image"))
                case "em_close" | "strong_close" | "s_close":
                    self._close()
                case "link_open":
                    self._links.append((_address(token, "href"), len(self._written) + len(self._text)))
                case "link_close":
                    self._say_address(*self._links.pop())
                case "image":
                    begin = len(self._written) + len(self._text)
                    self._add(token.children or [])
                    self._say_address(_address(token, "src"), begin)
                case _:
                    self._text += token.content
            before = token.type if token.type != "text" or token.content else before

    def _say_address(self, address: str, begin: int) -> None:
        words = (self._written + self._text)[begin:]
        if not words:
            self._text += address
        elif address and normalizeLink(words) not in (address, address.removeprefix("mailto:")):
            self._text += f" ({address})"

    def _code(self, content: str) -> None:
        if self._cell and "\\|" in content:
            self._text += content
            return
        self._flush()
        marks = "`" * (1 + _longest_run(content))
        padded = content[:1] == "`" or content[-1:] == "`" or (content[:1] == content[-1:] == " " and content.strip())
        content = content.replace("|", "\\|") if self._cell else content
        self._written += " " * self._after_code + marks + (f" {content} " if padded else content) + marks
        self._after_code = True

    def _open(self, mark: str, *, after_link: bool = False) -> None:
        shown = len(self._marks) < DEEPEST and not (mark == "~~" and any(mark == other for other, _ in self._marks))
        if shown:
            self._flush()
            if after_link and self._written[-1:].isalnum():  # without the link's own end, that would be one word
                self._written = self._written[:-1] + _as_punctuation(self._written[-1])
            self._written += mark
            self._after_code = False
        self._marks.append((mark if shown else "", len(self._written)))

    def _close(self) -> None:
        mark, begin = self._marks.pop()
        if not mark:
            return
        self._flush()
        if len(self._written) == begin:
            self._written = self._written[: begin - len(mark)]
        else:
            self._written += mark
            self._closed_at = len(self._written)
        self._after_code = False

    def _end_line(self, mark: str) -> None:
        self._flush()
        self._after_code = False
        if self._written:
            self._written = self._written.rstrip(" ") + mark * (self._line_end == "\n") + self._line_end

    def _flush(self) -> None:
        at_start = not self._written or self._written.endswith("\n")
        text, self._text = self._text.lstrip(" \t") if at_start else self._text, ""
        if text:
            escaped = _escaped(text, at_start=at_start and not self._cell)
            if self._closed_at == len(self._written) and text[0].isalnum() and not self._ends_before_words():
                escaped = _as_punctuation(text[0]) + escaped[1:]
            self._written += escaped
            self._after_code = False

    def _ends_before_words(self) -> bool:
        """Whether the mark that ends here is one although words follow at once: a link begins with them."""
        return self._written[-1] != "_" and self._written.rstrip("*~")[-1:].isalnum()


def _as_punctuation(letter: str) -> str:
    """A letter written so that a mark of emphasis beside it is not taken for one within a word."""
    return f"&#{ord(letter)};"


def _address(token: Token, attribute: str) -> str:
    title = str(token.attrs.get("title", ""))
    return str(token.attrs.get(attribute, "")) + (f' "{title}"' if title else "")


def _escaped(text: str, *, at_start: bool = True) -> str:
    escaped = _SPECIAL.sub(r"\\\g<0>", _NAMED.sub(":\u2060", text))
    if at_start and (found := _AT_START.match(escaped)):
        end = found.end() if found[0].isdigit() else 0
        return f"{escaped[:end]}\\{escaped[end:]}"
    return escaped


def _longest_run(code: str) -> int:
    return max(map(len, _BACKTICKS.findall(code)), default=0)
