import threading
import time

import pytest

from ui.shell import browser
from ui.shell.browser import turn_to_draw, wait_until_sent


def test_of_many_scripts_one_draws_at_a_time() -> None:
    drawing, most, lock, start = 0, 0, threading.Lock(), threading.Barrier(8)

    def script() -> None:
        nonlocal drawing, most
        start.wait()
        for _ in range(5):
            with turn_to_draw():
                with lock:
                    drawing += 1
                    most = max(most, drawing)
                time.sleep(0.001)  # leaves room for a second one
                with lock:
                    drawing -= 1

    scripts = [threading.Thread(target=script) for _ in range(8)]
    for thread in scripts:
        thread.start()
    for thread in scripts:
        thread.join()
    assert most == 1


def test_a_script_that_is_interrupted_while_it_draws_lets_the_next_one_draw() -> None:
    with pytest.raises(KeyboardInterrupt), turn_to_draw():
        raise KeyboardInterrupt
    with turn_to_draw():
        pass


def test_a_script_waits_until_what_it_wrote_is_sent_and_lets_others_draw_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left, drew = [3], threading.Event()

    def other() -> None:
        with turn_to_draw():
            drew.set()

    def not_sent() -> int:
        if left[0] == 2:
            threading.Thread(target=other).start()
        elif left[0] == 1:
            assert drew.wait(5)
        left[0] = max(left[0] - 1, 0)
        return left[0]

    monkeypatch.setattr(browser, "messages_not_sent", not_sent)
    with turn_to_draw():
        wait_until_sent()
    assert left == [0]
