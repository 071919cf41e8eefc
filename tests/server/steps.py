"""What several tests wait for and look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from agent.demo_model import DemoServer
from tests.server.client import Visitor
from tests.serving import wait_until

TOKENS = 400
QUESTION = f"count to {TOKENS}"
NUMBERS = [str(number) for number in range(1, TOKENS + 1)]


def numbers(visitor: Visitor, turn: int = -1) -> list[str]:
    """The words of an answer that counts."""
    turns = visitor.turns
    return turns[turn].answer.split() if turns else []


def asked(visitor: Visitor, turns: int) -> None:
    """Wait until so many questions are on the page."""
    visitor.wait_until(lambda: len(visitor.turns) == turns, "the question is there")


def redrawn(visitor: Visitor, scripts: int = 0) -> None:
    """Wait until the script has begun more often than that."""
    visitor.wait_until(lambda: visitor.scripts > scripts, "the page is drawn anew")


def arrived(visitor: Visitor, count: int, turn: int = -1) -> None:
    """Wait until so many numbers are on the page, which are not all yet."""
    visitor.wait_until(lambda: len(numbers(visitor, turn)) >= count, f"{count} numbers are there")
    assert len(numbers(visitor, turn)) < TOKENS, "the run was over before the test had begun"


def complete(visitor: Visitor, turns: int = 1, timeout: float = 20) -> None:
    """Wait until so many turns are on the page, and all have ended."""

    def ended() -> bool:
        there = visitor.turns
        return visitor.idle and len(there) == turns and all(turn.figures or turn.notes for turn in there)

    visitor.wait_until(ended, f"{turns} turns have ended", timeout)


@contextmanager
def one_run(model: DemoServer, requests: int = 1) -> Iterator[None]:
    """In the end the model server has been asked this often, and nobody has hung up."""
    before = model.stats
    yield
    wait_until(lambda: model.stats.active == 0, 5, "the model server has nothing more to send")
    after = model.stats
    assert after.requests - before.requests == requests
    assert after.hung_up == before.hung_up


@contextmanager
def counting(visit: Callable[..., Visitor], model: DemoServer, /, **query: str) -> Iterator[Visitor]:
    """A visitor in the middle of an answer, which in the end is there as a whole, and was asked for once."""
    visitor = visit(tool_choice="none", **query)
    visitor.wait_idle()
    with one_run(model):
        visitor.ask(QUESTION)
        arrived(visitor, 20)
        yield visitor
        complete(visitor)
    assert numbers(visitor) == NUMBERS
