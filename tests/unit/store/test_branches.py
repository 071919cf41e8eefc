"""The branches of a conversation, from what each of its runs says of the one before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.store.branches import Branches
from agent.store.recording import FIRST, Header
from agent.streaming.events import RunRequest


def runs(**parents: str) -> Branches:
    """Runs by their names, in the order in which they were asked, each with the one before it."""
    request = RunRequest("?")
    return Branches(
        [Header(name, at, request, "t", parent=parent) for at, (name, parent) in enumerate(parents.items())]
    )


def test_a_conversation_without_branches_is_one() -> None:
    tree = runs(a=FIRST, b="a", c="b")
    assert tree.through() == tree.through("a") == tree.through("c") == ["a", "b", "c"]
    assert [tree.beside(name) for name in "abc"] == [["a"], ["b"], ["c"]]


def test_a_question_asked_anew_stands_beside_the_old_one_and_is_shown() -> None:
    tree = runs(a=FIRST, b="a", c="b", b2="a")
    assert tree.through() == ["a", "b2"]
    assert tree.through("b") == ["a", "b", "c"]
    assert tree.beside("b") == tree.beside("b2") == ["b", "b2"]
    assert (tree.after("b2"), tree.after("a")) == ("a", FIRST)


def test_the_first_question_can_be_asked_anew() -> None:
    tree = runs(a=FIRST, b="a", a2=FIRST)
    assert (tree.through(), tree.through("a")) == (["a2"], ["a", "b"])


def test_of_several_branches_below_a_run_the_last_question_is_shown() -> None:
    tree = runs(a=FIRST, b="a", b2="a", c="b", c2="b2", d="c")
    assert tree.through("a") == ["a", "b", "c", "d"]
    assert tree.through("b2") == ["a", "b2", "c2"]


def test_recordings_of_before_there_were_branches_follow_each_other() -> None:
    assert runs(a="", b="", c="").through() == ["a", "b", "c"]


def test_what_followed_a_run_that_was_deleted_follows_the_one_before() -> None:
    tree = runs(a=FIRST, c="gone", d="c")
    assert tree.through() == ["a", "c", "d"]


def test_no_run_and_an_unknown_one() -> None:
    assert Branches([]).through() == Branches([]).through("x") == []
    assert runs(a=FIRST).through("unknown") == ["a"]


NAMES = [f"r{number}" for number in range(8)]


@given(st.lists(st.sampled_from([*NAMES, FIRST, "", "gone"]), max_size=8))
def test_whatever_headers_say_every_run_is_in_a_branch_that_ends(parents: list[str]) -> None:
    tree = runs(**dict(zip(NAMES, parents, strict=False)))
    names = NAMES[: len(parents)]
    for name in names:
        branch = tree.through(name)
        assert name in branch
        assert len(set(branch)) == len(branch)
        assert all(tree.after(later) == earlier for earlier, later in zip(branch, branch[1:], strict=False))
        assert name in tree.beside(name)
    assert tree.through()[-1:] == names[-1:]
