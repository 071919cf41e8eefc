"""If one of these fails, what some visitors have made for a download takes all memory, or is gone before it is fetched.

Find out anew where files are kept.
"""

from __future__ import annotations

from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from ui.shell._streamlit_compat.downloads import DOWNLOADS_MEGABYTES, keep_downloads


def test_what_is_known_of_a_file_is_made_where_it_is_replaced() -> None:
    for made in (MediaFileManager.add, MediaFileManager.execute_deferred):
        assert "MediaFileMetadata" in made.__code__.co_names
    assert "is_marked_for_delete" in MediaFileManager.remove_orphaned_files.__code__.co_names


def test_of_files_for_downloads_the_oldest_go_first() -> None:
    keep_downloads()
    storage = MemoryMediaFileStorage("/media")
    count, size = DOWNLOADS_MEGABYTES // 10 + 1, 10_000_000
    ids = [storage.load_and_get_id(b"%d" % n * size, "text/html", MediaFileKind.DOWNLOADABLE) for n in range(count)]
    assert list(storage._files_by_id) == ids[1:]
    assert "load_and_get_id" in MediaFileManager.execute_deferred.__code__.co_names
    storage.delete_file(ids[0])  # no error, as when the manager deletes what is gone
