from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count, repeat

from agent.store.gate import FORGIVEN, FREE_TRIES_OF_A_NETWORK, Gate


def test_only_the_password_opens() -> None:
    gate = Gate("sesame")
    assert gate.opens("sesame", "host")
    assert not gate.opens("wrong", "host")
    assert not gate.opens("\ud800", "host")


HOME, AWAY = "192.0.2.1", "198.51.100.7"


def guess(gate: Gate, seconds: float, pause: float, clients: Iterable[str] = repeat("guesser")) -> int:
    """Guess as often as one's turns allow; returns how many guesses were looked at."""
    now, looked_at, names = 0.0, 0, iter(clients)
    while now < seconds:
        client = next(names)
        if gate.turn(client, AWAY, now) is not None:
            assert not gate.opens("wrong", client)
            looked_at += 1
        now += pause
    return looked_at


def strangers() -> Iterator[str]:
    """Who throws the cookie away after each try."""
    return map(str, count())


def test_whoever_guesses_is_slowed() -> None:
    assert guess(Gate("sesame"), 600, 0.5) < 100
    assert guess(Gate("sesame"), 600, 0.01) < 100


def test_whoever_guesses_as_somebody_new_each_time_is_slowed() -> None:
    assert guess(Gate("sesame"), 600, 0.5, strangers()) < 330
    assert guess(Gate("sesame"), 600, 0.01, strangers()) < 330


def test_the_host_gets_in_at_once_while_a_stranger_guesses() -> None:
    gate = Gate("sesame")
    guess(gate, 60, 0.5, strangers())
    assert gate.turn("host", HOME, 60.0) == 0
    assert gate.opens("sesame", "host")


def test_who_has_got_in_before_gets_in_at_once_also_from_where_a_stranger_guesses() -> None:
    gate = Gate("sesame")
    assert gate.turn("host", AWAY, 0.0) == 0
    assert gate.opens("sesame", "host")
    guess(gate, 60, 0.5, strangers())
    assert gate.turn("new", AWAY, 60.0) != 0
    assert gate.turn("host", AWAY, 60.0) == 0


def test_a_network_of_the_newer_kind_is_one_whatever_address_is_chosen_in_it() -> None:
    gate = Gate("sesame")
    for number in range(FREE_TRIES_OF_A_NETWORK):
        assert gate.turn(f"{number}", f"2001:db8::{number:x}", 0.0) == 0
    assert gate.turn("one more", "2001:db8::ffff", 0.0) == 1
    assert gate.turn("elsewhere", "2001:db8:0:1::1", 0.0) == 0
    assert gate.turn("of no address", "", 0.0) == 0


def test_the_host_who_has_mistyped_it_gets_in_with_the_next_turn() -> None:
    gate = Gate("sesame")
    waits = [gate.turn("host", HOME, 0.0) for _ in range(5)]
    assert waits == [0, 0, 0, 1, 3]
    assert gate.opens("sesame", "host")
    assert gate.turn("host", HOME, 0.0) == 0


def test_old_tries_are_forgiven() -> None:
    gate = Gate("sesame")
    for _ in range(4):
        gate.turn("host", HOME, 0.0)
    later = FORGIVEN + 10
    assert [gate.turn("host", HOME, later) for _ in range(3)] == [0, 0, 0]


def test_waiting_turns_do_not_pile_up() -> None:
    gate = Gate("sesame")
    turns = [gate.turn("guesser", AWAY, 0.0) for _ in range(1_000)]
    assert sum(turn is not None for turn in turns) < 10
