from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.store.comments import MAX_PER_AUTHOR, MAX_PER_RUN, Comment, Comments, table, to_csv
from agent.store.database import Database

Open = Callable[[], Database]


@pytest.fixture
def opened(tmp_path: Path, sqlite: Callable[[Path], Database]) -> Open:
    """Open the database as another process would."""
    return lambda: sqlite(tmp_path / "comments.sqlite3")


@pytest.fixture
def comments(opened: Open) -> Comments:
    return Comments(opened())


def test_all_processes_read_the_last_word_of_each_reviewer(opened: Open) -> None:
    comments, elsewhere = Comments(opened()), Comments(opened())
    comments.add(Comment("run-1", "ann", 1, "good", 1.0))
    elsewhere.add(Comment("run-1", "bob", 0, "slow", 2.0))
    comments.add(Comment("run-1", "ann", 0, "on second thoughts", 3.0))
    elsewhere.add(Comment("run-2", "ann", None, "half \ud800", 4.0))
    for kept in (comments, elsewhere):
        assert [(c.author, c.text) for c in kept.of("run-1")] == [("bob", "slow"), ("ann", "on second thoughts")]
        assert [c.at for c in kept.all()] == [4.0, 3.0, 2.0]


def test_a_comment_can_be_taken_back(comments: Comments) -> None:
    for author in ("ann", "bob"):
        comments.add(Comment("run-1", author, 1, "good"))
    comments.add(Comment("run-1", "ann"))
    assert [c.author for c in comments.of("run-1")] == ["bob"]


def test_a_thousand_edits_are_one_comment_and_close_comments_for_nobody(comments: Comments) -> None:
    for number in range(1_000):
        assert comments.add(Comment("run-1", "ann", 1, f"{number} {'x' * 1_900}")) is None
    assert comments.add(Comment("run-2", "bob", 1, "good")) is None
    assert [c.text.split()[0] for c in comments.all()] == ["good", "999"]


def refused(comments: Comments, comment: Comment) -> str:
    refusal = comments.add(comment)
    assert refusal
    return str(refusal.sentence)


def test_too_much_is_refused_in_one_sentence(comments: Comments) -> None:
    assert "2,000" in refused(comments, Comment("run-1", "ann", 1, "x" * 2_001))
    for number in range(MAX_PER_RUN):
        assert comments.add(Comment("run-1", f"author {number}", 1)) is None
    assert "takes no more" in refused(comments, Comment("run-1", "one more", 1))
    assert comments.add(Comment("run-1", "author 0", 0, "may still change")) is None


def test_one_reviewer_comments_on_so_many_runs(comments: Comments) -> None:
    for number in range(MAX_PER_AUTHOR):
        assert comments.add(Comment(f"run-{number}", "ann", 1)) is None
    assert "Delete one" in refused(comments, Comment("one-more-run", "ann", 1))
    assert comments.add(Comment("run-0", "ann", 0)) is None
    assert comments.add(Comment("run-0", "ann")) is None
    assert comments.add(Comment("one-more-run", "ann", 1)) is None


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\uff1d1+1", "fine\n=HYPERLINK(1)", '=cmd|"/c calc"!A1'],
)
def test_no_cell_of_the_csv_can_be_a_formula(text: str) -> None:
    rows = table([Comment("run-1", "ann", 1, text, 0.0)], {"run-1": text})
    written = to_csv(rows)
    (row,) = csv.DictReader(io.StringIO(written.removeprefix("\ufeff"), newline=""))
    for value in row.values():
        for line in value.split("\n"):
            assert not line.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))
    assert text.strip()[-3:] in row["comment"]
    assert row["thumb"] == "up"
    assert row["when"] == "1970-01-01 00:00 UTC"
