import pytest

from ui.live import closed


@pytest.mark.parametrize(
    ("tail", "shown"),
    [
        ("plain", "plain"),
        ("1. **Be", "1. **Be**"),
        ("1. **", "1. "),
        ("1. **Bed**: a", "1. **Bed**: a"),
        ("call `get", "call `get`"),
        ("**bold\n\nnext `co", "**bold\n\nnext `co`"),
        ("```python\nx = `**", "```python\nx = `**"),
        ("", ""),
    ],
)
def test_what_is_still_open_is_closed(tail, shown):
    assert closed(tail) == shown
