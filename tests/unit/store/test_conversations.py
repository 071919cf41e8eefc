"""What conversations are called, and what is forgotten of them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from agent.settings import Limits
from agent.store.conversations import MAX_TITLE
from agent.store.recorder import Track
from agent.store.recording import Header, event_line, versions
from agent.store.store import Store
from agent.streaming.events import Ended, Queued, RunRequest, StreamEvent
from tests.serving import wait_until

REQUEST = RunRequest("What is in the office?")


@pytest.fixture(params=["memory", "folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> object:
    with Store(tmp_path if request.param == "folder" else None) as store:
        yield store


def begin(store: Store, run_id: str, thread_id: str, owner: str = "me") -> Track:
    track = store.record(Header(run_id, time.time(), REQUEST, thread_id, owner, versions()))
    track.add(event_line(StreamEvent(0, 0.0, Queued(REQUEST))))
    track.note("running", 0.0)
    return track


def end(store: Store, track: Track) -> None:
    track.add(event_line(StreamEvent(1, 1.0, Ended("finished"))))
    track.note("finished", 1.0)
    wait_until(lambda: not store.entry(track.id).at_work, 10, "it has not ended")  # type: ignore[union-attr]


def test_a_name_is_kept_as_one_line_and_lasts_as_long_as_the_conversation(store: Store) -> None:
    end(store, begin(store, "run-0001", "thread"))
    assert store.conversations.rename("thread", "  Office\n plans ") is None
    assert store.conversations.titles("me") == {"thread": "Office plans"}
    assert store.conversations.titles("you") == {}
    store.forget("run-0001")
    assert store.conversations.titles("me") == {}
    end(store, begin(store, "run-0002", "thread"))
    assert store.conversations.titles("me") == {}


@pytest.mark.parametrize("name", ["", " \n\t"])
def test_without_a_name_it_is_called_by_its_first_question_again(store: Store, name: str) -> None:
    end(store, begin(store, "run-0001", "thread"))
    store.conversations.rename("thread", "Plans")
    assert store.conversations.rename("thread", name) is None
    assert store.conversations.titles("me") == {}


def test_a_name_that_is_too_long_is_refused(store: Store) -> None:
    refusal = store.conversations.rename("thread", "x" * (MAX_TITLE + 1))
    assert refusal
    assert refusal.state == "refused"


@pytest.mark.parametrize("name", ["'; DROP TABLE runs; --", "\ud83d", "<script>", "מה יש במשרד?", "x" * MAX_TITLE])
def test_any_other_name_will_do(store: Store, name: str) -> None:
    end(store, begin(store, "run-0001", "thread"))
    assert store.conversations.rename("thread", name) is None
    assert store.conversations.titles("me")["thread"] == name.encode("utf-8", "replace").decode()


def test_several_runs_are_deleted_together(store: Store, tmp_path: Path) -> None:
    for run_id in ("run-0001", "run-0002"):
        end(store, begin(store, run_id, "thread"))
    end(store, begin(store, "run-0003", "other"))
    store.links.make("run-0001")
    assert store.forget("run-0001", "run-0002") is None
    assert [entry.header.id for entry in store.entries("me")] == ["run-0003"]
    assert {path.stem for path in tmp_path.glob("*.jsonl")} <= {"run-0003"}
    assert store.links.token_of("run-0001") is None


def test_who_has_lost_a_run_is_forgotten_until_that_is_settled(store: Store) -> None:
    for run_id in ("run-0001", "run-0002"):
        end(store, begin(store, run_id, "thread"))
    store.forget("run-0001")
    assert store.conversations.forgotten() == ["thread"]
    store.conversations.settle("thread")
    assert store.conversations.forgotten() == []


def test_a_conversation_is_in_use_while_a_run_of_it_is_at_work(store: Store) -> None:
    end(store, begin(store, "run-0001", "thread"))
    track = begin(store, "run-0002", "thread")
    assert store.conversations.in_use() == ["thread"]
    end(store, track)
    assert store.conversations.in_use() == []


def test_what_is_pruned_by_age_is_forgotten_as_well(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        end(store, begin(store, "run-0001", "thread"))
    with Store(tmp_path, Limits(recording_days=1e-9)) as store:
        wait_until(lambda: store.conversations.forgotten() == ["thread"], 10, "it is not forgotten")
