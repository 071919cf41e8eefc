"""What people really type into agents, found in public; each with its source."""

from __future__ import annotations

import re

import pytest

from tests.markdown_texts import harmful
from tests.server.conftest import Visit

BFCL = "Berkeley Function Calling Leaderboard v4 (ShishirPatil/gorilla), "
QUESTIONS = {
    BFCL + "live_simple_1-1-0": (
        "I want to see the star history of ShishirPatil/gorilla and gorilla-llm/gorilla-cli, with the timelines "
        "aligned, so that I can more clearly observe the rate of change from their initial releases."
    ),
    BFCL + "live_simple_2-2-0": (
        "I need a Comfort Uber ride from 2020 Addison Street, Berkeley, CA, USA, and I can wait up to 600 seconds for "
        "it."
    ),
    BFCL + "live_simple_5-3-1": "Qual a temperatura atual em Divinópolis, MG? fahrenheit",
    BFCL + "live_simple_8-3-4": "I want to know weather conditions? I'm at London, UK in fahr",
    BFCL + "live_simple_13-3-9": "我想知道上海目前的天气状况，可以帮我查询吗？顺便使用摄氏度来显示温度。",
    BFCL + "live_parallel_multiple_0-0-0": (
        "I'd like to change my food order to a Caesar salad without anchovies, and for the drink, can you update my "
        "order 123 to a large hot coffee with regular sweetness and almond milk, please?"
    ),
    BFCL + "live_parallel_multiple_2-2-0": "거실, 에어컨, 실행하고, 침실, 공기청정기, 중지해줘.",
    BFCL + "live_irrelevance_0-0-0": (
        "Can you provide the address for latitude 37.4224764 and longitude -122.0842499 using the Geocoding API?"
    ),
    BFCL + "live_irrelevance_2-0-2": (
        "write a python script to change filenames in a folder with their date of creation."
    ),
    BFCL + "live_relevance_5-5-0, its beginning": (
        'The poster features the film\\\'s title in large, red letters, with the word "Lego" in a yellow brick font. '
        "The poster also features the film\\'s main characters, Emmet Brickowski (Chris Pra…the film.\\n\\nThe "
        "copyright holder of the image is Warner Bros. Pictures."
    ),
    "instructlab/instructlab, issue 707": "show me a kaomoji that expresses sleepiness",
    "SciSharp/LLamaSharp, issue 265": "Write a Christmas message with emojis",
    "ikawrakow/ik_llama.cpp, issue 780": "Расскажи сказку про розовые щечки",
    "six2dez/burp-ai-agent, issue 84": "•",
    "sagemathinc/cocalc, issue 1329": "Get some $ money \\$",
    "Infinitix-LLC/gpt_markdown, issue 52": "Dollar sign rendering bug: $123 - $234",
    "lobehub/lobehub, issue 8553": (
        "The market is only willing to pay **$1.50** for a bundle of kale. That horizontal blue line represents her "
        "price, which is also her **Marginal Revenue (MR)**, or **Receita Marginal**."
    ),
    "danny-avila/LibreChat, issue 7894": (
        "a **Casa e Construção FM** apresenta o menor custo (aproximadamente R$ 12,29/metro), seguida pela **Polo de "
        "Construção** (aproximadamente R$ 15,83/metro)"
    ),
}


@pytest.mark.parametrize("view", ["simple", "technical"])
@pytest.mark.parametrize("page", ["Custom_data", "LLM_tokens", "Without_LangChain", "Refund", "Incident"])
def test_a_question_that_somebody_has_asked_is_answered_to_its_end(visit: Visit, page: str, view: str) -> None:
    visitors = {source: visit(page, model="demo-fast", view=view) for source in QUESTIONS}
    for source, visitor in visitors.items():
        visitor.wait_idle()
        visitor.ask(QUESTIONS[source])
    for source, visitor in visitors.items():
        visitor.wait_idle(30)
        (turn,) = visitor.turns
        assert not visitor.errors, source
        assert turn.answer, source
        assert turn.figures, source
        assert not turn.notes, source
        assert _words(turn.question) == _words(QUESTIONS[source]), source
        for drawn in (turn.question, turn.answer, turn.told, *(box.text for box in turn.boxes)):
            assert not harmful(drawn), source


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)
