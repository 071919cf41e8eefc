"""What stands under a run that has ended well: the question, both waiting times, and ways to show it to others."""

from __future__ import annotations

import contextlib
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.errors import StreamlitPageNotFoundError

from agent.engine.run import Run
from agent.export.card import Card, to_svg
from agent.export.export import file_name
from ui.shell.catalog import PAGES
from ui.shell.language import say, speaking


def show_card(place: DeltaGenerator, run: Run, card: Card) -> DeltaGenerator:
    """Draw the ways to show a finished run to others; returns the row that they stand in."""
    row = place.container(horizontal=True, key=f"end_{run.id}", gap="small", vertical_alignment="center")
    with row:
        st.download_button(
            say("end-picture"),
            partial(to_svg, card, speaking()),
            file_name(run.header, "svg"),
            "image/svg+xml",
            icon=":material/image:",
            key=f"picture_{run.id}",
            on_click="ignore",
        )
        with contextlib.suppress(StreamlitPageNotFoundError):  # a page that is run alone has no others to link to
            st.page_link(
                PAGES["runs"].file, label=say("end-share"), icon=":material/ios_share:", query_params={"open": run.id}
            )
    return row


def hold_button() -> str:
    """A button that hides the answer for as long as it is held: by the browser alone, see page.css."""
    return (
        f'<div class="hold"><button type="button">{say("hold")}</button>'
        f'<span class="instead" aria-hidden="true">{say("home-idle")}</span></div>'
    )
