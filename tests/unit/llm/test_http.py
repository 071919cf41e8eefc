"""How long the tokens of many streams gather before they are read, and a proxy that cannot be used."""

from __future__ import annotations

import pytest

from agent.errors import SettingsError
from agent.llm.http import BATCHES_PER_SECOND, MANY_STREAMS, Batches, HttpClient
from agent.pace import MOST_SECONDS, PACE
from agent.settings import Limits


@pytest.mark.parametrize(("count", "most"), [(1, 0), (4, 0.01), (16, 0.04), (100, 0.25), (10_000, MOST_SECONDS)])
def test_in_a_busy_process_a_lone_stream_is_read_as_it_comes_and_many_are_read_less_often(
    monkeypatch: pytest.MonkeyPatch, count: int, most: float
) -> None:
    monkeypatch.setattr(Batches, "open", count)
    monkeypatch.setattr(PACE, "rest", MOST_SECONDS)
    assert min((count - 1) / BATCHES_PER_SECOND, most) == Batches.seconds() <= most
    assert Batches.are_under_load() == (count > MANY_STREAMS)


@pytest.mark.parametrize("address", ["socks://127.0.0.1:1080", "socks5://127.0.0.1:1080"])
def test_a_proxy_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """GNOME sets the first for every program: MoonshotAI/kimi-cli#404."""
    monkeypatch.setenv("ALL_PROXY", address)
    with pytest.raises(SettingsError, match="ALL_PROXY"):
        HttpClient(Limits())


@pytest.mark.parametrize("count", [1, 4, 16, 100, 10_000])
def test_with_time_to_spare_every_token_passes_at_once(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(Batches, "open", count)
    monkeypatch.setattr(PACE, "rest", 0.0)
    assert not Batches.seconds()
    assert not Batches.are_under_load()


def test_between_the_two_tokens_gather_for_as_long_as_the_process_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Batches, "open", 100)
    monkeypatch.setattr(PACE, "rest", 0.03)
    assert Batches.seconds() == 0.03
    assert Batches.are_under_load()
