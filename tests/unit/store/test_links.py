import json
import stat
import threading

from agent.store.links import Links


def test_a_link_is_random_found_again_after_a_restart_and_can_be_revoked(tmp_path):
    path = tmp_path / "review" / "shares.json"
    links = Links(path)
    token = links.make("run-number-1")
    assert len(token) == 22
    assert "run" not in token
    assert links.make("run-number-1") == token
    assert links.make("run-number-2") != token
    assert Links(path).run_of(token) == "run-number-1"
    assert Links(path).token_of("run-number-1") == token

    links.revoke("run-number-1")
    assert links.run_of(token) is None
    assert Links(path).run_of(token) is None
    assert Links(path).token_of("run-number-2")
    assert links.make("run-number-1") != token


def test_the_file_is_for_its_owner_only_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "shares.json"
    links = Links(path)
    threads = [threading.Thread(target=links.make, args=(f"run-number-{n}",)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(json.loads(path.read_text())) == 20
    assert [file.name for file in tmp_path.iterdir()] == ["shares.json"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_a_folder_or_with_a_broken_file_links_last_until_the_restart(tmp_path):
    links = Links(None)
    assert links.run_of(links.make("run-number-1")) == "run-number-1"
    broken = tmp_path / "shares.json"
    for text in ("{", "[]", '{"token": 5}'):
        broken.write_text(text)
        assert Links(broken).run_of("token") is None
    (tmp_path / "file").write_text("in the way")
    blocked = Links(tmp_path / "file" / "shares.json")
    assert blocked.run_of(blocked.make("run-number-1")) == "run-number-1"
