from langgraph._internal import _constants
from langgraph.runtime import Runtime

from agent.streaming.attribution import RUNTIME_KEY, Signed, signed_config


def test_the_one_private_name_is_still_langgraphs():
    assert RUNTIME_KEY == _constants.CONFIG_KEY_RUNTIME


def test_what_is_written_is_signed_and_the_metadata_name_the_call():
    written = []
    config = {
        "metadata": {"langgraph_node": "tools", "kept": 1},
        "configurable": {RUNTIME_KEY: Runtime(stream_writer=written.append), "other": 2},
    }
    signed = signed_config(config, "call_1")
    signed["configurable"][RUNTIME_KEY].stream_writer({"any": "data"})
    assert written == [Signed({"any": "data"}, "call_1", "tools")]
    assert signed["metadata"] == {"langgraph_node": "tools", "kept": 1, "tool_call_id": "call_1"}
    assert signed["configurable"]["other"] == 2
    assert "tool_call_id" not in config["metadata"]
