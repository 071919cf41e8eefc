"""The demo's graphs for an Agent Server: langgraph.json and aegra.json name what is here. See docs/agent-server.md."""

from agent.engine.served import served

react = served("react")
create_agent = served("create_agent")
prebuilt = served("prebuilt")
without_langchain = served("without_langchain")
tool_node = served("tool_node")
