"""The picture of a finished run, with the fonts that this machine has."""

from functools import partial

import pytest
from playwright.sync_api import Browser

from agent.export.card import WIDTH, Card, to_svg
from texts import say

QUESTIONS = {
    "long": "Search the news about electric bikes, compare the makers and chart the demand, then write a brief of "
    "at most two pages for the board, which meets on Monday, and add what the competition has announced since spring",
    "Korean": "1042번 주문을 환불할 수 있나요? 주문을 조회하고 환불 정책을 확인한 다음 고객에게 보낼 답장을 써 주세요",
    "Chinese": "订单一千零四十二可以退款吗请查询该订单并核对退款政策然后为客户起草一封回复邮件说明处理时间与所需材料",
    "Arabic": "هل يمكن رد ثمن الطلب رقم 1042؟ ابحث عنه وتحقق من سياسة الاسترداد ثم اكتب مسودة الرد على العميل",
    "emoji": "What is in the 🚀 office 👩‍👩‍👧‍👦 and the 🛏️ bedroom? 🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉",
    "one word": "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 3,
    "widest letters": "WWWW MMMMMMM " * 12,
}
PLACES = "() => [...document.querySelectorAll('text')].map(e => [e.textContent, e.getBBox().x, e.getBBox().width])"


@pytest.mark.parametrize("kind", QUESTIONS)
def test_all_words_are_inside_of_the_picture(browser: Browser, kind: str) -> None:
    page = browser.new_page()
    card = Card(QUESTIONS[kind], 0.5, 7.0, ("Look up the order", "Check the policy", "Draft the reply") * 3)
    page.set_content(to_svg(card, partial(say, "en")))
    found = page.evaluate(PLACES)
    page.close()
    assert [text for text, x, width in found if x < 60 or x + width > WIDTH - 60] == []
    lines = [x + width for text, x, width in found if text in QUESTIONS[kind]]
    assert not (kind == "Arabic" and max(lines) < WIDTH - 80), "it begins at the right"
    (_, tools, width), (_, name, _) = found[-2:]
    assert tools + width < name
