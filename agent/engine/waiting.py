"""What may happen to a run that waits for a person, and so is nobody's: it is answered, or ended, by any process.

Whoever does it claims the run in the database, reads its recording to the end, appends to it, and lets go; with the
last answer, the run is theirs.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Literal

from agent.engine.active import ActiveRun
from agent.engine.recorded import KeptRun
from agent.errors import Refusal
from agent.graphs.inputs import NotFilledIn
from agent.graphs.tool_schemas import tool_schema
from agent.projections.decisions import fit
from agent.projections.questions import questions_of
from agent.settings import Limits
from agent.store.database import DatabaseError
from agent.store.index import Claim
from agent.store.recording import BrokenRecording
from agent.store.store import Store
from agent.streaming.events import JSON, Answered, Ended, StreamEvent, Waiting
from texts import Sentence, Spoken, sentence

log = logging.getLogger(__name__)

NO_KEY = Refusal(sentence("refused-no-key"))
LATE = Refusal(sentence("refused-answered"))
STOPPED = sentence("ended-stopped")


def unanswered(days: float) -> Sentence:
    """Why a run was ended that nobody has answered."""
    return sentence("ended-unanswered", count=int(days) if days == int(days) else f"{days:g}")


def refused(run: KeptRun, interrupt: str, given: JSON, limits: Limits, *, has_key: bool) -> Refusal | None:
    """Why this answer to a question is refused, in a sentence for whoever gave it."""
    if run.ended:
        return Refusal(sentence("refused-run-ended"))
    if interrupt in run.answers:
        return LATE
    if interrupt not in run.asked:
        return Refusal(sentence("refused-no-such-question"))
    if run.header.own_key and not has_key:
        return NO_KEY
    return _too_long(given, limits) or _unfit(run, interrupt, given)


def beginning(
    run: KeptRun, answers: Mapping[str, JSON], limits: Limits, *, has_key: bool
) -> list[StreamEvent] | Refusal:
    """The log of a run up to the moment when it waited for all of these answers; or why they cannot be changed."""
    if run.header.own_key and not has_key:
        return NO_KEY
    if refusal := next((refusal for given in answers.values() if (refusal := _too_long(given, limits))), None):
        return refusal
    events = list(run.read()[0])
    for place in range(len(events) - 1, -1, -1):
        waits = events[place].payload
        if isinstance(waits, Waiting) and answers.keys() <= {interrupt.id for interrupt in waits.interrupts}:
            if not waits.checkpoint:
                return Refusal(sentence("refused-nothing-kept"))
            if any(interrupt.id not in run.answers for interrupt in waits.interrupts):
                return Refusal(sentence("refused-not-answered"))
            unfit = (_unfit(run, interrupt, given) for interrupt, given in answers.items())
            return next((refusal for refusal in unfit if refusal), events[: place + 1])
    return Refusal(sentence("refused-no-such-questions"))


def answer(store: Store, run: KeptRun, interrupt: str, given: JSON) -> Refusal | Literal["kept", "taken"]:
    """Answer a question: the first answer counts, whoever gives it. `taken`: the run goes on in this process."""
    try:
        with run.lock, store.claim(run.id) as claim:
            if claim.state is None and not run.unrecorded:
                return Refusal(sentence("ended-deleted"))
            if not claim.put(interrupt, given):
                return LATE
            return "taken" if _settle(run, claim) else "kept"
    except (DatabaseError, OSError, BrokenRecording) as error:
        run.distrust()
        log.warning("An answer could not be kept: %s", error)
        return Refusal(sentence("refused-answer-unwritten"))


def settle(store: Store, run: KeptRun) -> bool:
    """Take in what was answered while a run was being let go of; returns whether it goes on in this process."""
    try:
        with run.lock, store.claim(run.id) as claim:
            return _settle(run, claim)
    except (DatabaseError, OSError, BrokenRecording) as error:
        log.warning("An answer is taken with the next one: %s", error)
        return False


def end(store: Store, run: KeptRun, why: Spoken) -> bool:
    """Stop a run that waits; returns whether it did."""
    try:
        with run.lock, store.claim(run.id) as claim:
            if not _waits(run, claim):
                return False
            run.write(Ended.saying("stopped", why))
            claim.end("stopped", run.seconds)
            return True
    except (DatabaseError, OSError, BrokenRecording) as error:
        run.distrust()
        log.warning("A run that waits could not be stopped: %s", error)
        return False


def _too_long(given: JSON, limits: Limits) -> Refusal | None:
    most = 2 * limits.prompt_chars
    if len(json.dumps(given)) > most:
        return Refusal(sentence("refused-answer-long", most=most))
    return None


def _unfit(run: KeptRun, interrupt: str, given: JSON) -> Refusal | None:
    asked = run.asked[interrupt]
    try:
        fit(questions_of(asked.value, asked.schema, tool_schema), given, asked.schema)
    except NotFilledIn as error:
        return Refusal(error.said)
    return None


def _settle(run: KeptRun, claim: Claim) -> bool:
    if not _waits(run, claim):
        return False
    open_ = {interrupt.id for interrupt in run.open}
    for interrupt, given in claim.answers().items():
        if interrupt in open_:
            run.write(Answered(interrupt, given))
    if run.open:
        return False
    claim.take()
    return True


def _waits(run: KeptRun, claim: Claim) -> bool:
    """Whether it is nobody's, as far as everybody knows; all that was written is read by then."""
    if claim.state is None:
        return bool(run.unrecorded) and run.state == "waiting"
    if claim.state != "waiting":
        return False
    if isinstance(run, ActiveRun):
        run.rest()
    run.read_on()
    return run.waits is not None
