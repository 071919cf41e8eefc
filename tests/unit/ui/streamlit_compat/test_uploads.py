"""If this fails, what some visitors upload takes all memory: find out anew where files are kept."""

from __future__ import annotations

from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from ui.shell._streamlit_compat.uploads import UPLOADS_MEGABYTES, bound_uploads


def test_an_uploaded_file_without_a_place_is_not_kept_and_one_that_is_read_gives_its_place() -> None:
    bound_uploads()
    files = MemoryUploadedFileManager("/upload")
    largest = b"x" * (UPLOADS_MEGABYTES * 1_000_000 // 2)
    for number in range(3):
        files.add_file(f"session {number}", UploadedFileRec(f"file {number}", "run.jsonl", "", largest))
    assert [len(files.get_files(f"session {n}", [f"file {n}"])) for n in range(3)] == [1, 1, 0]
    files.remove_file("session 0", "file 0")
    files.add_file("session 2", UploadedFileRec("file 2", "run.jsonl", "", largest))
    assert len(files.get_files("session 2", ["file 2"])) == 1
    assert "remove_session_files" in AppSession.shutdown.__code__.co_names, "who leaves gives his place"
