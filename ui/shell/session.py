"""What this session knows, and the parts of the process that its pages get."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from typing import Any, cast

import streamlit as st

from agent.engine.backend import RunBackend
from agent.engine.mcp_tools import McpState
from agent.engine.own_graphs import OwnState
from agent.engine.run import Run, digest
from agent.offload import Offload
from agent.settings import Settings
from agent.store.branches import Branches
from agent.store.comments import Comment, Comments
from agent.store.gate import Gate
from agent.store.links import Links
from agent.store.upload import Shelf
from agent.tools.mcp_tools import offer
from texts import Sentence, sentence
from ui.shell import pin
from ui.shell._streamlit_compat.sessions import this_session

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def settings() -> Settings:
    """The host's settings; raises SettingsError if the app cannot start with them."""
    return pin.application().settings


def runs() -> RunBackend:
    """The backend that starts and finds runs."""
    return cast(RunBackend, pin.CurrentRuns(pin.application().runs))


def links() -> Links:
    """The links to individual runs."""
    return pin.application().store.links


def comments() -> Comments:
    """What reviewers say about runs."""
    return pin.application().store.comments


def new_comments() -> dict[str, int]:
    """How many comments by others on this visitor's runs they have not seen yet, by run."""
    return comments().new(digest(session_id()))


def all_comments() -> Callable[[], tuple[list[Comment], dict[str, str]]]:
    """Reads all comments, newest first, and the questions of the runs that are still kept: for the host only."""
    store = pin.application().store
    return lambda: (store.comments.all(), store.questions())


def host_gate() -> Gate | None:
    """The host's access to all comments, if there is a password."""
    return pin.application().gate


def records_runs() -> bool:
    """Whether runs survive the process."""
    return pin.application().store.records


def uploads() -> Offload:
    """Where visitors' files are read."""
    return pin.application().uploads


def shelf() -> Shelf:
    """Where the files that visitors look at are held."""
    return pin.application().shelf


def packs() -> Offload:
    """Where visitors' downloads are made."""
    return pin.application().packs


def demo_url() -> str | None:
    """The address of the demo model's server, if there is one."""
    return pin.application().runs.demo_url


def own_graphs() -> list[OwnState]:
    """The host's own graphs in their current state."""
    return pin.application().runs.own_graphs()


def mcp_servers() -> list[McpState]:
    """The host's MCP servers in their current state."""
    return pin.application().runs.mcp_servers()


def offer_mcp_tools() -> None:
    """Offer their tools in this script as well, whose modules may be newer than the application's."""
    for state in mcp_servers():
        offer(state.tools)


def session_id() -> str:
    """The visitor's identity for limits and for their own runs: random, and told to nobody.

    A cookie makes it survive a refresh; where cookies do not arrive, as behind some proxies, it is the session's.
    """
    if "session_id" not in st.session_state:
        known = str(st.context.cookies.get(_cookie_name()) or "")
        st.session_state["session_id"] = known if _TOKEN.fullmatch(known) else secrets.token_urlsafe(16)
    return str(st.session_state["session_id"])


def has_cookie() -> bool:
    """Whether the visitor's browser has kept session_id since an earlier visit."""
    return bool(st.context.cookies.get(_cookie_name()))


def address() -> str:
    """The visitor's address, if the host has named a header that holds it; else empty.

    Of several, the host's own proxy wrote the last one, and anybody the others.
    """
    header = settings().address_header
    return ",".join(st.context.headers.get_all(header)).split(",")[-1].strip() if header else ""


def listen(has_news: Callable[[], bool]) -> None:
    """From now on, redraw the page once it `has_news`, which is called in another thread, without this session."""
    if this := this_session():
        pin.listeners().add(this, has_news)


def listen_no_more() -> None:
    """Stop listening: a script is at work, which checks for itself."""
    if this := this_session():
        pin.listeners().remove(this)


def visitor_cookie() -> str:
    """A script that makes the browser keep session_id: Streamlit can read cookies, but not set them."""
    secure = "; Secure" if _is_https() else ""
    days = settings().limits.recording_days
    rest = f"; Path=/; SameSite=Strict; Max-Age={int(days * 86_400)}{secure}"
    return f"""<script>
{{
  const name = "{_cookie_name()}=", token = "{session_id()}";
  const kept = document.cookie.split("; ").find(part => part.startsWith(name));
  if (!kept || kept === name + token) document.cookie = name + token + "{rest}";
}}
</script>"""


def visitor_key() -> str | None:
    """The key that the visitor typed; it is in this session's memory and nowhere else."""
    return st.session_state.get("visitor_key")


def take_key(key: str) -> Sentence | None:
    """Keep the key that the visitor typed, or say why the model server refuses it."""
    checked = pin.application().runs.check_key(key)
    if checked.is_refused:
        return sentence("sidebar-own-key.refused")
    offered = settings().openai_models
    usable = tuple(model for model in offered if model in (checked.models or offered))
    st.session_state["key_models"] = usable or offered
    if st.session_state.get("model") not in (usable or offered):
        st.session_state["model"] = (usable or offered)[0]
    st.session_state["visitor_key"] = key
    if checked.models is None:
        return sentence("sidebar-own-key.unchecked")
    return None if usable else sentence("sidebar-own-key.unlisted", models=", ".join(offered))


def forget_key() -> None:
    """Forget the visitor's key."""
    st.session_state["visitor_key"] = st.session_state["key_told"] = None


def models() -> tuple[str, ...]:
    """The models that the visitor can use, the default first."""
    offered = settings().models(visitor_has_key=bool(visitor_key()))
    usable = st.session_state.get("key_models", offered) if visitor_key() else offered
    return tuple(model for model in offered if model in usable or model not in settings().openai_models)


def conversation(page: str) -> list[Run]:
    """The runs of this page's conversation, oldest first.

    A new session finds it by the run id in the URL: after a refresh, or in a second tab.
    """
    threads: dict[str, str] = st.session_state.setdefault("threads", {})
    if page not in threads and (run_id := st.query_params.get("run")):
        found = runs().get(run_id)
        if found and found.request.page == page:
            threads[page] = found.thread_id
            show_branch(page, run_id)
    return runs().thread(threads[page]) if page in threads else []


def follow_link(page: str) -> None:
    """Go to the page on which the run that the URL names was asked, if that is another one. For a new session."""
    found = runs().get(st.query_params.get("run", ""))
    if found and found.request.page != page:
        st.session_state.setdefault("threads", {})[found.request.page] = found.thread_id
        show_branch(found.request.page, found.id)
        st.session_state["page_to_open"] = found.request.page


def branch(page: str, conversation: Sequence[Run]) -> list[Run]:
    """The runs of a page's conversation that are shown: those of one of its branches."""
    known = {run.id: run for run in conversation}
    tree = Branches([run.header for run in conversation])
    return [known[run_id] for run_id in tree.through(st.session_state.get("branches", {}).get(page))]


def show_branch(page: str, run_id: str) -> None:
    """Show the branch that leads through a run."""
    st.session_state.setdefault("branches", {})[page] = run_id


def last_run(page: str) -> str | None:
    """The id of the last run that is shown of a page's conversation, as far as this session knows."""
    thread = st.session_state.get("threads", {}).get(page)
    turns = branch(page, runs().thread(thread)) if thread else []
    return turns[-1].id if turns else None


def is_mine(run: Run) -> bool:
    """Whether this visitor has asked for a run."""
    return run.header.owner == digest(session_id())


def is_anothers(conversation: Sequence[Run]) -> bool:
    """Whether there is a conversation in which this visitor has asked nothing."""
    return bool(conversation) and not any(map(is_mine, conversation))


def waits(page: str) -> bool:
    """Whether a run of this page's conversation waits for a person, as far as this session knows the conversation."""
    thread = st.session_state.get("threads", {}).get(page)
    return any(run.state == "waiting" for run in runs().thread(thread)) if thread else False


def run_is_lost(page: str) -> bool:
    """Whether the URL names a run that is not, or no longer, kept here."""
    run_id = st.query_params.get("run", "")
    return bool(run_id) and page not in st.session_state.get("threads", {}) and runs().get(run_id) is None


def thread_id(page: str) -> str:
    """The id of this page's conversation, created if need be."""
    threads: dict[str, str] = st.session_state.setdefault("threads", {})
    return threads.setdefault(page, secrets.token_urlsafe(16))


def new_conversation(page: str) -> None:
    """Leave this page's conversation; its runs stay where they are."""
    _leave(page)
    st.query_params.pop("run", None)


def begin_anew(page: str) -> str:
    """Begin a conversation on a page that is not open; returns its id."""
    _leave(page)
    return thread_id(page)


def open_conversation(page: str, thread_id: str) -> None:
    """Show a conversation on its page."""
    new_conversation(page)
    st.session_state.setdefault("threads", {})[page] = thread_id


def go_on(page: str, thread_id: str) -> None:
    """Open a conversation on its page with the next script. Call it from a callback."""
    open_conversation(page, thread_id)
    st.session_state["page_to_open"] = page


def leave(thread_id: str) -> None:
    """Leave a conversation that was deleted, wherever it is open."""
    for page, thread in list(st.session_state.get("threads", {}).items()):
        if thread == thread_id:
            new_conversation(page)


def input_key(name: str) -> str:
    """The key of a widget whose input is taken out at once; it changes with each `take_input`."""
    return f"{name}_{st.session_state.get('inputs_taken', {}).get(name, 0)}"


def take_input(name: str, key: str) -> Any:
    """The input of the widget with this `input_key`; None if there is none or it has been taken.

    A browser sends a widget's value with every click until a script without the widget has ended. If the widget were
    only emptied, its callback would run again for the same input.
    """
    if key != input_key(name) or not (value := st.session_state.get(key)):
        return None
    taken: dict[str, int] = st.session_state.setdefault("inputs_taken", {})
    taken[name] = taken.get(name, 0) + 1
    del st.session_state[key]
    return value


def _leave(page: str) -> None:
    for of_page in ("threads", "branches", "compared"):
        st.session_state.get(of_page, {}).pop(page, None)


def _is_https() -> bool:
    return str(st.context.url or "").startswith("https:")


def _cookie_name() -> str:
    return ("__Host-" if _is_https() else "") + "toolstream_visitor"
