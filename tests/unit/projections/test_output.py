import pytest

from agent.projections.output import MAX_ROWS, Output


def output(*chunks):
    sorted_in = Output()
    for chunk in chunks:
        sorted_in.add(chunk)
    return sorted_in


def test_text_grows_from_strings_and_pieces_of_messages():
    assert output("Hel", {"role": "assistant", "content": "lo"}).text.text == "Hello"


def test_progress_stays_between_nothing_and_all_and_brings_its_status():
    assert (output({"progress": 0.4, "status": "half"}).progress, output({"progress": 7}).progress) == (0.4, 1.0)
    assert output({"progress": 0.4, "status": "half"}, {"progress": 0.5}).status == "half"


def test_rows_and_points_are_collected_and_bounded():
    assert output({"row": {"item": "Desk"}}).rows == [{"item": "Desk"}]
    many = output(*({"point": {"x": n, "y": n}} for n in range(MAX_ROWS + 5)))
    assert (len(many.points), many.points[-1]) == (MAX_ROWS, {"x": MAX_ROWS + 4, "y": MAX_ROWS + 4})


def test_a_status_replaces_the_last():
    assert output({"status": "one"}, {"status": "two"}).status == "two"


@pytest.mark.parametrize(
    "odd",
    [
        {"progress": "nan"},
        {"progress": True},
        {"row": "no"},
        {"row": {}},
        {"point": {"x": "1", "y": 2}},
        {"point": {"x": 1}},
        {"status": 5},
        {"status": "with", "more": 1},
        {"content": "without a role"},
        {},
        [],
        None,
        7,
        "".join(["x"]) == "x",
    ],
)
def test_any_other_chunk_is_kept_as_it_is_without_error(odd):
    assert output(odd).others == [odd]
