"""The traps: each wrong side shows its symptom, no right side does, and neither can do harm."""

import threading
import time
from pathlib import Path

import pytest

from agent.errors import RequestRefused
from agent.pitfalls import NAMES, comparison, nursery, pitfall, source
from agent.pitfalls.comparison import AT_ONCE, NURSERY, Trial
from agent.pitfalls.nursery import Nursery, environment, from_scratch
from agent.pitfalls.pitfall import SIDES, verdict
from tests.serving import model_server, wait_until

AT_LAST = 20.0


@pytest.fixture(scope="module", autouse=True)
def _nursery():
    yield
    NURSERY.close()


@pytest.fixture(scope="module")
def url():
    with model_server(rate=60) as server:
        yield server.base_url


@pytest.fixture(scope="module")
def shown(url):
    """What each side of each trap showed; run once for all tests."""
    trials = {name: Trial(name, url, AT_LAST) for name in NAMES}
    busy = []
    while any(each.state != "ended" for each in trials.values()):
        busy.append(sum(each.state in ("starting", "running") for each in trials.values()))
        time.sleep(0.02)
    assert 1 <= max(busy) <= AT_ONCE
    return {name: each.moments for name, each in trials.items()}


def chunks(moments, lane=None):
    return [each for each in moments if each["kind"] == "chunk" and lane in (None, each["lane"])]


def spread(moments):
    """Seconds between the first chunk and the last."""
    return chunks(moments)[-1]["at"] - chunks(moments)[0]["at"]


def text(moments, lane=None):
    return "".join(each["text"] for each in chunks(moments, lane))


@pytest.mark.parametrize("name", ["blocking_call", "sync_model_call"])
def test_what_blocks_the_loop_arrives_at_once_and_else_live(shown, name):
    wrong, right = (shown[name][side] for side in SIDES)
    assert text(wrong) == text(right)
    assert spread(wrong) < 0.2
    assert spread(right) > 0.5
    assert chunks(right)[0]["at"] < chunks(wrong)[0]["at"]
    assert "everything at once" in verdict(wrong)
    assert verdict(right).startswith("Live")


@pytest.mark.parametrize("name", ["stream_mode", "inner_graph"])
def test_what_is_not_asked_for_is_silently_missing(shown, name):
    wrong, right = (shown[name][side] for side in SIDES)
    assert [each["kind"] for each in wrong] == ["end"]
    assert len(chunks(right)) == 5
    assert spread(right) > 1


def test_two_calls_are_mixed_or_each_has_a_text_of_its_own(shown):
    wrong, right = (shown["whose_chunk"][side] for side in SIDES)
    assert {each["lane"] for each in chunks(wrong)} == {""}
    office, bedroom = dict.fromkeys(each["lane"] for each in chunks(right))
    assert {"office" in text(right, office), "office" in text(right, bedroom)} == {True, False}
    assert text(right, office) not in text(wrong)
    assert sorted(text(wrong)) == sorted(text(right))


def test_a_sync_tool_works_on_after_stop(shown):
    wrong, right = (shown["stop"][side] for side in SIDES)
    assert len(chunks(wrong)) == 10
    assert chunks(wrong)[-1]["at"] > 2
    assert len(chunks(right)) <= 3
    assert chunks(right)[-1]["at"] < 1.2


def test_half_an_answer_ends_as_if_it_were_whole_or_is_reported(shown):
    wrong, right = (shown["truncated"][side] for side in SIDES)
    assert [each["kind"] for each in wrong if each["kind"] != "chunk"] == ["end"]
    assert text(wrong) == text(right)
    assert [each["text"] for each in right if each["kind"] == "told"] == [
        "The model's answer ended before it was complete. Try again."
    ]


def test_a_loop_for_each_question_fails_at_the_second(shown):
    wrong, right = (shown["new_loop"][side] for side in SIDES)
    assert wrong[-1]["kind"] == "error"
    assert "Event loop is closed" in wrong[-1]["text"]
    assert right[-1]["kind"] == "end"
    assert text(right).startswith(text(wrong))
    assert [each["kind"] for each in right].count("mark") == 2


@pytest.mark.parametrize("name", NAMES)
def test_a_trap_says_all_there_is_to_say(name):
    trap = pitfall(name)
    assert all(address.startswith("https://github.com/") for _, address in trap.threads)
    assert trap.threads
    assert trap.fix.count("\n") == 1
    for side in SIDES:
        code = source(name, side)
        assert f"def {side}(" in code
        assert "noqa" not in code


def test_there_is_no_trap_of_another_name():
    with pytest.raises(KeyError):
        pitfall("os")


def test_a_side_that_hangs_is_ended_by_force(url):
    began = time.monotonic()
    stuck = Trial("blocking_call", url, limit=0.4)
    stuck.wait(10)
    assert time.monotonic() - began < 5
    assert stuck.state == "ended"
    assert stuck.moments["wrong"][-1]["text"] == "It was still at work after 0.4 seconds, and was ended by force."


def test_a_side_that_is_left_alone_ends_itself(url):
    child = NURSERY.start(["blocking_call", "wrong", "--url", url, "--limit", "0.3"])
    with child.stdin, child.stdout:
        assert child.stdout.read() == ""


def test_a_side_that_sends_too_much_is_ended(url, monkeypatch):
    monkeypatch.setattr(comparison, "MOST_MOMENTS", 5)
    loud = Trial("whose_chunk", url)
    loud.wait(10)
    assert [len(loud.moments[side]) for side in SIDES] == [6, 6]
    assert "more than can be shown" in loud.moments["wrong"][-1]["text"]


def test_a_side_does_not_know_the_hosts_keys(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://secret")
    assert set(environment()) <= {*nursery.INHERITED, "PYTHONIOENCODING"}
    fresh = Nursery()
    fresh.prepare()
    if (entry := Path(f"/proc/{fresh._process.pid}/environ")).exists():
        wait_until(entry.read_bytes, 5, "the process has its environment")
        assert b"secret" not in entry.read_bytes()
    fresh.close()


def test_too_many_who_wait_are_refused(monkeypatch):
    monkeypatch.setattr(comparison, "_waiting", threading.BoundedSemaphore(0))
    with pytest.raises(RequestRefused, match="Too many"):
        Trial("stop")


def test_a_nursery_that_has_died_is_replaced(url):
    NURSERY.prepare()
    NURSERY._process.kill()
    again = Trial("truncated", url)
    again.wait(20)
    assert [again.moments[side][-1]["kind"] for side in SIDES] == ["end", "end"]


def test_without_fork_and_without_a_demo_server_it_works_too():
    child = from_scratch(["truncated", "right"])
    with child.stdin, child.stdout:
        lines = child.stdout.readlines()
    child.kill()
    assert '"told"' in lines[-2]
    assert '"end"' in lines[-1]


def moment(at, kind, text="", lane=""):
    return {"at": at, "kind": kind, "text": text, "lane": lane}


def test_the_verdict_while_it_runs_and_after():
    assert verdict([]) == "Nothing yet"
    live = [moment(0.1, "chunk"), moment(0.9, "chunk"), moment(1.5, "chunk")]
    assert verdict(live) == "3 pieces so far"
    assert verdict([*live, moment(1.6, "end")]) == "Live: 3 pieces, from 0.1 s to 1.5 s."
    assert verdict([*live, moment(1.6, "end")], "But mixed.") == "But mixed."
    assert verdict([*live, moment(1.6, "error")]) == "3 pieces, then it failed."
    assert verdict([moment(2.0, "end")]) == "Nothing was seen in 2.0 s."
