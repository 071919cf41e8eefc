"""Uploaded files take only so much memory, and are released once read."""

from __future__ import annotations

import time
from collections.abc import Sequence

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

UPLOADS_MEGABYTES = 42
"""Of all uploaded files not yet read: room for two of the largest."""
UNREAD_SECONDS = 10.0
"""How long an uploaded file waits for a script that looks at it."""
READ_SECONDS = 60.0
"""How long a script may take to read one."""


def bound_uploads() -> None:
    """Keep no more than UPLOADS_MEGABYTES of uploads; what finds no room is not kept. Call once per process.

    Streamlit limits the size of each file, not their number, and keeps them all until their session is over, whoever
    sends them. Here a file is kept until it has been read (`forget_file`), and one that no script looks at for
    UNREAD_SECONDS makes room for the next.
    """
    add, find = MemoryUploadedFileManager.add_file, MemoryUploadedFileManager.get_files
    arrived: dict[str, float] = {}
    looked_at: dict[str, float] = {}

    def add_if_there_is_room(self: MemoryUploadedFileManager, session_id: str, file: UploadedFileRec) -> None:
        now = time.monotonic()
        there = [(owner, each) for owner, files in list(self.file_storage.items()) for each in list(files.values())]
        size = len(file.data)
        for owner, each in there:
            until = arrived.get(each.file_id, 0.0) + UNREAD_SECONDS
            if each.file_id in looked_at:
                until = looked_at[each.file_id] + READ_SECONDS
            if now < until:
                size += len(each.data)
            else:
                self.remove_file(owner, each.file_id)
        for times in (arrived, looked_at):
            for gone in times.keys() - {each.file_id for _, each in there}:
                times.pop(gone, None)
        if size <= UPLOADS_MEGABYTES * 1_000_000:
            arrived[file.file_id] = now
            add(self, session_id, file)

    def find_and_note(
        self: MemoryUploadedFileManager, session_id: str, file_ids: Sequence[str]
    ) -> list[UploadedFileRec]:
        found = find(self, session_id, file_ids)
        for each in found:
            looked_at.setdefault(each.file_id, time.monotonic())
        return found

    MemoryUploadedFileManager.add_file = add_if_there_is_room  # type: ignore[method-assign]
    MemoryUploadedFileManager.get_files = find_and_note  # type: ignore[method-assign]


def forget_file(file: UploadedFile) -> None:
    """Release an uploaded file that has been read."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
