"""The traps: each wrong side shows its symptom, no right side does, and neither can do harm."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.errors import Refusal
from agent.offload import INHERITED, ROOT, environment
from agent.pitfalls import NAMES
from agent.pitfalls.comparison import Comparison, Comparisons
from agent.pitfalls.pitfall import SIDES, Moment, verdict
from agent.pitfalls.ways import ALL_WAYS, LIMIT, seen
from agent.snippets.ways import WAYS
from tests.serving import model_server, wait_until
from tests.warm import FRESH

Moments = dict[str, list[Moment]]


def started(outcome: Comparison | Refusal) -> Comparison:
    assert outcome.state != "refused", outcome.sentence
    return outcome


@pytest.fixture(scope="module", autouse=True)
def _descendants_of_this_process() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "executable", FRESH)
        yield


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with model_server(rate=60) as server:
        yield server.base_url


@pytest.fixture(scope="module")
def comparisons() -> Iterator[Comparisons]:
    comparisons = Comparisons()
    comparisons.prepare()
    yield comparisons
    comparisons.close()


@pytest.fixture(scope="module")
def shown(comparisons: Comparisons, url: str) -> dict[str, Moments]:
    """What each side of each trap showed; run once for all tests."""
    at_work = {name: started(comparisons.start(name, url, 20)) for name in NAMES}
    assert [each.state for each in at_work.values()] == ["starting", *["waiting"] * (len(NAMES) - 1)]
    assert all(each.wait(60) for each in at_work.values())
    return {name: each.moments for name, each in at_work.items()}


def chunks(moments: list[Moment], lane: str | None = None) -> list[Moment]:
    return [each for each in moments if each["kind"] == "chunk" and lane in (None, each["lane"])]


def spread(moments: list[Moment]) -> float:
    """Seconds between the first chunk and the last."""
    return chunks(moments)[-1]["at"] - chunks(moments)[0]["at"]


def text(moments: list[Moment], lane: str | None = None) -> str:
    return "".join(each["text"] for each in chunks(moments, lane))


@pytest.mark.parametrize("name", ["blocking_call", "sync_model_call", "tools_alone"])
def test_what_is_held_up_arrives_at_once_and_else_live(shown: dict[str, Moments], name: str) -> None:
    wrong, right = (shown[name][side] for side in SIDES)
    assert text(wrong) == text(right)
    assert 3 * spread(wrong) < spread(right)
    assert spread(right) > 0.5
    assert chunks(right)[0]["at"] < chunks(wrong)[0]["at"]
    assert "everything at once" in verdict(wrong)
    assert verdict(right).startswith("Live")


@pytest.mark.parametrize("name", ["stream_mode", "inner_graph", "no_custom"])
def test_what_is_not_asked_for_is_silently_missing(shown: dict[str, Moments], name: str) -> None:
    wrong, right = (shown[name][side] for side in SIDES)
    assert [each["kind"] for each in wrong] == ["end"]
    assert len(chunks(right)) == 5
    assert spread(right) > 1


def test_two_calls_are_mixed_or_each_has_a_text_of_its_own(shown: dict[str, Moments]) -> None:
    wrong, right = (shown["whose_chunk"][side] for side in SIDES)
    assert {each["lane"] for each in chunks(wrong)} == {""}
    office, bedroom = dict.fromkeys(each["lane"] for each in chunks(right))
    assert {"office" in text(right, office), "office" in text(right, bedroom)} == {True, False}
    assert text(right, office) not in text(wrong)
    assert sorted(text(wrong)) == sorted(text(right))


def test_of_two_calls_read_in_turn_the_second_is_lost(shown: dict[str, Moments]) -> None:
    wrong, right = (shown["calls_in_turn"][side] for side in SIDES)
    assert [each["kind"] for each in (wrong[-1], right[-1])] == ["end", "end"]
    (only,) = {each["lane"] for each in chunks(wrong)}
    both = dict.fromkeys(each["lane"] for each in chunks(right))
    assert [len(chunks(right, call)) for call in both] == [5, 5]
    assert len(chunks(wrong, only)) == 5


def test_a_sync_tool_works_on_after_stop(shown: dict[str, Moments]) -> None:
    wrong, right = (shown["stop"][side] for side in SIDES)
    assert len(chunks(wrong)) == 10
    assert chunks(wrong)[-1]["at"] > 2
    stop = [each["kind"] for each in right].index("mark")
    assert 0 < len(chunks(right)) < len(chunks(wrong))
    assert chunks(right[stop:]) == []


def test_half_an_answer_ends_as_if_it_were_whole_or_is_reported(shown: dict[str, Moments]) -> None:
    wrong, right = (shown["truncated"][side] for side in SIDES)
    assert [each["kind"] for each in wrong if each["kind"] != "chunk"] == ["end"]
    assert text(wrong) == text(right)
    assert [each["text"] for each in right if each["kind"] == "told"] == [
        "The model's answer ended before it was complete."
    ]


def test_a_loop_for_each_question_fails_at_the_second(shown: dict[str, Moments]) -> None:
    wrong, right = (shown["new_loop"][side] for side in SIDES)
    assert wrong[-1]["kind"] == "error"
    assert "Event loop is closed" in wrong[-1]["text"]
    assert right[-1]["kind"] == "end"
    assert text(right).startswith(text(wrong))
    assert [each["kind"] for each in right].count("mark") == 2


def test_what_stands_before_a_question_is_done_twice(shown: dict[str, Moments]) -> None:
    wrong, right = (shown["twice"][side] for side in SIDES)
    assert [each["text"] for each in wrong] == ["E-mail sent", "asks", "yes", "E-mail sent", "Refunded", ""]
    assert [each["text"] for each in right] == ["asks", "yes", "E-mail sent", "Refunded", ""]


def test_a_question_is_taken_for_a_failure(shown: dict[str, Moments]) -> None:
    wrong, right = (shown["swallowed"][side] for side in SIDES)
    assert [each["text"] for each in wrong] == ["It failed: GraphInterrupt", ""]
    assert [each["text"] for each in right] == ["asks", "yes", "Refunded", ""]


def test_both_sides_speak_their_readers_language(comparisons: Comparisons, url: str) -> None:
    at_work = {
        name: started(comparisons.start(name, url, 20, language="ko"))
        for name in ("twice", "swallowed", "tools_alone", "new_loop", "stop", "whose_chunk")
    }
    assert all(each.wait(60) for each in at_work.values())
    found = {name: {side: text(each.moments[side]) for side in SIDES} for name, each in at_work.items()}
    assert found["twice"]["wrong"] == "메일 발송메일 발송환불 완료"
    assert found["swallowed"]["wrong"] == "실패: GraphInterrupt"
    assert found["tools_alone"]["right"].startswith("책상회전의자")
    assert found["stop"]["right"].startswith("1970년 읽음")
    assert all(re.search("[가-힣]", said) for name in found for said in found[name].values())
    assert not re.search("[A-Za-z]{4}", "".join(found["new_loop"].values()) + found["whose_chunk"]["right"])


def test_all_ways_stream_at_the_same_moment_and_three_of_them_know_the_call(comparisons: Comparisons, url: str) -> None:
    at_work = started(comparisons.start(ALL_WAYS, url, LIMIT * 2))
    assert at_work.wait(60)
    assert {name: moments[-1]["kind"] for name, moments in at_work.moments.items()} == dict.fromkeys(WAYS, "end")
    found = {name: seen(moments) for name, moments in at_work.moments.items()}
    assert [name for name in WAYS if found[name].by_call] == ["runtime_writer", "output_delta", "projections"]
    assert [len(found[name].keys) for name in WAYS] == [0, 2, 2, 2, 2]
    assert all(key.startswith("lc_run--") for key in found["model_tokens"].keys)
    counts = {found[name].chunks for name in WAYS if name != "model_tokens"}
    assert len(counts) == 1, "the same tools found the same"
    assert all(spread(moments) > 0.3 for moments in at_work.moments.values()), "live"


def test_ways_that_hang_are_ended_by_force_and_keep_what_came(comparisons: Comparisons, url: str) -> None:
    stuck = started(comparisons.start(ALL_WAYS, url, limit=0.1))
    assert stuck.wait(30)
    assert {moments[-1].get("key") for moments in stuck.moments.values()} == {"pitfall-too-slow"}


def test_a_side_that_hangs_is_ended_by_force(comparisons: Comparisons, url: str) -> None:
    began = time.monotonic()
    stuck = started(comparisons.start("blocking_call", url, limit=0.4))
    assert stuck.wait(30)
    assert time.monotonic() - began < 10
    assert stuck.state == "ended"
    assert stuck.moments["wrong"][-1]["text"] == "It was still working at the time limit, and was ended by force."


def test_a_side_that_sends_too_much_is_ended(comparisons: Comparisons, url: str) -> None:
    loud = started(comparisons.start("whose_chunk", url, most=5))
    assert loud.wait(30)
    assert [len(loud.moments[side]) for side in SIDES] == [6, 6]
    assert "more than can be shown" in loud.moments["wrong"][-1]["text"]


def test_too_many_who_wait_are_refused(url: str) -> None:
    full = Comparisons(at_once=0, most_waiting=1)
    assert full.start("stop", url).state == "waiting"
    refused = full.start("stop", url)
    assert refused.state == "refused"
    assert "Too many" in str(refused.sentence)


def test_a_side_knows_nothing_of_the_host(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://secret")
    assert set(environment()) <= {*INHERITED, "PYTHONUTF8"}
    before = processes_below(os.getpid())
    fresh = Comparisons()
    at_work = started(fresh.start("blocking_call", url))
    wait_until(lambda: at_work.moments["right"], 30, "a side is at work")
    family = set(processes_below(os.getpid())).difference(before)
    assert len(family) >= 4, "the server, one that compares, and the sides"
    assert not [pid for pid in family if b"secret" in Path(f"/proc/{pid}/environ").read_bytes()]
    fresh.close()
    wait_until(lambda: not [pid for pid in family if is_alive(pid)], 20, "none of them is left over")


def test_all_ends_with_the_app(url: str) -> None:
    code = "from agent.pitfalls.comparison import Comparisons; c = Comparisons(); "
    code += f"c.start('stop', {url!r}, 5).wait()"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) as app:
        wait_until(lambda: len(processes_below(app.pid)) >= 4, 30, "both sides are at work")
        family = processes_below(app.pid)
        app.send_signal(signal.SIGKILL)
    wait_until(lambda: not [pid for pid in family if is_alive(pid)], 20, "none of them is left over")


def test_a_server_that_has_died_is_replaced(comparisons: Comparisons, url: str) -> None:
    comparisons.close()
    again = started(comparisons.start("truncated", url))
    assert again.wait(60)
    assert [again.moments[side][-1]["kind"] for side in SIDES] == ["end", "end"]


def test_a_server_that_dies_at_work_leaves_nobody_waiting(url: str) -> None:
    dying = Comparisons()
    at_work = started(dying.start("truncated", url))
    dying.close()
    assert at_work.wait(60)
    assert [at_work.moments[side][-1]["text"] for side in SIDES] == ["It broke off."] * 2


def test_a_side_has_a_demo_server_of_its_own_where_none_is_given(comparisons: Comparisons) -> None:
    alone = started(comparisons.start("truncated"))
    assert alone.wait(60)
    assert [each["kind"] for each in alone.moments["right"][-2:]] == ["told", "end"]


def processes_below(pid: int) -> list[int]:
    """The processes that this one has started, and those that they have."""
    children = Path(f"/proc/{pid}/task").glob("*/children")
    below = [int(child) for file in children for child in file.read_text().split()]
    return [*below, *(deeper for child in below for deeper in processes_below(child))]


def is_alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
