"""What is relied on of langchain-openai; when this fails, `agent/llm/_langchain_compat.py` has to follow."""

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from agent.llm._langchain_compat import request_payload
from agent.llm.chat import chat_model
from agent.llm.endpoint import Endpoint
from agent.settings import Limits


def test_a_request_has_one_message_for_each_given_and_the_models_settings() -> None:
    model = chat_model(Endpoint("gpt-6", "no key"), Limits())
    call = {"name": "get_items", "args": {"place": "office"}, "id": "c1", "type": "tool_call"}
    messages = [
        SystemMessage("Be brief."),
        HumanMessage("Hello"),
        AIMessage("", tool_calls=[call]),
        ToolMessage("bed", tool_call_id="c1"),
    ]
    request = request_payload(model, messages, ["END"], {"tool_choice": "auto"})
    assert [message["role"] for message in request["messages"]] == ["system", "user", "assistant", "tool"]
    assert request["messages"][2]["tool_calls"] == [
        {"type": "function", "id": "c1", "function": {"name": "get_items", "arguments": '{"place": "office"}'}}
    ]
    assert (request["model"], request["stop"], request["tool_choice"]) == ("gpt-6", ["END"], "auto")
