"""What Streamlit says, and what a script of ours has it say."""

import json
import re
from pathlib import Path

import streamlit

from texts import say
from ui.shell.streamlit_words import KEYS, script


def test_streamlit_still_says_all_that_is_said_otherwise() -> None:
    """The contract with its front end: in another version it may say it in other words."""
    folder = Path(streamlit.__file__).parent / "static" / "static" / "js"
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.js"))
    sentences = {key: say("en", key, name="*") for key in KEYS if key not in PUT_TOGETHER}
    parts = {key: max(text.split("*"), key=len).strip() for key, text in sentences.items()}
    assert [key for key, part in parts.items() if part not in scripts] == []


PUT_TOGETHER = {"streamlit-user", "streamlit-assistant", "streamlit-no-page.home"} | {
    key for key in KEYS if "apply" in key or "submit" in key
}
"""Of several parts, in the browser; the tests there look at them."""


def test_its_own_words_stay_where_they_are_english() -> None:
    assert "here.words = [].map" in script("en")
    pairs = json.loads(re.findall(r"here\.words = (\[.*\])\.map", script("ko"))[0])
    assert ["Help\\ for\\ (.+)", "도움말: $1"] in pairs
    assert all(re.search("[가-힣]", ours) for _, ours in pairs)
