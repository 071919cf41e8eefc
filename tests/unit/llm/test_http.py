"""How long the tokens of many streams gather before they are read, and a proxy that cannot be used."""

from __future__ import annotations

import pytest

from agent.errors import SettingsError
from agent.llm.http import MANY_STREAMS, MOST_BATCH_SECONDS, Batches, HttpClient
from agent.settings import Limits


@pytest.mark.parametrize(("count", "most"), [(1, 0), (4, 0.01), (16, 0.04), (100, 0.25), (10_000, MOST_BATCH_SECONDS)])
def test_a_lone_stream_is_read_as_it_comes_and_many_are_read_less_often(
    monkeypatch: pytest.MonkeyPatch, count: int, most: float
) -> None:
    monkeypatch.setattr(Batches, "open", count)
    assert 0 <= Batches.seconds() <= most
    assert Batches.are_under_load() == (count > MANY_STREAMS)


@pytest.mark.parametrize("address", ["socks://127.0.0.1:1080", "socks5://127.0.0.1:1080"])
def test_a_proxy_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """GNOME sets the first for every program: MoonshotAI/kimi-cli#404."""
    monkeypatch.setenv("ALL_PROXY", address)
    with pytest.raises(SettingsError, match="ALL_PROXY"):
        HttpClient(Limits())
