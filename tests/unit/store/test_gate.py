from __future__ import annotations

from agent.store.gate import FORGIVEN, Gate


def test_only_the_password_opens() -> None:
    gate = Gate("sesame")
    assert gate.opens("sesame", "host")
    assert not gate.opens("wrong", "host")
    assert not gate.opens("\ud800", "host")


def guess(gate: Gate, client: str, seconds: float, pause: float) -> int:
    """Guess as often as one's turns allow; returns how many guesses were looked at."""
    now, looked_at = 0.0, 0
    while now < seconds:
        wait = gate.turn(client, now)
        if wait is not None:
            assert not gate.opens("wrong", client)
            looked_at += 1
        now += pause
    return looked_at


def test_whoever_guesses_is_slowed() -> None:
    assert guess(Gate("sesame"), "guesser", 600, 0.5) < 100
    assert guess(Gate("sesame"), "guesser", 600, 0.01) < 100


def test_the_host_gets_in_at_once_while_a_stranger_guesses() -> None:
    gate = Gate("sesame")
    guess(gate, "guesser", 60, 0.5)
    assert gate.turn("host", 60.0) == 0
    assert gate.opens("sesame", "host")


def test_the_host_who_has_mistyped_it_gets_in_with_the_next_turn() -> None:
    gate = Gate("sesame")
    waits = [gate.turn("host", 0.0) for _ in range(5)]
    assert waits == [0, 0, 0, 1, 3]
    assert gate.opens("sesame", "host")
    assert gate.turn("host", 0.0) == 0


def test_old_tries_are_forgiven() -> None:
    gate = Gate("sesame")
    for _ in range(4):
        gate.turn("host", 0.0)
    later = FORGIVEN + 10
    assert [gate.turn("host", later) for _ in range(3)] == [0, 0, 0]


def test_waiting_turns_do_not_pile_up() -> None:
    gate = Gate("sesame")
    turns = [gate.turn("guesser", 0.0) for _ in range(1_000)]
    assert sum(turn is not None for turn in turns) < 10
