"""How each page is looked at: as scenes, each of which can be played alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from langgraph_sdk import get_client
from playwright.async_api import Error as PlaywrightError

from bench.screens.studio import AGENTS
from bench.screens.visit import DRAWN, SET_CLOCK, NotReached, Visit
from tests.browser.visitor import QUESTION, STOP
from ui.shell.catalog import PAGES

ORDER = (
    *("paint", "3s", "5s", "9s", "idle", "tour", "own", "first", "middle", "waiting", "finished"),
    *("lanes", "inspector", "metrics", "code", "ways", "technical", "watch", "watched", "stopped", "failed", "gone"),
)
"""Of a page's pictures on a sheet."""
ASKING = ("ask_me_first", "mcp_tools")
"""Pages whose runs wait for a person; others are shown waiting for a model, and for their turn."""
FIRST, MIDDLE = 100, 420
"""Characters more than at first, at the first words and in the middle of a run."""
MIDDLES = {
    "refund": 600,
    "market_brief": 650,
    "custom_data": 110,
    "your_agent": 160,
    "stream_lab": 60,
    "incident": 300,
    "ask_me_first": 300,
}
VIEWS = {
    "lanes": "[data-testid=stDataFrame]",
    "inspector": ".st-key-lab_search",
    "metrics": "[data-testid=stMetric]",
    "code": "[data-testid=stCode]",
    "ways": ".ways",
}
"""Of the lab, and what only that view shows."""
FIRSTS = {"stream_lab": 20}
"""Where less is written in all."""


async def beginning(visit: Visit) -> None:
    """The page before anything is asked, and a question at its first words."""
    if visit.wants("idle", "first"):
        await visit.open()
    if visit.wants("idle"):
        await visit.page.locator(QUESTION).wait_for()
        await visit.settled()
        await visit.take("idle")
    if visit.wants("first"):
        await visit.ask_until(FIRSTS.get(visit.name, FIRST))
        async with visit.held():
            await visit.page.locator(STOP).click()  # it ends meanwhile, and the page does not know
            await visit.take("first", whole=False)
        await visit.ended()


async def stopped(visit: Visit) -> None:
    """A question that is stopped while a tool is at work."""
    if visit.wants("stopped"):
        await ask_and_stop(visit)
        await visit.take("stopped")


async def ask_and_stop(visit: Visit) -> None:
    """Stop a run as soon as a tool is seen at work in it; and another one, if it was over before anybody looked."""
    at_work = visit.page.locator("[data-testid=stChatMessage] [data-testid=stExpanderDetails], .tl-row").first
    for _ in range(5):
        await visit.anew()
        await visit.ask()
        await at_work.wait_for()
        try:
            await visit.page.locator(STOP).click(timeout=3_000)
        except PlaywrightError:
            await visit.ended()
            continue
        await visit.ended()
        return
    raise NotReached("Each run was over before it could be stopped.")


async def whole(visit: Visit) -> None:
    """A question that is answered."""
    if not visit.wants("middle", "finished", *(["waiting"] if visit.name in ASKING else [])):
        return
    await visit.anew()
    if visit.wants("middle"):
        await visit.ask_until(MIDDLES.get(visit.name, MIDDLE))
        async with visit.held():
            await visit.take("middle", whole=False)
    else:
        await visit.ask()
    if visit.name in ASKING:
        await answer_all(visit, "waiting")
    await visit.ended()
    if visit.wants("finished"):
        await visit.take("finished")


async def waiting(visit: Visit) -> None:
    """A model that has stalled, and a question behind it."""
    if visit.name in ASKING or not visit.wants("waiting"):
        return
    await visit.open(f"?graph=own:{AGENTS[1]}" if visit.name == "your_agent" else "?model=demo-flaky:stall")
    await visit.ask()
    await visit.page.locator("[class*=st-key-break_off_] button").wait_for()
    if visit.name != "stream_lab":  # which shows one run
        await visit.type_question(visit.say("page-custom_data.ask-2"))
        await visit.page.locator("[class*=st-key-take_back_] button").wait_for()
    async with visit.held():
        await visit.take("waiting")


async def failed(visit: Visit) -> None:
    """A question whose answer breaks off."""
    if visit.wants("failed"):
        await visit.open(f"?graph=own:{AGENTS[2]}" if visit.name == "your_agent" else "?model=demo-flaky:broken")
        await visit.ask()
        if visit.name in ASKING:  # it breaks off in the answer, after all that it asks
            await answer_all(visit)
        await visit.ended()
        await visit.take("failed")


async def answer_all(visit: Visit, state: str = "") -> None:
    """Look at what is asked, as the pictures of a `state`, and say yes to all of it."""
    page = visit.page
    button = "[class*=st-key-approve-] button, [class*=st-key-send-respond-] button"
    yes = page.locator(button)
    await yes.first.wait_for()
    await visit.settled()
    if state and visit.wants(state):
        await visit.take(state)
    while left := await yes.count():
        choice = page.locator("[class*=st-key-card-]").get_by_role("combobox").first
        if await choice.count():
            await choice.click()
            await page.get_by_role("option").first.click()
            await visit.settled()
        await yes.first.click()
        fewer = "([selector, left]) => document.querySelectorAll(selector).length < left"
        await page.wait_for_function(fewer, arg=[button, left])
        await visit.settled()  # while a script draws them anew, there may be none


async def race(visit: Visit) -> None:
    """Home's race at a few seconds."""
    if visit.wants("idle"):
        await visit.page.emulate_media(reduced_motion="no-preference")
        await visit.open()
        for second in (3, 5, 9):
            await visit.page.locator(".hero").wait_for()
            await visit.page.evaluate(SET_CLOCK, second)
            await visit.take(f"{second}s", whole=False)
        await visit.page.emulate_media(reduced_motion="reduce")


async def tour(visit: Visit) -> None:
    """Where the tour leads from Home."""
    if visit.wants("idle"):
        await visit.open()  # the tour asks nothing while another question is at work
        await visit.page.locator(".st-key-take_tour button").click()
        await visit.page.locator(".st-key-tour").wait_for()
        await visit.page.locator(STOP).wait_for()
        async with visit.held():
            await visit.take("tour", whole=False)
        await visit.ended()


async def first_paint(visit: Visit) -> None:
    """What the first visitor after a start sees while the app is still being imported."""
    if not visit.wants("idle"):
        return

    async def has_title() -> bool:
        return bool(
            await visit.page.evaluate("!!document.querySelector('[data-testid=stMain] h1 ~ *, [data-testid=stMain] p')")
        )

    app, servers = await visit.studio.fresh()
    try:
        async with visit.held():
            await visit.page.goto(app.url)
            await visit.let_through_until(has_title)
            await visit.take("paint", whole=False)
        await visit.settled()
    finally:
        await visit.leave()
        await asyncio.to_thread(servers.close)


async def views(visit: Visit) -> None:
    """An answered question in the lab, and the other views of it."""
    await whole(visit)
    if visit.wants("finished"):
        for name, shows in VIEWS.items():
            views = visit.page.locator(".st-key-lab_view")
            await views.get_by_text(visit.say(f"lab-view-{name}"), exact=True).click()  # its icon is a text, too
            if name == "ways":
                await visit.page.get_by_role("button", name=visit.say("lab-ways-run")).click()
                await visit.page.locator(".ways .tick").nth(99).wait_for()
            await visit.page.locator(shows).first.wait_for()  # else the view before may be taken for this one
            await visit.settled()
            await visit.page.wait_for_function(DRAWN)
            await visit.take(name)


async def technical(visit: Visit) -> None:
    """An answered question in the technical view."""
    if visit.wants("finished"):
        await visit.open("?view=technical&model=demo-fast")
        await visit.ask()
        await visit.ended()
        await visit.take("technical")


async def pitfalls(visit: Visit) -> None:
    """The list, and one pitfall while both sides work and afterwards."""
    await visit.open()
    if visit.wants("idle"):
        await visit.take("idle")
    if visit.wants("middle", "finished"):
        await visit.page.get_by_role("button", name=visit.say("pitfall-run")).first.click()
        await visit.page.get_by_text(visit.say("pitfall-verdict-nothing")).first.wait_for()
        if visit.wants("middle"):
            await visit.page.wait_for_timeout(1500)
            async with visit.held():
                await visit.take("middle", whole=False)
        await visit.ended()
        await visit.page.wait_for_function(DRAWN)
        await visit.take("finished", whole=False)


async def lists(visit: Visit) -> None:
    """The runs of somebody new, and of somebody who has asked."""
    if visit.wants("idle"):
        await visit.open()
        await visit.take("idle")
        for model in ("demo-fast", "demo-flaky:broken"):
            await visit.open(f"?model={model}", name="refund")
            await visit.ask()
            await visit.ended()
        await visit.open()
        await visit.take("own")


async def samples(visit: Visit) -> None:
    """A sample, one that failed, and the replay of one; a run that nobody has."""
    suffix = "" if visit.language == "en" else f"-{visit.language}"
    for state, run in (("finished", "two-tools"), ("failed", "a-failure")):
        if visit.wants(state):
            await visit.open(f"?open=sample-{run}{suffix}")
            await visit.settled()
            await visit.take(state)
    if visit.wants("middle"):
        await visit.open(f"?open=sample-home{suffix}")
        await visit.page.get_by_role("button", name=visit.say("replay-play")).click()
        await visit.page.wait_for_timeout(2500)
        async with visit.held():
            await visit.take("middle")
    if visit.wants("stopped"):
        await visit.open("?open=nobodys")
        await visit.take("gone")


async def watching(visit: Visit) -> None:
    """What other programs have at work on an Agent Server, and one of it that is watched."""
    if not visit.wants("idle", "middle"):
        return
    server, app = await visit.studio.agent_server()
    asked: dict[str, Any] = {"messages": [{"role": "user", "content": visit.say("page-custom_data.ask-1")}]}
    async with get_client(url=server, api_key=None) as client:
        for _ in range(2):
            thread = (await client.threads.create())["thread_id"]
            await client.runs.create(thread, AGENTS[0], input=asked, stream_resumable=True)
    await visit.open(name="runs", app=app.url)
    await visit.page.locator(".st-key-watch summary").click()
    button = visit.page.locator("[class*=st-key-watch_] button").first
    await button.wait_for()
    await visit.settled()
    async with visit.held():
        await visit.take("watch")
    await button.click()
    await visit.page.locator(".st-key-stop_watching").wait_for()
    await visit.page.locator("[data-testid=stChatMessage] [data-testid=stExpanderDetails], .tl-row").first.wait_for()
    async with visit.held():
        await visit.take("watched")


Scene = Callable[[Visit], Awaitable[None]]
CONVERSATION = (beginning, stopped, whole, waiting, failed)
"""A question from before it is asked until it is answered; one stopped, one that waits, one that failed."""
SCENES: dict[str, tuple[Scene, ...]] = {
    "start": (first_paint,),
    **dict.fromkeys(PAGES, CONVERSATION),
    "home": (race, tour, *CONVERSATION),
    "refund": (*CONVERSATION, technical),
    "stream_lab": (beginning, stopped, views, waiting, failed),
    "pitfalls": (pitfalls,),
    "runs": (lists, samples),
    "watching": (watching,),
}
"""By page, in the order of the sheets; the first and last are not pages, but what pages are at times."""
SLOWEST = ("start", "watching", "stream_lab", "mcp_tools", "ask_me_first", "home", "refund")
"""Are begun with, so that none is left alone at the end."""
