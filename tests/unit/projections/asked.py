"""Values with which graphs ask a person: each form that is known, and as public programs of many kinds have it."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.projections.questions import Kind, Verdict
from agent.streaming.events import JSON


@dataclass(frozen=True)
class Asked:
    """A value, and what is to be read in it."""

    value: JSON
    kinds: tuple[Kind, ...]
    allowed: tuple[Verdict, ...]
    """Of the first question."""
    text: str = ""
    tools: tuple[str, ...] = ("",)
    choices: tuple[JSON, ...] = ()
    fields: tuple[str, ...] = ()
    """Names of those of the first question."""
    schema: JSON = field(default=None)


ARGS: JSON = {"to": "dana@example.com", "subject": "Friday", "body": "See you at 10."}
REVIEW: JSON = {
    "oneOf": [{"$ref": "#/$defs/Approve"}, {"$ref": "#/$defs/Edit"}],
    "$defs": {
        "Approve": {"type": "object", "properties": {"type": {"const": "approve", "type": "string"}}},
        "Edit": {
            "type": "object",
            "properties": {"type": {"const": "edit"}, "edited_action": {"$ref": "#/$defs/Edited"}},
        },
        "Edited": {"type": "object", "properties": {"name": {"const": "pay"}, "args": {"$ref": "#/$defs/Pay"}}},
        "Pay": {"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount"]},
    },
}
ALL: tuple[Verdict, ...] = ("approve", "edit", "reject", "respond")

ASKED: dict[str, Asked] = {
    "a breakpoint": Asked({"type": "breakpoint", "next": ["send"]}, ("approve",), ("approve",)),
    "the middleware, one call": Asked(
        {
            "action_requests": [
                {
                    "name": "send_gmail",
                    "args": ARGS,
                    "description": "Tool execution requires approval\n\nTool: send_gmail",
                }
            ],
            "review_configs": [
                {"action_name": "send_gmail", "allowed_decisions": ["approve", "edit", "reject"]},
            ],
        },
        ("approve",),
        ("approve", "edit", "reject"),
        tools=("send_gmail",),
        fields=("to", "subject", "body"),
    ),
    "the middleware, two calls of which one may not be changed": Asked(
        {
            "action_requests": [
                {"name": "execute", "args": {"command": "rm -rf /tmp/4"}, "description": "Delete what was made"},
                {"name": "write_file", "args": {"file_path": "/a", "content": "x"}},
            ],
            "review_configs": [
                {"action_name": "write_file", "allowed_decisions": ["approve", "edit", "respond"]},
                {"action_name": "execute", "allowed_decisions": ["approve", "reject"]},
            ],
        },
        ("approve", "approve"),
        ("approve", "reject"),
        text="Delete what was made",
        tools=("execute", "write_file"),
    ),
    "the middleware, without any configs": Asked(
        {"action_requests": [{"name": "delete", "args": {"file_path": "/x"}}], "review_configs": []},
        ("approve",),
        ("approve", "edit", "reject"),
        tools=("delete",),
        fields=("file_path",),
    ),
    "the middleware, one interrupt a call": Asked(
        {"type": "tool_approval", "tool_call_id": "1", "name": "pay", "args": {"amount": 5.5}, "description": "Pay?"},
        ("approve",),
        ("approve", "edit"),
        text="Pay?",
        tools=("pay",),
        fields=("amount",),
        schema=REVIEW,
    ),
    "items of a plan in the form of the middleware": Asked(
        {
            "action_requests": [{"type": "for_each_confirmation", "plan_id": "p1", "total_affected": 3}],
            "generate_question_streaming": True,
            "user_language": "fr",
        },
        ("approve",),
        ("approve", "reject"),
    ),
    "Agent Inbox": Asked(
        [
            {
                "action_request": {"action": "run_command", "args": {"command": "ls", "args": ["-l"]}},
                "config": {"allow_ignore": True, "allow_respond": True, "allow_edit": False, "allow_accept": True},
                "description": "Please review the command before execution",
            }
        ],
        ("approve",),
        ("approve", "reject", "respond"),
        text="Please review the command before execution",
        tools=("run_command",),
    ),
    "Agent Inbox, a notice that can only be answered": Asked(
        [
            {
                "action_request": {"action": "Email Assistant: notify", "args": {}},
                "config": {"allow_ignore": True, "allow_respond": True, "allow_edit": False, "allow_accept": False},
                "description": "**Subject**: Friday\n**From**: dana@example.com",
            }
        ],
        ("approve",),
        ("reject", "respond"),
        text="**Subject**: Friday\n**From**: dana@example.com",
        tools=("Email Assistant: notify",),
    ),
    "Agent Inbox, without a config": Asked(
        [{"action_request": {"action": "save_order", "args": {"quantity": 2}}, "description": "Check the order"}],
        ("approve",),
        ALL[:1] + ("edit", "reject", "respond"),
        text="Check the order",
        tools=("save_order",),
        fields=("quantity",),
    ),
    "Agent Inbox, not in a list": Asked(
        {
            "action_request": {"action": "confirm_completion", "args": {"prompt": "Done?"}},
            "config": {"allow_ignore": True, "allow_respond": True, "allow_edit": False, "allow_accept": True},
        },
        ("approve",),
        ("approve", "reject", "respond"),
        tools=("confirm_completion",),
    ),
    "MCP, a form and an address": Asked(
        {
            "type": "mcp_elicitation",
            "tool_name": "book",
            "requests": [
                {
                    "key": "k1",
                    "message": "Which mode?",
                    "mode": "form",
                    "requested_schema": {
                        "type": "object",
                        "properties": {
                            "mode": {"type": "string", "title": "Mode", "enum": ["alpha", "beta"]},
                            "count": {"type": "integer", "title": "Count", "minimum": 1},
                            "confirmed": {"type": "boolean"},
                        },
                        "required": ["mode"],
                    },
                },
                {"key": "k2", "message": "Sign in.", "mode": "url", "url": "https://example.com/authorize"},
            ],
        },
        ("form", "approve"),
        ("respond", "reject", "cancel"),
        text="Which mode?",
        tools=("book", "book"),
        fields=("mode", "count", "confirmed"),
    ),
    "MCP, to be confirmed with nothing to fill in": Asked(
        {
            "type": "mcp_elicitation",
            "tool_name": "erase",
            "requests": [
                {
                    "key": "k",
                    "message": "Erase?",
                    "mode": "form",
                    "requested_schema": {"type": "object", "properties": {}},
                }
            ],
        },
        ("approve",),
        ("approve", "reject", "cancel"),
        text="Erase?",
        tools=("erase",),
    ),
    "MCP, one request by itself": Asked(
        {
            "type": "mcp_elicitation",
            "mode": "form",
            "server": "weather",
            "message": "City?",
            "response_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
        ("form",),
        ("respond", "reject", "cancel"),
        text="City?",
        fields=("city",),
    ),
    "a tool of LangGraph's documentation": Asked(
        {"action": "send_email", "to": "a@b.c", "subject": "Hi", "body": "…", "message": "Approve sending this email?"},
        ("approve",),
        ALL,
        text="Approve sending this email?",
        tools=("send_email",),
        fields=("to", "subject", "body"),
    ),
    "an order that waits for a word": Asked(
        {"action": "create_order", "summary": "2 x tea", "message": "Ketik 'YA' untuk konfirmasi"},
        ("approve",),
        ALL,
        text="Ketik 'YA' untuk konfirmasi",
        tools=("create_order",),
        fields=("summary",),
    ),
    "a sentence": Asked("Do you approve this action?", ("answer",), ("respond",), text="Do you approve this action?"),
    "a question with details": Asked(
        {"question": "Do you want to proceed?", "details": {"amount": 100}},
        ("answer",),
        ("respond",),
        text="Do you want to proceed?",
    ),
    "a choice": Asked(
        {"type": "ambiguity", "question": "Which table?", "options": ["orders", "customers"]},
        ("answer",),
        ("respond",),
        text="Which table?",
        choices=("orders", "customers"),
    ),
    "a choice of objects": Asked(
        {"prompt": "Which one?", "choices": [{"label": "The first", "value": 1}, {"id": "b", "name": "The second"}]},
        ("answer",),
        ("respond",),
        text="Which one?",
        choices=({"label": "The first", "value": 1}, {"id": "b", "name": "The second"}),
    ),
    "several questions": Asked({"type": "ask_user", "questions": ["q1", "q2"]}, ("answer",), ("respond",)),
    "text to revise": Asked({"revise_joke": "A horse walks into a bar."}, ("answer",), ("respond",)),
    "a report": Asked(
        {"task_id": "t1", "pending": [{"id": 1, "risk_level": "red", "suggestion": None}]}, ("answer",), ("respond",)
    ),
    "calls in a form of somebody's own": Asked(
        {"type": "approval_request", "tool_calls": [{"id": "1", "name": "pay", "args": {"amount": 5}}]},
        ("answer",),
        ("respond",),
    ),
    "a plan": Asked({"type": "plan_review", "plan": {"steps": ["read", "write"]}}, ("answer",), ("respond",)),
    "a handoff": Asked({"type": "human_handoff", "reason": "asked"}, ("answer",), ("respond",)),
    "a validated age": Asked(
        "What is your age?", ("answer",), ("respond",), text="What is your age?", schema={"type": "integer"}
    ),
    "a truth": Asked(
        {"question": "Sure?"},
        ("answer",),
        ("respond",),
        text="Sure?",
        choices=(True, False),
        schema={"type": "boolean"},
    ),
    "data with a schema": Asked(
        {"question": "Where to?"},
        ("form",),
        ("respond",),
        text="Where to?",
        fields=("city", "nights"),
        schema={
            "type": "object",
            "properties": {"city": {"type": "string"}, "nights": {"type": "integer"}},
            "required": ["city"],
        },
    ),
    "nothing": Asked(None, ("answer",), ("respond",)),
    "a number": Asked(7, ("answer",), ("respond",)),
    "an empty list": Asked([], ("answer",), ("respond",)),
    "no calls": Asked({"action_requests": [], "review_configs": []}, ("answer",), ("respond",)),
}
"""By what they are."""
