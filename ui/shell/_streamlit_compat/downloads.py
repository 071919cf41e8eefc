"""A file made for a download is kept until it has been fetched."""

from __future__ import annotations

import time
from typing import Any

from streamlit.runtime import media_file_manager
from streamlit.runtime.media_file_manager import MediaFileMetadata
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

DOWNLOAD_SECONDS = 60.0
"""How long a file made for a download waits to be fetched."""
DOWNLOADS_MEGABYTES = 40
"""Of all files made for downloads; the oldest go first."""


def keep_downloads() -> None:
    """Keep a file made for a download until it has been fetched. Call once per process.

    Such a file belongs to no session, and Streamlit deletes it as soon as any two scripts of any visitors have ended:
    the browser, just told where to find it, finds nothing. Here they stay, and take no more than DOWNLOADS_MEGABYTES
    together.
    """
    media_file_manager.MediaFileMetadata = _Download  # type: ignore[misc]
    load = MemoryMediaFileStorage.load_and_get_id

    def load_and_bound(self: MemoryMediaFileStorage, *args: Any, **kwargs: Any) -> str:
        file_id = load(self, *args, **kwargs)
        there = dict(self._files_by_id)
        size = sum(file.content_size for file in there.values())
        for other, file in there.items():
            if size > DOWNLOADS_MEGABYTES * 1_000_000 and other != file_id:
                self.delete_file(other)
                size -= file.content_size
        return file_id

    MemoryMediaFileStorage.load_and_get_id = load_and_bound  # type: ignore[method-assign]


class _Download(MediaFileMetadata):
    """What Streamlit knows about a file; it is not deleted before its time."""

    def __init__(self, kind: MediaFileKind = MediaFileKind.MEDIA) -> None:
        super().__init__(kind)
        self._until = time.monotonic() + DOWNLOAD_SECONDS

    @property
    def is_marked_for_delete(self) -> bool:
        return super().is_marked_for_delete and time.monotonic() > self._until
