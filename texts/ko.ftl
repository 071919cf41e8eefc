# 모든 문장의 한국어판. en.ftl과 키도, 자리표시자도 같아요.
# 해요체로 써요. 값 뒤의 조사는 PARTICLE 함수가 골라요: { $name }{ PARTICLE($name, "을/를") }

## Languages

language-name = 한국어
language-choice = 언어

## Pages

page-home = 홈
    .summary = Toolstream이 무엇인지, 예시 하나로 바로 볼 수 있어요.
page-refund = 환불
    .summary = 고객이 환불을 원해요. 주문과 규정을 확인하고 답장까지 써요.
    .intro = 고객이 환불을 원해요. AI 비서가 주문**과** 규정을 동시에 확인하고, 답장이 쓰이는 대로 읽을 수 있어요.
page-market_brief = 시장 브리핑
    .summary = 뉴스와 표와 차트가 나란히 채워지고, 이어서 브리핑이 쓰여요.
    .intro = 정오까지 브리핑이 필요해요. 뉴스와 표와 차트가 **나란히** 채워져서, 브리핑의 첫 단어가 나오기 전에 근거부터 볼 수 있어요.
page-incident = 장애 대응
    .summary = 서비스가 멈췄어요. 긴 검색과 실패한 단계, 그리고 복구까지 봐요.
    .intro = 서비스가 멈췄어요. 검색이 얼마나 진행됐는지, **어느 단계가 언제 실패했는지**, 그 뒤에 어떻게 이어 가는지 볼 수 있어요.
page-custom_data = 커스텀 데이터
    .summary = 도구가 일하는 동안 찾은 것, 진행 상황, 표의 행 등 무엇이든 보내요.
page-llm_tokens = LLM 토큰
    .summary = 도구가 언어 모델에게 묻고, 쓰이는 단어가 하나하나 보여요.
page-without_langchain = LangChain 없이
    .summary = 같은 일을 OpenAI 클라이언트만으로 해요. 도구가 단어를 직접 전달해요.
page-stream_lab = 스트림 랩
    .summary = 개발자를 위한 페이지. 실행 하나를 여덟 가지 스트림 모드로, 이벤트 단위까지 볼 수 있어요.
page-your_agent = 내 에이전트
    .summary = 내가 만든 LangGraph 에이전트의 작업을, 청크마다 어느 도구 호출에서 왔는지와 함께 봐요.
page-pitfalls = 흔한 함정
    .summary = 잘못하기 쉬운 열 가지를 올바른 방법과 나란히 비교해요.
page-runs = 실행 기록
    .summary = 내 실행을 다시 재생하고, 공유하고, 내려받아요.
page-cannot-start = 앱을 시작할 수 없어요. { $why }

## Sidebar

sidebar-new-conversation = 새 대화
sidebar-view = 보기 방식
    .help = **간단히**는 실행 과정을 쉬운 말로 알려 줘요. **자세히**는 전송되는 내용을 그대로 보여 줘요.
sidebar-view-simple = 간단히
sidebar-view-technical = 자세히
sidebar-show-work = 작업 과정 실시간으로 보기
    .help = 끄면 보통의 AI 비서처럼 답이 다 나올 때까지 기다려요. 질문을 다시 보내지는 않아요.
sidebar-more = 더 많은 설정
sidebar-modes = 표시할 스트림 모드
    .help = { $modes }. 하나도 고르지 않으면 답이 다 나올 때까지 기다려요. 그게 바로 *스트리밍이 없을 때*예요. 모드를 바꾸면 같은 실행을 다시 그릴 뿐, 질문을 다시 보내지는 않아요.
sidebar-agent = 에이전트
sidebar-tools = 에이전트가 쓸 수 있는 도구
sidebar-tool-choice = 도구 선택
    .help = 실행의 첫 단계에만 적용돼요.
sidebar-tool-choice-auto = 모델이 정해요
sidebar-tool-choice-required = 도구를 하나 이상 호출해야 해요
sidebar-tool-choice-none = 도구를 호출하지 않아요
sidebar-tool-choice-named = 이 도구를 호출해야 해요
sidebar-model = 모델
    .demo = AI 없음, 읽는 속도
    .demo-fast = AI 없음, 한 번에
    .demo-flaky = AI 없음, 여러 방식으로 실패
sidebar-demo = AI가 아닌 데모 모델이 짧은 장소 목록을 보고 답해요. 키가 필요 없어요.
sidebar-own-key = 내 OpenAI 키 사용
    .label = OpenAI 키
    .promise = 키는 이 브라우저 탭의 세션에만 있고, 모델 서버로만 전송돼요.
    .in-use = 이 브라우저 탭에서만 내 키를 쓰고 있어요. 탭을 닫거나 새로고침하면 사라져요.
    .forget = 내 키 지우기

## What the address asks for

choices-not-offered = 이 링크가 요청한 항목({ $names })은 여기에 없어요. 이 항목을 빼고 시작해요.
choices-view = 보기 방식
choices-lang = 언어
choices-model = 모델
choices-modes = 스트림 모드
choices-graph = 에이전트
choices-tools = 도구
choices-tool_choice = 도구 선택

## The conversation

chat-ask = 질문해 보세요…
chat-ask-own = 내 에이전트에게 물어보세요…
chat-stop = 중지
chat-retry = 다시 시도
chat-run-lost = 이 링크의 실행이 더는 남아 있지 않아요. 서버가 다시 시작되었거나 새 실행에 자리를 내주었어요. 다시 물어보면 새로 시작해요.
chat-code = 여기서 실행되는 코드
    .call = 선택한 모드에 해당하는 호출
    .tool = 도구 `{ $name }` (`{ $file }`)
    .graph = 그래프: { $title }
chat-context = 실행 컨텍스트
chat-input = 입력
    .run = 실행
    .optional = (선택)
    .lines = 한 줄에 하나씩

## Questions to a person

card-approved = 승인했어요
card-changed = 바꿔서 승인했어요: { $changes }
card-rejected = 거절했어요
    .why = 거절했어요: { $why }
card-cancelled = 취소했어요
card-answered = 답했어요: { $answer }
