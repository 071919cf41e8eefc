"""Why a run ended is recorded in English and as a sentence, and said in the language of whoever reads it."""

from __future__ import annotations

import json

from agent.projections.transcript import fold
from agent.streaming.events import Ended, Queued, RunRequest, Started, StreamEvent
from agent.streaming.modes import RUN_MODES
from texts import Sentence, sentence, tell

LIMIT = sentence("ended-limit", seconds="120")


def told(end: Ended) -> tuple[str, str]:
    """Why a run ended, in English and in Korean, from its recording."""
    events = [
        StreamEvent(0, 0.0, Queued(RunRequest("?"))),
        StreamEvent(1, 0.1, Started()),
        StreamEvent.from_json(_line(StreamEvent(2, 1.0, end))),
    ]
    run = fold(events, RUN_MODES)
    return tell("en", run.said), tell("ko", run.said)


def _line(event: StreamEvent) -> str:
    return json.dumps(event.to_json())


def test_a_recorded_sentence_is_said_in_both_languages() -> None:
    english, korean = told(Ended.saying("failed", LIMIT))
    assert english == "The run reached its limit of 120 seconds. What has arrived is kept."
    assert korean == "실행이 120초 한도에 이르렀어요. 그때까지 받은 내용은 남아 있어요."


def test_its_english_stands_beside_it_for_other_readers() -> None:
    assert (
        Ended.saying("failed", LIMIT).message == "The run reached its limit of 120 seconds. What has arrived is kept."
    )


def test_a_recording_of_before_or_of_another_version_is_told_in_its_own_words() -> None:
    for end in (Ended("failed", "Old words."), Ended("failed", "Old words.", sentence=Sentence("of-a-later-version"))):
        assert told(end) == ("Old words.", "Old words.")
