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
from texts import Sentence, Spoken, Value, sentence

NOT_AN_ANSWER = sentence("model-not-an-answer")
_STALLED = sentence("model-stalled")
_BROKEN = sentence("model-broken")
_UNREACHABLE = sentence("model-unreachable")
_IN_THE_MIDDLE = sentence("model-error-midway")
_TOO_LONG = sentence("model-too-long")
_MOST_TEXT = 8_000
"""Characters of an error that are examined."""


def explain(error: BaseException) -> Spoken:
    """One sentence that says what an error means for the person who asked."""
    for cause in causes(error):
        if isinstance(cause, AgentError):
            return cause.said or type(cause).__name__
        if isinstance(cause, GraphRecursionError):
            return sentence("model-steps")
        if failed := model_failure(cause):
            return failed.said
    return sentence("model-own-error", kind=type(error).__name__)


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


def _sentence(code: int | None, status: int | None, text: str, headers: Mapping[str, str], url: str) -> Sentence:
    shown = f" ({code})" if code else ""
    path = url.partition("?")[0]
    hint: Value = "" if "/v1" in path else sentence("model-hint")
    if code == 413 or (code != 429 and _is_too_long(text)):
        return _TOO_LONG
    if _says(_FILTER, text):
        return sentence("model-filtered")
    if code == 402 or (_says(_CREDIT, text) and not _says(_PASSES, text)):
        return sentence("model-no-credit", status=shown)
    if code == 429 or "rate limit" in text or "rate_limit" in text or "too many requests" in text:
        return sentence("model-quota", when=_when(headers, text))
    if code == 401 or _says(_KEY, text):
        return sentence("model-key", status=shown or " (401)")
    if _is_web_page(text):
        if code in (502, 503, 504, 520, 521, 522, 523, 524, 530):
            return sentence("model-proxy", status=shown)
        if code == 403:
            return sentence("model-firewall", status=shown)
        return sentence("model-web-page", status=shown, hint=hint)
    if _says(_NO_MODEL, text) or ("model" in text and "not found" in text):
        return sentence("model-unknown", status=shown)
    if code in (404, 405) or _says(_PATH, text):
        named = "model" in text and "not found" not in text
        if named:
            return sentence("model-unknown", status=shown)
        return sentence("model-wrong-path", status=shown, hint=hint)
    if code == 403:
        return sentence("model-not-allowed", status=shown)
    if code in (503, 529) or "overloaded" in text or ("model" in text and "loading" in text):
        return sentence("model-overloaded", status=shown)
    if code in (408, 504):
        return _STALLED
    if code and code >= 500 and status is not None:
        return sentence("model-fault", status=str(code))
    if status is None:
        return _IN_THE_MIDDLE
    if code and code >= 400:
        return sentence("model-not-accepted", status=str(code))
    if status < 400 and not text.strip():
        return NOT_AN_ANSWER
    return sentence("model-error") if "error" in text else NOT_AN_ANSWER


_CREDIT = """insufficient credit/insufficient_quota/insufficient balance/insufficient_balance/payment required
exceeded your current quota/out of credit/credit balance is too low/billing_hard_limit/billing_not_active
exceeded_current_quota/balance is insufficient/arrearage/have any credits/budget_exceeded/budget has been exceeded
spending limit/key limit exceeded/余额不足"""
_PASSES = "resource_exhausted/retrydelay"
"""Google's words for a rate limit, beside which it speaks of billing as well."""
_FILTER = """content_filter/content management policy/content filtering policy/content_policy_violation
content exists risk/data_inspection_failed/inappropriate content/flagged as potentially violating
requires moderation/sensitive content/violates usage guidelines/敏感内容"""
_KEY = """invalid_api_key/invalid api key/incorrect api key/api key not valid/missing api key/invalid x-api-key
authentication_error/no auth credentials/no api key/api_key_invalid/api key expired/authentication error"""
_NO_MODEL = """model_not_found/not a valid model/no such model/unknown model/invalid model/model not exist
model does not exist/no endpoints found/deploymentnotfound/deployment for this resource/model_decommissioned
has been decommissioned/model identifier is invalid/end of its life"""
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
    return start.startswith(("<!doctype", "<html", "<head", "<body", "error code: 1")) or "<html" in start


def _when(headers: Mapping[str, str], text: str) -> Sentence:
    """When to try again, in words: from the headers, or else from the text."""
    after = headers.get("retry-after", "")
    ways = (_seconds(headers.get("retry-after-ms", ""), 0.001), _seconds(after, 1), _seconds_until(after))
    seconds = next((known for known in ways if known is not None), _seconds_in(text))
    if seconds is None:
        return sentence("when-another-day" if _says("per day/per-day", text) else "when-minute")
    if seconds <= 0.5:
        return sentence("when-moment")
    count = max(1, round(seconds))
    for unit, size, most in (("second", 1, 90), ("minute", 60, 90 * 60), ("hour", 3600, 36 * 3600)):
        if count <= most:
            return sentence(f"when-{unit}s", count=-(-count // size))
    return sentence("when-another-day")


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
    found = re.search(rf"(?:try again in|retry (?:after|in)|wait|retrydelay\")[ :\"]{{1,3}}({_TIME})", text)
    total, any_found = 0.0, False
    for number, unit in re.findall(r"([\d.]{1,9}) ?([a-z]{1,12})", found.group(1)) if found else ():
        size = 0.001 if unit == "ms" or unit.startswith("milli") else _UNITS.get(unit[0])
        if size is None or number.count(".") > 1 or number == ".":
            break
        total, any_found = total + float(number) * size, True
    return total if any_found else None


_TIME = r"(?:[\d.]{1,9} ?[a-z]{1,12} ?){1,4}"
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
