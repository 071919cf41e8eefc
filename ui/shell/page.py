"""What every page starts with: its configuration, the choices made on it, and the top of the sidebar."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import streamlit as st

from agent.errors import SettingsError
from agent.store.database import DatabaseError
from texts import Spoken
from ui.shell import choices, language, session, streamlit_words, tour
from ui.shell.browser import wait_for_browser
from ui.shell.catalog import PAGES, PageInfo, page_title
from ui.shell.first_paint import ICON, style
from ui.shell.language import say
from ui.shell.sidebar import links, view_switch

_ONLY_OUR_IMAGES = """<script>
if (!document.querySelector("meta[http-equiv='Content-Security-Policy']")) {
  const policy = document.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = "img-src 'self' data: blob:; media-src 'self' data: blob:; object-src 'none'; form-action 'self'";
  document.head.append(policy);
}
</script>"""
"""A second line of defence behind ui.markdown: whatever gets past it, the browser loads no image from elsewhere."""

_TOUCHES = Path(__file__).with_name("touches.js").read_text(encoding="utf-8")
"""What reaches no server by itself.

It keeps our style while Streamlit goes to another page, which removes all of one before it draws the other; hides an
answer for as long as the finger, the mouse button or the key that began it stays down, whatever else is touched
meanwhile; has the tour stay put when somebody scrolls, types, or touches anything but a link; and leads the keyboard
into what it has opened, and back into the question box, which may be drawn anew.
"""

_UNSENT = Path(__file__).with_name("unsent.js").read_text(encoding="utf-8")
"""Puts questions back into their box, before what is typed there, when the server was gone before it had taken them."""
_REPLACED = Path(__file__).with_name("replaced.js").read_text(encoding="utf-8")
"""Has a page that stood still drawn again once it is connected again, as by Streamlit's key for that: another process
may answer it, and calls nothing back for a click on what it has not drawn. Nobody sees it in a tab in the background.
"""


def page(name: str) -> choices.Choices:
    """Open a page with a conversation, sidebar included. Returns the choices."""
    info = _open(name)
    chosen = choices.chosen(info)
    tour.card(info.name)
    choices.remember(info)
    return chosen


def open_page(name: str, *, has_views: bool = False) -> PageInfo:
    """Open a page without choices, and draw its sidebar: the links, and the view switch if it has views."""
    info = _open(name)
    if has_views:
        choices.is_technical()
    choices.remember(info)
    with st.sidebar:
        links()
        if has_views:
            view_switch()
    return info


def _open(name: str) -> PageInfo:
    info = PAGES[name]
    wait_for_browser()  # impatient clicks on a slow line would pile up one page's head after the other
    language.read_in(language.of_browser())
    wrong = _wrong_settings()
    if not wrong:
        session.listen_no_more()
        session.offer_mcp_tools()
        is_new = "page_before" not in st.session_state
        choices.recall(info)
        language.read_in(choices.chosen_language())
        try:
            session.conversation(info.name)  # finds the one that the URL names
            if is_new:
                session.follow_link(info.name)
        except DatabaseError:
            wrong = say("ended-no-database")
        else:
            _go_on(info)
    is_wide = info.all_modes or name in st.session_state.get("compared", {})
    layout: Literal["wide", "centered"] = "wide" if is_wide else "centered"
    title = f"{page_title(info)} · Toolstream"
    if not wrong and session.waits(info.name):
        title = f"({say('card-waits')}) {title}"
    st.set_page_config(page_title=title, page_icon=str(ICON), layout=layout)
    if wrong:
        st.error(say("page-cannot-start", why=wrong), icon=":material/settings_alert:")
        st.stop()
    with st.container(key="head"):  # which takes no place
        scripts = (
            f"<script>{_TOUCHES}{_UNSENT}{_REPLACED}</script>{_ONLY_OUR_IMAGES}"
            + session.visitor_cookie()
            + tour.refresh_script(info.name)
        )
        scripts += streamlit_words.script(language.language())
        st.html(style() + scripts, unsafe_allow_javascript=True)
    st.sidebar.markdown("### :material/waves: Toolstream")
    with st.container():  # there before it is filled: what is below keeps its place
        if sentence := choices.told():
            st.caption(f":material/link_off: {sentence}")
    return info


def _go_on(here: PageInfo) -> None:
    """Go to the page of the conversation that was chosen, if it is another one."""
    chosen = PAGES.get(st.session_state.pop("page_to_open", ""), here)
    if chosen != here:
        st.switch_page(chosen.file, query_params=choices.address(chosen))


def _wrong_settings() -> Spoken:
    """Why the app cannot start, or nothing."""
    try:
        session.settings()
    except SettingsError as error:
        return error.said
    return ""
