"""What the tools find and say, in the language of the question: made up, and all in one place."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from texts import Language, Spoken, tell

asked_in: ContextVar[Language] = ContextVar("asked_in", default="en")
"""The language of the question that a run answers."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """The same story in one language; what a tool fills in stands in braces."""

    customers: tuple[str, ...]
    customer: str
    """The words before a customer's name, and before an item's."""
    item: str
    any_customer: str
    """Who is written to where nobody is known, and about what."""
    any_item: str
    items: tuple[tuple[str, int], ...]
    money: str
    order: tuple[str, ...]
    policies: tuple[tuple[str, ...], ...]
    """Rules for refunds, deliveries and the warranty."""
    reply: str
    reply_facts: tuple[str, ...]
    headlines: tuple[str, ...]
    headline: str
    between: str
    """The separator between two headlines of a list."""
    columns: tuple[str, ...]
    leaders: str
    axes: tuple[str, str]
    growth: str
    brief: str
    brief_facts: tuple[str, ...]
    searched: str
    log_lines: tuple[str, ...]
    log_result: str
    restart: tuple[str, ...]
    restart_failed: str
    roll_back: tuple[str, ...]
    rolled_back: str
    paying: str
    paid: str
    sending: str
    sent: str
    wants_to_refund: str
    wants_to_write: str
    refund_rejected: str
    email_rejected: str
    because: str
    done: str
    """How a result begins that itself says what was done."""
    not_done: str
    rejected: str
    """A call of any tool that a person has rejected."""
    letter: str
    letter_subject: str
    letter_facts: tuple[str, ...]
    summary: str
    describe_items: str
    """What the tools of the how-to ask a model."""
    describe_place: str
    nothing_listed: str
    shelf: str
    shelves_counted: str
    price_columns: tuple[str, str, str]
    prices: str
    thermometer: tuple[str, str]
    warmest: str
    visit: str
    """How a planned visit begins, and the separator between its stops."""
    visit_then: str
    visit_door: str
    """Where there is nothing to see."""
    locks: tuple[str, ...]
    lock_stuck: str
    safe_open: str
    archive: str
    archive_found: str


_ENGLISH = Scenario(
    customers=("Ms Rivera", "Mr Okafor", "Ms Lindqvist", "Mr Tanaka"),
    customer="Customer",
    item="Item",
    any_customer="customer",
    any_item="your order",
    items=(("a coffee grinder", 89), ("a desk lamp", 54), ("a pair of headphones", 129), ("a rain jacket", 140)),
    money="{amount:g} dollars",
    order=("Customer: {customer}", "Item: {item}, {price}", "Delivered: {days} days ago"),
    policies=(
        (
            "Damaged goods: a full refund within 30 days of delivery.",
            "A photo of the damage is enough; nothing has to be sent back.",
            "Up to 200 dollars, support decides by itself.",
        ),
        ("Orders leave within 2 working days.", "A parcel that is 10 days late counts as lost."),
        ("Everything has a warranty of 2 years.", "Repair comes before replacement."),
    ),
    reply="Write a short reply to {customer}, signed by the support team. Say this:\n",
    reply_facts=(
        "You ordered {item}, delivered {days} days ago, and it arrived damaged.",
        "We refund the full {price} to your card today; please allow three working days.",
        "You need not send anything back.",
    ),
    headlines=("Sales rose for the third year", "Prices fell by a tenth", "Two makers share half of the market"),
    headline="{headline}",
    between="; ",
    columns=("maker", "price", "share %", "stars"),
    leaders="{first} and {second} hold 57% of the market.",
    axes=("month", "sold (thousands)"),
    growth="Demand grew by {growth:.0f}% in three years, most of it in spring.",
    brief="Write a brief on {market} for the management. Say this:\n",
    brief_facts=(
        "Demand grew by half in three years, most of it in spring.",
        "{first} leads with 31%; {second} follows with 26%.",
        "Prices fell by a tenth, so whoever enters now must be cheaper to make, not cheaper to buy.",
    ),
    searched="{read:,} of 48,000 lines",
    log_lines=(
        "09:02 slow: 2.1 s for one page",
        "09:04 timeout: no free connection to the database",
        "09:05 timeout: no free connection to the database",
        "09:07 restart: 40 connections were left open by version 7.4",
    ),
    log_result="The {service} has been running out of database connections since version 7.4.",
    restart=("Stopping", "Starting", "Waiting for a healthy answer"),
    restart_failed="The {service} did not become healthy in time.",
    roll_back=("Fetching version 7.3", "Replacing 4 of 4 machines", "Healthy"),
    rolled_back="The {service} runs version 7.3 again, and answers in 0.2 s.",
    paying="Paying",
    paid="{money} were refunded to {customer} for order {order}.",
    sending="Sending {words} words",
    sent="the email “{subject}” was sent to {to}.",
    wants_to_refund="The assistant wants to refund **{money}** to **{customer}**.",
    wants_to_write="The assistant wants to send an email to **{to}**.",
    refund_rejected="the refund was rejected{because}.",
    email_rejected="the email to {to} was rejected{because}.",
    because=", because “{reason}”",
    done="Done: ",
    not_done="Not done: ",
    rejected="the tool *{tool}* was rejected{because}.",
    letter=(
        "Dear {customer},\n\nThank you for writing to us. I am sorry for the trouble.\n\n{said}\n\n"
        "Kind regards,\n\nThe support team"
    ),
    letter_subject="Your refund for {item}",
    letter_facts=("You ordered {item}, and it arrived damaged.", "We pay you back; please allow three working days."),
    summary="In short, on {market}:\n\n{said}\n\nWhat to decide first is the price; the rest follows.",
    describe_items=(
        "Which items might one find in the following place: '{place}'? "
        "List at least 3 such items, and describe each one briefly."
    ),
    describe_place="Describe the {place} in {words} words",
    nothing_listed="Nothing is listed for {place}.",
    shelf="Shelf {shelf} of {shelves}",
    shelves_counted="{shelves} shelves counted in the {place}: {things} things.",
    price_columns=("item", "price", "total"),
    prices="Everything in the {place} costs {total} dollars in all.",
    thermometer=("second", "degrees"),
    warmest="It was at most {degrees} degrees in the {place}.",
    visit="For the {place}: first the {stops}.",
    visit_then=", then the ",
    visit_door="door",
    locks=("Turning the first lock", "Turning the second lock", "Turning the third lock"),
    lock_stuck="The second lock of the safe in the {place} is stuck.",
    safe_open="The safe is open.",
    archive="Reading {first} to {last}: {pages} pages so far",
    archive_found="{pages} pages were written about the {place}.",
)
_KOREAN = Scenario(
    customers=("김서연", "박지훈", "이하은", "최민준"),
    customer="고객",
    item="상품",
    any_customer="주문",
    any_item="주문 상품",
    items=(("커피 그라인더", 89_000), ("책상 조명", 54_000), ("헤드폰", 129_000), ("방수 재킷", 140_000)),
    money="{amount:,.0f}원",
    order=("고객: {customer}", "상품: {item}, {price}", "배송: {days}일 전 완료"),
    policies=(
        (
            "파손된 상품은 배송 후 30일까지 전액 환불해요.",
            "파손 사진만 있으면 되고, 상품은 돌려보내지 않아도 돼요.",
            "20만 원까지는 고객지원팀이 바로 결정해요.",
        ),
        ("주문은 영업일 기준 2일 안에 출고해요.", "예정일보다 10일 늦으면 분실로 처리해요."),
        ("모든 상품의 보증 기간은 2년이에요.", "교환보다 수리를 먼저 해요."),
    ),
    reply="{customer} 고객님께 보낼 짧은 답장을 고객지원팀 이름으로 써 주세요. 담을 내용:\n",
    reply_facts=(
        "{days}일 전에 받으신 상품({item})이 파손된 것을 확인했습니다.",
        "오늘 {price} 전액을 결제하신 카드로 환불해 드립니다. 영업일 기준 3일 정도 걸립니다.",
        "받으신 상품은 돌려보내지 않으셔도 됩니다.",
    ),
    headlines=("판매량 3년 연속 증가", "평균 가격 10% 하락", "상위 두 곳이 시장 절반 차지"),
    headline="{market}: {headline}",
    between=", ",
    columns=("제조사", "가격(천 원)", "점유율(%)", "별점"),
    leaders="{first}와 {second}의 점유율을 합치면 57%예요.",
    axes=("개월", "판매량(천 대)"),
    growth="수요가 3년 동안 {growth:.0f}% 늘었고, 주로 봄에 늘었어요.",
    brief="경영진이 읽을 {market} 시장 브리핑을 써 주세요. 담을 내용:\n",
    brief_facts=(
        "수요가 3년 동안 절반 가까이 늘었고, 주로 봄에 늘었습니다.",
        "{first}가 점유율 31%로 1위, {second}가 26%로 2위입니다.",
        "가격이 10% 내려갔으므로, 지금 들어가려면 싸게 파는 것보다 싸게 만드는 것이 중요합니다.",
    ),
    searched="48,000줄 중 {read:,}줄",
    log_lines=(
        "09:02 느림: 한 페이지에 2.1초",
        "09:04 시간 초과: 남은 데이터베이스 연결 없음",
        "09:05 시간 초과: 남은 데이터베이스 연결 없음",
        "09:07 재시작: 7.4 버전이 연결 40개를 닫지 않음",
    ),
    log_result="{service} 서비스는 7.4 버전부터 데이터베이스 연결이 모자라요.",
    restart=("멈추는 중", "시작하는 중", "정상 응답을 기다리는 중"),
    restart_failed="{service} 서비스가 제한 시간 안에 정상으로 돌아오지 않았어요.",
    roll_back=("7.3 버전을 받는 중", "서버 4대 모두 교체하는 중", "정상"),
    rolled_back="{service} 서비스가 7.3 버전으로 돌아왔고, 0.2초 만에 응답해요.",
    paying="송금하는 중",
    paid="{order}번 주문의 {money}을 {customer} 고객님께 환불했어요.",
    sending="{words}단어 분량을 보내는 중",
    sent="‘{subject}’ 메일을 {to} 주소로 보냈어요.",
    wants_to_refund="AI 비서가 **{customer}** 고객님께 **{money}**을 환불하려고 해요.",
    wants_to_write="AI 비서가 **{to}** 주소로 메일을 보내려고 해요.",
    refund_rejected="환불을 거절하셨어요{because}.",
    email_rejected="{to} 주소로 보내는 메일을 거절하셨어요{because}.",
    because="(이유: {reason})",
    done="완료: ",
    not_done="실행 안 함: ",
    rejected="*{tool}* 실행을 거절하셨어요{because}.",
    letter=("{customer} 고객님, 안녕하세요.\n\n불편을 드려 죄송합니다.\n\n{said}\n\n감사합니다.\n\n고객지원팀 드림"),
    letter_subject="{item} 환불 안내",
    letter_facts=(
        "주문하신 상품({item})이 파손된 것을 확인했습니다.",
        "결제하신 금액을 환불해 드립니다. 영업일 기준 3일 정도 걸립니다.",
    ),
    summary="{market} 시장 요약\n\n{said}\n\n먼저 가격을 정하면 나머지는 그에 맞춰 정할 수 있습니다.",
    describe_items="다음 장소에는 어떤 물건이 있을까요: '{place}'? 적어도 3가지를 들고, 하나씩 짧게 설명해 주세요.",
    describe_place="{words}단어로 설명해 주세요: {place}",
    nothing_listed="{place}에 대한 목록이 없어요.",
    shelf="선반 {shelves}칸 중 {shelf}칸째",
    shelves_counted="{place}: 선반 {shelves}칸에서 물건 {things}개를 셌어요.",
    price_columns=("물건", "가격(천 원)", "합계(천 원)"),
    prices="{place}: 물건 가격을 모두 더하면 {total}천 원이에요.",
    thermometer=("초", "온도(°C)"),
    warmest="{place}의 최고 온도는 {degrees}도였어요.",
    visit="{place} 방문 순서: {stops}.",
    visit_then=" → ",
    visit_door="입구",
    locks=("첫 번째 자물쇠를 여는 중", "두 번째 자물쇠를 여는 중", "세 번째 자물쇠를 여는 중"),
    lock_stuck="{place} 금고의 두 번째 자물쇠가 걸려서 열리지 않아요.",
    safe_open="금고가 열렸어요.",
    archive="{first}~{last}년 기록을 읽는 중: 지금까지 {pages}쪽",
    archive_found="{place}에 관한 기록을 {pages}쪽 찾았어요.",
)
SCENARIOS: dict[Language, Scenario] = {"en": _ENGLISH, "ko": _KOREAN}
"""The scenario in every language."""


def as_result(failure: Spoken) -> str:
    """Why a tool failed, as its result: the model and the reader are told, in the language of the question."""
    return f"Error: {tell(asked_in.get(), failure)}"


def scenario() -> Scenario:
    """The scenario in the language of the question."""
    return SCENARIOS[asked_in.get()]
