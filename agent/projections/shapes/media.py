"""Images, sounds and files: in the blocks of LangChain, OpenAI, Anthropic, Gemini and MCP, or written by a tool.

Nothing is loaded from anywhere: what is held is looked at, and of what is elsewhere the address is shown.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import unquote_to_bytes

from agent.projections.shapes.code import as_code
from agent.projections.shapes.text import SHORT, as_line, safe_name, size_of
from agent.projections.shapes.types import Elsewhere, File, Image, ImageFormat, NotShown, Shape
from agent.streaming.events import JSON
from agent.streaming.json_safe import DataLeft, whole_length
from texts import sentence

MOST_PIXELS = 10_000_000
"""A screen of 3840 x 2160 has 8.3 million; a browser takes 4 bytes for each, however small the file."""
MOST_ADDRESS = 500
_FORMATS: dict[str, ImageFormat] = {"PNG": "png", "JPEG": "jpeg", "MPO": "jpeg", "WEBP": "webp", "GIF": "gif"}
_ROOM = f"{DataLeft().chars * 3 // 4 // 1_000} kB"


def read_image(chunk: Mapping[str, JSON]) -> Shape | None:
    """`{"image": ...}`: bytes, base64 or a data URL; of any other address, that."""
    return _image(chunk["image"], as_line(chunk.get("alt")))


def read_file(chunk: Mapping[str, JSON]) -> Shape | None:
    """`{"file": {"name": ..., "data" or "text": ...}}`."""
    given = chunk["file"]
    if not isinstance(given, dict):
        return None
    name, mime = as_line(given.get("name")), as_line(given.get("mime_type"))
    if isinstance(text := given.get("text"), str):
        return File(text.encode("utf-8", "replace"), safe_name(name, mime or "text/plain"))
    return _file(given.get("data"), name, mime)


def read_media(block: Mapping[str, JSON]) -> Shape | None:
    """A block of LangChain, OpenAI, Anthropic, Gemini or MCP that holds or names an image, a sound or a file."""
    kind = str(block["type"])
    held = block
    for key in ("source", "image_url", "file", "input_audio", "resource"):
        if isinstance(inner := block.get(key), dict):
            held = {**block, **inner}
    mime = next((text for key in _MIME if (text := as_line(held.get(key)))), "")
    name = next((text for key in _NAME if (text := as_line(held.get(key)))), "")
    is_image = "image" in kind or mime.startswith("image/")
    if kind == "input_audio" and not mime:
        mime = f"audio/{as_line(held.get('format'))}"
    said = held.get("data") if held.get("type") == "text" else held.get("text")
    if isinstance(said, str) and kind != "image":
        return as_code(said, _LANGUAGES.get(mime, ""), name or as_line(held.get("uri")))
    found = next((held[key] for key in _DATA if isinstance(held.get(key), str) and held[key]), None)
    if isinstance(found, str):
        uri = as_line(held.get("uri"))
        return _image(found, name, mime) if is_image else _file(found, name or uri, mime or _MIMES.get(kind, ""))
    address = next((text for key in _ADDRESS if (text := as_line(held.get(key), MOST_ADDRESS))), "")
    if not address:
        return None
    if address[:5].lower() == "data:":
        return _image(address, name, mime) if is_image else _file(address, name, mime)
    about = " · ".join(filter(None, (name, as_line(held.get("description")))))
    return Elsewhere(address, about, is_image)


_MIME = ("mime_type", "mimeType", "media_type")
_NAME = ("title", "filename", "file_name", "name")
_DATA = ("base64", "data", "blob", "file_data", "result")
_ADDRESS = ("url", "image_url", "uri", "file_url", "file_id")
_MIMES = {"audio": "audio/wav", "video": "video/mp4"}
_LANGUAGES = {"application/json": "json", "text/markdown": "markdown", "text/html": "html", "text/x-python": "python"}


def _image(given: JSON, alt: str, mime: str = "") -> Shape | None:
    if not isinstance(given, str) or not given.strip():
        return None
    if (length := whole_length(given)) is not None:
        return NotShown(sentence("shape-image-large", size=size_of(length * 3 // 4), most=_ROOM), alt)
    if given.lstrip()[:1] == "<" and "<svg" in given[:2_000].lower():
        return as_code(given, "html", alt, sentence("shape-image-svg"))
    data = _decoded(given)
    if data is None:
        return Elsewhere(as_line(given, MOST_ADDRESS), alt, True)
    if "svg" in mime or data[:200].lstrip()[:1] == b"<" and b"<svg" in data[:2_000].lower():
        return as_code(data.decode("utf-8", "replace"), "html", alt, sentence("shape-image-svg"))
    found = _drawn(data, alt)
    if isinstance(found, NotShown) and not alt and len(given) <= SHORT:
        return replace(found, name=as_line(given, 60))
    return found


def _drawn(data: bytes, alt: str) -> Image | NotShown:
    """The image, if a decoder knows it by its contents; only its header is read.

    Of a PNG that is the first block: browsers draw it if those behind it have wrong sums, as in the picture that MCP's
    own reference server sends, and the decoder would not.
    """
    import PIL.Image  # it takes 30 ms, and most runs have no image

    try:
        head = data[:33] + _NO_PIXELS if data.startswith(b"\x89PNG") else data
        with PIL.Image.open(io.BytesIO(head), formats=["PNG", "JPEG", "WEBP", "GIF"]) as image:
            width, height = image.size
            format_ = _FORMATS[image.format or ""]
            if width * height > MOST_PIXELS:
                return _too_many(f"{width:,} × {height:,}", alt)
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning):
        return _too_many("", alt)
    except Exception:  # a decoder may raise anything
        return NotShown(sentence("shape-image-unreadable", size=size_of(len(data))), alt)
    return Image(data, format_, width, height, alt)


_NO_PIXELS = b"\0\0\0\0IDAT\x35\xaf\x06\x1e"
"""An empty block of a PNG's pixels."""


def _too_many(pixels: str, alt: str) -> NotShown:
    which = sentence("shape-image-pixels", pixels=pixels or f"> {MOST_PIXELS:,}", most=MOST_PIXELS // 1_000_000)
    return NotShown(which, alt)


def _file(given: JSON, name: str, mime: str = "") -> Shape | None:
    if not isinstance(given, str):
        return None
    if (length := whole_length(given)) is not None:
        return NotShown(sentence("shape-file-large", size=size_of(length * 3 // 4), most=_ROOM), safe_name(name, mime))
    if not mime and (match := _DATA_URL.match(given)):
        mime = match["mime"]
    data = _decoded(given)
    if data is None:
        return NotShown(sentence("shape-file-unreadable"), safe_name(name, mime))
    if mime.startswith("audio/"):
        sound = next((kind for start, kind in _SOUNDS.items() if data.startswith(start)), "")
        return File(data, safe_name(name, sound or mime), sound)
    return File(data, safe_name(name, mime))


_SOUNDS = {b"RIFF": "audio/wav", b"ID3": "audio/mpeg", b"\xff\xfb": "audio/mpeg", b"\xff\xf3": "audio/mpeg",
           b"OggS": "audio/ogg", b"fLaC": "audio/flac"}  # fmt: skip
"""How sounds begin that browsers play."""

_DATA_URL = re.compile(
    r"\s*data:(?P<mime>[\w.+/-]{0,100})(?P<parameters>[\w.+/;=\"-]{0,300}),", re.ASCII | re.IGNORECASE
)
_BLANKS = str.maketrans("-_", "+/", " \t\r\n")


def _decoded(text: str) -> bytes | None:
    """The bytes of a data URL, or of base64; None if it is neither."""
    if match := _DATA_URL.match(text):
        text = text[match.end() :]
        if not match["parameters"].lower().endswith(";base64"):
            return unquote_to_bytes(text)
    packed = text.translate(_BLANKS).rstrip("=")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True) if packed else None
    except (binascii.Error, ValueError):
        return None
