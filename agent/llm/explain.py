"""What went wrong, as one sentence for the person in front of the page: what happened, what to do, and no secrets.

Providers' error texts may contain keys and addresses. They are searched for what they are about, never passed on.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import openai
from langgraph.errors import GraphRecursionError

from agent.errors import AgentError, ProviderError, StreamBroken, causes

NOT_AN_ANSWER = "The model server sent something that is not an answer. Try again."
_STALLED = "The model server went silent, so the answer was given up. Try again."
_BROKEN = "The connection to the model server broke in the middle of the answer. Try again."
_UNREACHABLE = "The model server cannot be reached, or the connection broke. Check that it runs, then try again."
_IN_THE_MIDDLE = "The model server reported an error in the middle of the answer. Try again."
_TOO_LONG = "The conversation is too long for this model. Start a new conversation or ask something shorter."
_NO_CREDIT = "The account at the model server has no credit left{status}. Add some, or use another key or model."
_NO_SUCH_MODEL = "The model server does not know this model{status}. Choose another model."
_WRONG_PATH = "The model server has no chat at this address{status}. Check OPENAI_BASE_URL{hint}."
_WEB_PAGE = "A web page answered instead of the model server{status}. Check OPENAI_BASE_URL{hint}, and any proxy."
_MOST_TEXT = 8_000
"""Characters of an error that are examined."""


def explain(error: BaseException) -> str:
    """One sentence that says what an error means for the person who asked."""
    for cause in causes(error):
        if isinstance(cause, AgentError):
            return str(cause)
        if isinstance(cause, GraphRecursionError):
            return "The agent reached its limit of steps without an answer. Ask for one thing at a time."
        if failed := model_failure(cause):
            return str(failed)
    return f"The agent stopped on an error of its own ({type(error).__name__}). The server's log says more."


def model_failure(error: BaseException) -> AgentError | None:
    """The model server's failure behind a client library's exception; None for any other exception."""
    if isinstance(error, openai.APIStatusError):
        response = error.response
        body = error.body if error.body not in (None, "") else _text(response)
        return provider_error(error.status_code, body, response.headers, str(response.request.url))
    kind = type(error)
    if "Timeout" in kind.__name__ or isinstance(error, TimeoutError):
        return StreamBroken(_STALLED)
    if isinstance(error, openai.APIConnectionError):
        return ProviderError(_UNREACHABLE)
    if isinstance(error, openai.APIError):
        return provider_error(None, error.body or error.message)
    if isinstance(error, json.JSONDecodeError):
        return StreamBroken(NOT_AN_ANSWER)
    if kind.__module__.startswith(("httpx", "httpcore")):
        return StreamBroken(_BROKEN)
    return None


def provider_error(
    status: int | None, body: object, headers: Mapping[str, str] | None = None, url: str = ""
) -> ProviderError:
    """An error that a server sent in place of an answer, explained by its status, if any, and its contents.

    The status is None for an error in mid-answer; some servers also send errors with status 200.
    """
    text = body if isinstance(body, str) else _flat(body)
    text = text[:_MOST_TEXT].lower()
    said = status if status and status >= 400 else _code_in(body)
    return ProviderError(_sentence(said, status, text, headers or {}, url))


def _sentence(code: int | None, status: int | None, text: str, headers: Mapping[str, str], url: str) -> str:
    shown = f" ({code})" if code else ""
    path = url.partition("?")[0]
    hint = "" if "/v1" in path else ": it often ends in /v1"
    if code == 413 or (code != 429 and _is_too_long(text)):
        return _TOO_LONG
    if code == 402 or _says(_CREDIT, text):
        return _NO_CREDIT.format(status=shown)
    if code == 429 or "rate limit" in text or "rate_limit" in text or "too many requests" in text:
        return f"The model server is busy or the account's quota is used up (429). Try again {_when(headers, text)}."
    if code == 401 or _says(_KEY, text):
        return f"The model server refused the key{shown or ' (401)'}. Check the key and try again."
    if _is_web_page(text):
        if code in (502, 503, 504, 520, 521, 522, 523, 524):
            return f"A proxy answered that the model server cannot be reached{shown}. Try again in a minute."
        if code == 403:
            return f"A proxy or firewall does not let this request through to the model server{shown}."
        return _WEB_PAGE.format(status=shown, hint=hint)
    if _says(_NO_MODEL, text) or ("model" in text and "not found" in text):
        return _NO_SUCH_MODEL.format(status=shown)
    if code in (404, 405) or _says(_PATH, text):
        named = "model" in text and "not found" not in text
        return (_NO_SUCH_MODEL if named else _WRONG_PATH).format(status=shown, hint=hint)
    if code == 403:
        return f"The key is not allowed to use this model{shown}. Choose another model."
    if code in (503, 529) or "overloaded" in text or ("model" in text and "loading" in text):
        return f"The model server is overloaded, or still loading the model{shown}. Try again in a minute."
    if code and code >= 500 and status is not None:
        return f"The model server has a fault of its own (5xx: {code}). Try again in a minute."
    if status is None:
        return _IN_THE_MIDDLE
    if code and code >= 400:
        return f"The model server did not accept the request ({code}). Another model or other tools may help."
    if status < 400 and not text.strip():
        return NOT_AN_ANSWER
    return "The model server answered with an error. Try again in a minute." if "error" in text else NOT_AN_ANSWER


_CREDIT = """insufficient credit/insufficient_quota/insufficient balance/insufficient_balance/payment required
exceeded your current quota/out of credit/credit balance is too low/billing_hard_limit/billing_not_active"""
_KEY = """invalid_api_key/invalid api key/incorrect api key/api key not valid/missing api key/invalid x-api-key
authentication_error/no auth credentials/no api key"""
_NO_MODEL = """model_not_found/not a valid model/no such model/unknown model/invalid model/model not exist
model does not exist/no endpoints found/deploymentnotfound/deployment for this resource"""
_PATH = "unexpected endpoint/page not found/cannot post/no route/unknown_url/invalid url"
_LONG = """context_length_exceeded/context_window_exceeded/contextwindowexceeded/exceed_context_size
maximum context length/prompt is too long/must have less than/must be <= /reduce the length of the messages
context length of only/string_above_max_length"""


def _says(words: str, text: str) -> bool:
    """Whether a text contains one of these phrases, separated by slashes or line breaks."""
    return any(phrase in text for line in words.split("\n") for phrase in line.split("/"))


def _is_too_long(text: str) -> bool:
    """Whether an error says that the conversation does not fit: every server has its own words for it."""
    if _says(_LONG, text):
        return True
    about = any(words in text for words in ("context", "prompt", "input token", "sequence", "inputs"))
    over = any(words in text for words in ("too long", "too large", "exceed", "longer than", "overflow", "maximum"))
    counted = any(words in text for words in ("token", "length", "size", "context window", "n_ctx"))
    return about and over and counted


def _is_web_page(text: str) -> bool:
    start = text.lstrip()[:200]
    return start.startswith(("<!doctype", "<html", "<head", "<body")) or "<html" in start


def _when(headers: Mapping[str, str], text: str) -> str:
    """When to try again, in words: from the headers, or else from the text."""
    after = headers.get("retry-after", "")
    ways = (_seconds(headers.get("retry-after-ms", ""), 0.001), _seconds(after, 1), _seconds_until(after))
    seconds = next((known for known in ways if known is not None), _seconds_in(text))
    if seconds is None:
        return "in a minute"
    if seconds <= 0.5:
        return "in a moment"
    count = max(1, round(seconds))
    for unit, size, most in (("second", 1, 90), ("minute", 60, 90 * 60), ("hour", 3600, 36 * 3600)):
        if count <= most:
            number = -(-count // size)
            return f"in {number} {unit}{'' if number == 1 else 's'}"
    return "another day"


def _seconds(text: str, unit: float) -> float | None:
    return float(text) * unit if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text.strip()) else None


def _seconds_until(date: str) -> float | None:
    """The seconds until a date as headers write it."""
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None


def _seconds_in(text: str) -> float | None:
    """The time in "try again in 6m0s", "retry after 20 seconds", "wait 1.5s"."""
    found = re.search(r"(?:try again in|retry (?:after|in)|wait)[ :]{1,3}((?:[\d.]{1,9} ?[a-z]{1,12} ?){1,4})", text)
    total, any_found = 0.0, False
    for number, unit in re.findall(r"([\d.]{1,9}) ?([a-z]{1,12})", found.group(1)) if found else ():
        size = 0.001 if unit == "ms" or unit.startswith("milli") else _UNITS.get(unit[0])
        if size is None or number.count(".") > 1 or number == ".":
            break
        total, any_found = total + float(number) * size, True
    return total if any_found else None


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _code_in(body: object) -> int | None:
    """The status given inside the error, such as `{"error": {"code": 429}}` in mid-answer."""
    places: list[Any] = [body]
    if isinstance(body, dict):
        places += [body.get("error"), body.get("base_resp")]
    for place in reversed(places):
        for key in ("code", "status", "status_code") if isinstance(place, dict) else ():
            code = place.get(key)
            if isinstance(code, str) and code.isdecimal() and len(code) == 3:
                code = int(code)
            if isinstance(code, int) and 400 <= code < 600:
                return code
    return None


def _flat(body: object) -> str:
    try:
        return json.dumps(body, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return str(type(body).__name__)


def _text(response: Any) -> str:
    try:
        return str(response.text)
    except Exception:  # the body was never read
        return ""
