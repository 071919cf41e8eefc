import csv
import io

import pytest

from agent.store.comments import MAX_PER_RUN, Comment, Comments, Gate, table, to_csv


def test_comments_outlive_a_restart_and_the_last_word_of_each_reviewer_counts(tmp_path):
    path = tmp_path / "review" / "feedback.jsonl"
    comments = Comments(path)
    comments.add(Comment("run-1", "ann", 1, "good", 1.0))
    comments.add(Comment("run-1", "bob", 0, "slow", 2.0))
    comments.add(Comment("run-1", "ann", 0, "on second thoughts", 3.0))
    comments.add(Comment("run-2", "ann", None, "half \ud800", 4.0))
    path.write_text(path.read_text() + '{"run_id": "cut o')
    for kept in (comments, Comments(path)):
        assert [(c.author, c.text) for c in kept.of("run-1")] == [("bob", "slow"), ("ann", "on second thoughts")]
        assert [c.at for c in kept.all()] == [4.0, 3.0, 2.0]


def test_a_comment_can_be_taken_back_and_goes_with_its_run(tmp_path):
    path = tmp_path / "feedback.jsonl"
    comments = Comments(path)
    for author in ("ann", "bob"):
        comments.add(Comment("run-1", author, 1, "good"))
    comments.add(Comment("run-1", "ann"))
    assert [c.author for c in comments.of("run-1")] == ["bob"]
    comments.forget("run-1")
    assert comments.all() == Comments(path).all() == []
    assert "good" not in path.read_text()


def test_too_much_is_refused_in_one_sentence():
    comments = Comments(None)
    assert "2,000" in comments.add(Comment("run-1", "ann", 1, "x" * 2_001)).sentence
    for number in range(MAX_PER_RUN):
        comments.add(Comment("run-1", f"author {number}", 1))
    assert "takes no more" in comments.add(Comment("run-1", "one more", 1)).sentence
    comments.add(Comment("run-1", "author 0", 0, "may still change"))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\uff1d1+1", "fine\n=HYPERLINK(1)", '=cmd|"/c calc"!A1'],
)
def test_no_cell_of_the_csv_can_be_a_formula(text):
    rows = table([Comment("run-1", "ann", 1, text, 0.0)], {"run-1": text})
    written = to_csv(rows)
    (row,) = csv.DictReader(io.StringIO(written.removeprefix("\ufeff"), newline=""))
    for value in row.values():
        for line in value.split("\n"):
            assert not line.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))
    assert text.strip()[-3:] in row["comment"]
    assert row["thumb"] == "up"
    assert row["when"] == "1970-01-01 00:00 UTC"


def test_the_gate_opens_for_the_password_only_and_slows_guessing_down():
    gate = Gate("sesame")
    assert gate.opens("sesame", 0.0)
    assert not gate.opens("wrong", 0.0)
    assert not gate.opens("sesame", 0.5)
    assert gate.opens("sesame", 1.5)
    now = tries = 0.0
    while now < 600:
        gate.opens("wrong", now)
        tries += 1
        now += gate.wait(now)
    assert tries < 30
    assert not Gate("x").opens("\ud800", 0.0)
