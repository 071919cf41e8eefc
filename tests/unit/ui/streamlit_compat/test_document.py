"""If this fails, the document of the pages says nothing of a shared run: find out anew where it is."""

from __future__ import annotations

from ui.shell._streamlit_compat.document import index_html


def test_what_is_served_for_a_page_has_a_head() -> None:
    assert index_html().count("<head>") == 1
