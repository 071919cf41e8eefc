"""The promise of the app: what a tool does is seen while it does it."""

import pytest

from tests.browser.visitor import (
    BEDROOM,
    BOTH,
    BOX,
    OFFICE,
    PAGES,
    STOP,
    ask,
    boxes,
    growing_lengths,
    last_turn,
    seen,
    start_watching,
    visit,
    wait_for_end,
)

WORDS = {OFFICE: "Desk", BEDROOM: "Bed"}


@pytest.mark.parametrize("question", [OFFICE, BEDROOM])
@pytest.mark.parametrize("path", PAGES)
def test_the_tool_is_seen_at_work_and_then_the_answer(page, path, question):
    visit(page, path)
    start_watching(page, f"{BOX} [data-testid=stExpanderDetails]")
    ask(page, question)
    page.locator(STOP).wait_for()
    wait_for_end(page)

    assert len(growing_lengths(seen(page))) >= 3
    turn = last_turn(page)
    assert WORDS[question] in turn.inner_text()
    after_the_box = turn.locator(f"[data-testid=stMarkdown]:not({BOX} *)")
    assert "".join(after_the_box.all_inner_texts()).strip(), "no answer below the tool"
    assert page.locator(STOP).count() == 0


def test_two_calls_work_side_by_side_and_never_mix(page):
    visit(page, "/LLM_tokens")
    start_watching(page, BOX)
    ask(page, BOTH)
    page.locator(BOX).nth(1).wait_for()
    page.wait_for_function(
        "selector => [...document.querySelectorAll(selector)].every(box => box.innerText.length > 200)", arg=BOX
    )
    assert page.locator(STOP).count() == 1
    office, bedroom = boxes(page)
    assert office["right"] <= bedroom["left"]
    assert abs(office["top"] - bedroom["top"]) < 5
    wait_for_end(page)

    office, bedroom = page.locator(BOX).all_inner_texts()
    assert "Desk" in office
    assert "Bed" in bedroom
    for text, others in ((office, ("bedroom", "Dresser", "Nightstand", "pillow")), (bedroom, ("office", "Desk"))):
        assert [word for word in others if word in text] == []
