import threading
import time

import pytest

from ui.shell.browser import turn_to_draw


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
