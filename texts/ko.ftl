# 모든 문장의 한국어판. en.ftl과 키도, 자리표시자도 같아요.
# 해요체로 써요. 값 뒤의 조사는 PARTICLE 함수가 골라요: { $name }{ PARTICLE($name, "을/를") }

## Languages

language-name = 한국어
language-choice = 언어

## In many places

time-seconds = { $seconds }초
state-queued = 순서 대기 중
state-running = 실행 중
state-waiting = 사람의 답을 기다리는 중
state-finished = 완료
state-stopped = 중지됨
state-failed = 실패
value-yes = 예
value-no = 아니요
timeline-span = { $from }~{ $to }초: { $name } · { $does }
timeline-paused = { $at }초: { $seconds }초 동안 사람의 답을 기다림
timeline-first = { $seconds }초: 첫 출력
timeline-queued = 시작 전: 순서를 기다린 시간 { $seconds }초
timeline-does-waits = 첫 출력 대기
timeline-does-writes = 작성
timeline-does-works = 작업

## Dates

# Patterns in the letters of Unicode (TR 35).
time-date = y년 M월 d일
time-moment = y년 M월 d일 HH:mm
time-moment-everywhere = y년 M월 d일 HH:mm 'UTC'

## Pages

page-home = 홈
    .summary = Toolstream이 무엇인지, 예시 하나로 바로 볼 수 있어요.
    .ask-1 = 1042번 주문을 환불할 수 있나요? 주문을 조회하고 환불 정책을 확인해 주세요
page-refund = 환불
    .summary = 고객이 환불을 요청했어요. 주문과 정책을 확인하고 답장까지 써요.
    .intro = 고객이 환불을 요청했어요. AI 비서가 주문**과** 정책을 동시에 확인하고, 답장은 쓰는 즉시 읽을 수 있어요.
    .ask-1 = 1042번 주문을 환불할 수 있나요? 주문을 조회하고 환불 정책을 확인한 다음 답장 초안을 써 주세요
    .ask-2 = 2077번 주문을 조회하고 보증 정책을 확인해 주세요
    .ask-3 = 배송 정책을 확인해 주세요
page-market_brief = 시장 브리핑
    .summary = 뉴스, 표, 차트가 나란히 채워지고, 이어서 브리핑이 작성돼요.
    .intro = 정오까지 브리핑이 필요해요. 뉴스, 표, 차트가 **나란히** 채워져서, 브리핑의 첫 단어가 나오기 전에 근거부터 확인할 수 있어요.
    .ask-1 = 전기 자전거 뉴스를 검색하고, 제조사를 비교하고, 수요를 차트로 그린 다음 브리핑을 써 주세요
    .ask-2 = 히트펌프 제조사를 비교하고 수요를 차트로 그려 주세요
    .ask-3 = 밀키트 뉴스를 검색한 다음 브리핑을 써 주세요
page-incident = 장애 대응
    .summary = 서비스가 멈췄어요. 긴 검색, 실패한 단계, 복구까지 지켜봐요.
    .intro = 서비스가 멈췄어요. 검색이 얼마나 진행됐는지, **어느 단계가 언제 실패했는지**, 그다음 어떻게 복구하는지 볼 수 있어요.
    .ask-1 = 결제 서비스가 멈췄어요. 로그를 검색한 다음 재시작하고, 실패하면 이전 버전으로 되돌려 주세요
    .ask-2 = 상품 목록과 로그인 서비스의 로그를 검색해 주세요
    .ask-3 = 로그인 서비스를 재시작해 주세요
page-ask_me_first = 먼저 물어보기
    .summary = 환불하거나 메일을 보내기 전에 먼저 물어보는 AI 비서예요.
    .intro = 이 AI 비서는 환불하거나 메일을 보내기 전에 **먼저 물어봐요**. 승인하거나, 고치거나, 거절하세요. 페이지를 닫아도 답할 때까지 기다려요.
    .ask-1 = 1042번 주문이 파손된 채 도착했어요. 주문을 조회하고 환불 정책을 확인한 다음, 129,000원을 1042번 주문 고객에게 환불하고 jihun@example.com으로 메일을 보내 주세요
    .ask-2 = 54,000원을 2077번 주문 고객에게 환불해 주세요
    .ask-3 = haeun@example.com으로 메일을 보내 주세요
page-mcp_tools = MCP 도구
    .summary = Model Context Protocol로 연결한 다른 프로그램의 도구예요. 진행 상황과 로그, 질문까지 볼 수 있어요.
    .intro = 이 도구들은 **다른 프로그램**인 MCP 서버가 제공해요. 서버가 일하면서 알리는 내용은 **둘이 동시에 일해도** 각자의 호출 옆에 나타나고, 서버가 질문하면 직접 답할 수 있어요.
    .ask-1 = Busan 창고와 Rotterdam 창고의 재고를 확인한 다음, Busan 창고에서 책상 10개 배송을 예약해 주세요
    .ask-2 = Oakland 창고의 재고를 확인해 주세요
    .ask-3 = Rotterdam 창고에서 책상 500개 배송을 예약해 주세요
page-custom_data = 커스텀 데이터
    .summary = 도구가 일하는 동안 찾은 것, 진행 상황, 표의 행 등 무엇이든 보내요.
    .intro = 도구는 일하는 동안 **무엇이든** 보낼 수 있어요. 지금까지 찾은 것, 진행 상황, 표의 한 행까지요. 어떤 장소에 무엇이 있는지 물어보고, 도구가 일을 마치기 전에 하나씩 알려 주는 모습을 지켜보세요.
    .ask-1 = 사무실에는 무엇이 있나요?
    .ask-2 = 사무실과 침실에는 무엇이 있나요?
    .ask-3 = 부엌에는 무엇이 있나요?
page-llm_tokens = LLM 토큰
    .summary = 도구가 언어 모델에 물어보고, 모델이 쓰는 단어가 하나씩 바로 보여요.
    .intro = 이 도구는 **언어 모델**에 직접 물어봐요. 도구 안에서 단어가 하나씩 나타나고, 이어서 AI 비서가 도구의 결과를 바탕으로 답을 써요.
    .ask-1 = 침실에는 무엇이 있나요?
    .ask-2 = 도서관과 차고에는 무엇이 있나요?
    .ask-3 = 등대에는 무엇이 있나요?
page-without_langchain = LangChain 없이
    .summary = 같은 일을 OpenAI 클라이언트만으로 해요. 도구가 단어를 직접 전달해요.
    .intro = 같은 AI 비서를 **OpenAI 클라이언트**만으로 만들었어요. 단어를 대신 모아 주는 프레임워크가 없으니, 도구가 나오는 대로 하나씩 전달해요. 화면에서는 똑같아 보여요. 바로 그게 핵심이에요.
    .ask-1 = 침실에는 무엇이 있나요?
    .ask-2 = 사무실과 부엌에는 무엇이 있나요?
    .ask-3 = 박물관에는 무엇이 있나요?
page-stream_lab = 스트림 랩
    .summary = 개발자를 위한 페이지. 실행 하나를 여덟 가지 스트림 모드로, 이벤트 단위까지 볼 수 있어요.
    .intro = 안에서는 **실제로** 무슨 일이 벌어질까요? 질문 하나, 실행 하나, LangGraph의 모든 스트림 모드. 누가 언제 무엇을 보냈고, 그걸 어떻게 아는지 보여 줘요.
    .ask-1 = 기록 보관소에서 등대를 검색하고 차고에 있는 물건을 세어 주세요
    .ask-2 = 사무실과 침실에는 무엇이 있나요?
    .ask-3 = 박물관 방문 계획을 세워 주세요
page-your_agent = 내 에이전트
    .summary = 내가 만든 LangGraph 에이전트가 일하는 모습을 봐요. 청크마다 어느 도구 호출에서 왔는지 알 수 있어요.
page-pitfalls = 흔한 함정
    .summary = 잘못하기 쉬운 열세 가지를 올바른 방법과 나란히 비교해요.
    .intro = 도구가 일하는 모습을 보려고 할 때 잘못되기 쉬운 열세 가지예요. 버튼을 누르면 **잘못된 방법**과 **올바른 방법**이 동시에 실행되고, 선 하나가 도착한 조각 하나예요.
page-runs = 실행 기록
    .summary = 내 실행을 다시 재생하고, 공유하고, 내려받아요.
    .intro = 질문할 때마다 **실행** 하나로 남아요. 다시 열어 보고, 재생하고, 공유하고, 내려받을 수 있어요.
page-cannot-start = 앱을 시작할 수 없어요. { $why }

settings-no-count = { $name } 값은 0보다 큰 정수여야 해요. 지금 값: { $text }
settings-no-number = { $name } 값은 0보다 큰 숫자여야 해요. 지금 값: { $text }
settings-no-switch = { $name } 값은 0이나 1이어야 해요. 지금 값: { $text }
settings-database = TOOLSTREAM_DATABASE_URL은 postgresql://로 시작해야 해요. 예: postgresql://user@host/name
settings-otel = OTEL_EXPORTER_OTLP_PROTOCOL은 http/protobuf여야 해요. 지금 값: { $text }. OTEL_TRACES_EXPORTER=none으로 두면 추적하지 않아요.
settings-url = OPENAI_BASE_URL은 http://나 https://로 시작하는 주소여야 해요. 지금 값: { $text }
settings-key = { $name }에 키에 쓸 수 없는 글자가 있어요. 중간에 줄바꿈이 들어갔을 수도 있어요.
settings-proxy = HTTPS_PROXY, HTTP_PROXY, ALL_PROXY에 적은 프록시를 쓸 수 없어요. http://나 https://로 시작해야 해요.
settings-secrets = Streamlit의 secrets를 읽을 수 없어요. .streamlit/secrets.toml.example처럼 TOML 형식이어야 해요.
settings-mcp-unread = TOOLSTREAM_MCP가 가리키는 { $path } 파일을 읽을 수 없어요.
settings-mcp-no-json = TOOLSTREAM_MCP가 가리키는 { $path } 파일이 JSON이 아니에요.
settings-mcp-form = { $path }: "mcpServers" 객체가 있어야 하고, 서버는 { $most }개까지 넣을 수 있어요.
settings-mcp-either = { $path }: “{ $server }” 서버에는 command와 url 중 하나만 있어야 해요.
settings-mcp-kind = { $path }: “{ $server }” 서버는 stdio나 streamable HTTP를 써야 해요. 지금 값: { $kind }
settings-mcp-text = { $path }: “{ $server }” 서버에 글이 아닌 값이 있어요.
settings-mcp-url = { $path }: “{ $server }” 서버의 url은 http://나 https://로 시작해야 해요.

## Home

home-title = AI의 도구가 일하는 모습을 지켜보세요
home-intro = 같은 질문에 두 가지 방식으로 답해요. 어느 쪽을 기다리시겠어요?
home-with = 스트리밍이 있을 때
home-without = 스트리밍이 없을 때
home-idle = 작업 중…
home-nothing-yet = 아직 없음
home-first-words = 첫 단어
home-unit = 초
home-verdict = { $whole } 대신 { $first } 만에 첫 단어가 나와요
home-pause = 일시정지
home-go-on = 계속
home-live = 직접 실행하기
home-tour = 둘러보기
home-again = 다시 재생
home-recorded = { $when }에 AI가 아닌 { $model } 모델로 녹화했어요.
home-jobs = 실제 업무로 보기
home-ways = 만드는 세 가지 방법

## Recorded samples

sample-library = 도서관에는 무엇이 있나요?
sample-safe = 사무실의 금고를 열어 주세요
sample-label = AI가 아닌 { $model } 모델로 녹화한 실행이에요.

## Sidebar

sidebar-new-conversation = 새 대화
sidebar-view = 보기 방식
    .help = **간단히**는 실행 과정을 쉬운 말로 알려 줘요. **자세히**는 전송되는 내용을 그대로 보여 줘요.
sidebar-view-simple = 간단히
sidebar-view-technical = 자세히
sidebar-show-work = 작업 과정 실시간으로 보기
    .help = 끄면 보통의 AI 비서처럼 답이 다 나올 때까지 기다려요. 질문을 다시 보내지는 않아요.
sidebar-more = 설정 더 보기
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
    .demo = 읽기 좋은 속도
    .demo-fast = 한꺼번에
    .demo-flaky = 여러 방식으로 실패
sidebar-demo = AI가 아닌 데모 모델이 대답해요. 키가 필요 없어요.
sidebar-own-key = 내 OpenAI 키 사용
    .label = OpenAI 키
    .promise = 키는 이 브라우저 탭의 세션에만 있고, 모델 서버로만 전송돼요.
    .in-use = 이 브라우저 탭에서만 내 키를 쓰고 있어요. 탭을 닫거나 새로고침하면 사라져요.
    .refused = 모델 서버가 이 키를 받아들이지 않아요. 키를 확인하고 다시 입력하세요.
    .unlisted = 키는 맞지만 서버의 모델 목록에 여기에서 쓰는 모델({ $models })이 없어요. 답하지 못할 수 있어요.
    .unchecked = 지금은 키를 확인할 수 없어요. 확인하지 않고 그대로 사용해요.
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

## Streamlit이 하는 말

streamlit-send = 보내기
streamlit-user = 내 메시지
streamlit-assistant = AI 비서의 메시지
streamlit-help = 도움말: { $name }
streamlit-skip = 본문으로 건너뛰기
streamlit-sidebar = 사이드바
    .collapse = 사이드바 접기
    .expand = 사이드바 펼치기
streamlit-password = 비밀번호 표시
    .hide = 비밀번호 숨기기
streamlit-choose = 하나를 골라 주세요
    .open = 열기
    .clear = 지우기
    .remove = 삭제: { $name }
streamlit-number = 늘리기
    .less = 줄이기
streamlit-apply = Enter를 누르면 적용돼요
    .lines = Ctrl+Enter를 누르면 적용돼요
streamlit-submit = Enter를 누르면 제출돼요
    .lines = Ctrl+Enter를 누르면 제출돼요
streamlit-upload = 파일 선택
    .most = 파일당 최대 { $name }
    .input = 파일 올리기
streamlit-upload-error = {"오류: "}
    .kind = 이런 형식({ $name })의 파일은 올릴 수 없어요.
    .large = 파일은 { $name } 이하여야 해요.
streamlit-table = 열 표시·숨기기
    .csv = CSV로 내려받기
    .search = 검색
    .type = 검색어를 입력하세요
    .full = 전체 화면
    .small = 전체 화면 닫기
streamlit-chart = 차트
    .data = 데이터 보기
    .drawn = 차트 보기
    .png = PNG로 내려받기
    .spec = Vega-Lite 명세 복사
streamlit-icon = 아이콘: { $name }
streamlit-copy = 복사
streamlit-close = 닫기
streamlit-no-page = 페이지를 찾을 수 없어요
    .home = 이 주소에는 페이지가 없어요. 첫 페이지를 보여 드릴게요.
streamlit-pages = 페이지 이동
    .before = 이전 페이지
    .after = 다음 페이지
    .one = { $name }쪽

## The conversation

chat-ask = 질문해 보세요…
chat-ask-own = 내 에이전트에게 물어보세요…
chat-timeline = 누가 언제 일했는지 보기
chat-stop = 중지
chat-ask-again = 다시 묻기
chat-earlier = 이전 질문 { $count }개 보기
chat-take-back = 이 질문 취소
chat-retry = 다시 시도
chat-anothers = 이 브라우저에서 시작한 대화가 아니에요. 여기에서 질문하면 새 대화가 시작돼요.
    .no-cookie = 직접 질문하셨다면, 이 브라우저가 이 페이지의 쿠키를 저장하지 않아서 새로고침하면 다른 사람으로 보여요. 그래서 중지할 수 없지만, 길어도 { $count }분 안에 저절로 끝나요.
chat-run-lost = 이 링크의 실행이 더는 남아 있지 않아요. 서버가 다시 시작되었거나 새 실행에 자리를 내주었어요. 다시 물어보면 새로 시작해요.
chat-code = 여기서 실행되는 코드
    .call = 선택한 모드에 해당하는 호출
    .tool = 도구 `{ $name }` (`{ $file }`)
    .graph = 그래프: { $title }
today = 가이드 이후 달라진 점
    .intro = 이 페이지는 LangGraph의 2025년 가이드를 따라요. 내용은 지금도 모두 동작하지만, 지금이라면 몇 가지는 다르게 쓸 거예요.
    .sample = 같은 일을 요즘 방식으로 쓴, 그대로 실행되는 프로그램: `{ $file }`
today-agent = `create_react_agent`는 LangChain으로 옮겨 가서 `create_agent`가 됐어요. 모델에 묻는 노드의 이름은 `agent`에서 `model`로 바뀌었어요.
today-version = `astream(…, version="v2")`를 쓰면 무엇을 요청하든 모양이 같아요. 모드는 `part["type"]`, 내용은 `part["data"]`예요.
today-runtime = `runtime: ToolRuntime`을 받는 도구는 자기 호출(`runtime.tool_call_id`)을 알고, 쓰기 함수도 함께 받아요. 모델에는 이 매개변수가 보이지 않아요.
today-tools = `tools` 모드가 생겼어요. 도구가 `runtime.emit_output_delta(…)`로 보낸 것은 호출과 함께 도착해요.
today-filter = 노드는 모든 호출에서 `tools`라서, 노드로 거르면 나란히 일하는 것들이 섞여요. 메시지의 ID로 구별하거나, 이 프로젝트의 `watch`처럼 호출로 구별하세요.
today-config = `config`를 모델에 직접 넘기는 것은 파이썬 3.11보다 낮은 버전에서만 필요해요.
today-model = `model_name="gpt-4o-mini"`는 이제 `model=…`이고, 모델도 요즘 것을 쓰면 돼요. Chat Completions 말고 Responses API도 있어요(`use_responses_api=True`).
today-calls = 가이드는 마지막 호출(`tool_calls[-1]`)에만 답해요. 요즘 모델은 한 번에 여러 호출을 요청해요.
today-choices = 사용량을 요청하면 `chunk.choices[0]`은 실패해요. 마지막 조각에는 choices가 비어 있어요.
today-responses = `gpt-4o-mini`는 그때의 모델이에요. OpenAI에는 이제 Chat Completions 말고 Responses API(`client.responses`)도 있고, 다른 서버는 대부분 Chat Completions로 답해요.
today-v3 = LangGraph 문서는 새 프로그램에 `version="v3"`을 권하지만, LangGraph 스스로는 아직 실험 단계라고 알려요. 스트림 랩의 *방식*에서 다른 방식과 나란히 볼 수 있어요.
chat-context = 실행 컨텍스트
    .unfit = 컨텍스트가 맞지 않아요. { $why }
chat-input = 입력
    .run = 실행
    .json = JSON 형식 입력
    .choose = 하나를 고르세요
    .optional = (선택)
    .lines = 한 줄에 하나씩

## Under an answer

end-picture = 이미지
end-share = 공유·재생
hold = 꾹 눌러서 차이 느껴 보기

## Tour

tour-step = 둘러보기 · { $steps }단계 중 { $step }단계 · { $title }
tour-custom_data = 찾는 대로 보기
    .look = 아래 첫 번째 질문을 눌러 보세요. 답이 나오기 훨씬 전에, 도구가 찾는 순간 하나씩 나타나요.
    .works = 보세요. 도구가 아직 일하는 동안 찾은 것이 하나씩 나타나요.
tour-llm_tokens = 쓰는 모습 보기
    .look = 아래 첫 번째 질문을 눌러 보세요. 도구가 아직 쓰는 동안 상자 안에서 함께 읽을 수 있어요.
    .works = 함께 읽어 보세요. 도구가 지금 쓰고 있는 글이에요.
tour-without_langchain = 프레임워크 없이
    .look = 아래 첫 번째 질문을 눌러 보세요. 부품은 적어도 보이는 것은 같아요. 무엇으로 만들든 도구는 일하는 모습을 보여 줄 수 있어요.
    .works = 부품은 적어도 보이는 것은 같아요. 무엇으로 만들든 도구는 일하는 모습을 보여 줄 수 있어요.
tour-at-asked = 질문을 대신 했어요. 무엇이 나타나는지 보세요.
tour-at-answers = 이제 답이 한 단어씩 나타나요.
tour-at-broken = 도중에 끝났어요. 아래에서 다시 물어보거나 계속 둘러보세요.
tour-at-end = 여기까지예요.
    .sooner = 여기까지예요. { $whole }{ PARTICLE($whole, "을/를") } 기다리는 대신 { $first } 만에 첫 결과가 보였어요.
tour-soon = { $seconds }초 뒤에 다음 단계로 넘어가요.
tour-next = 다음
tour-go-on = 둘러보기 계속하기
tour-stay = 이 단계에 머물기
tour-finish = 마치기
tour-leave = 둘러보기 끝내기

## Stream modes

mode-custom = 도구 데이터
    .help = 도구가 일하는 동안 보내는 것
    .delivers = 도구나 노드가 직접 쓰는 내용이 쓰는 즉시 와요.
mode-messages = 단어
    .help = 언어 모델의 단어 하나하나
    .delivers = LangChain 모델의 토큰이 하나씩, 그리고 각 도구의 답 전체가 와요.
mode-updates = 단계
    .help = 단계가 끝날 때마다 그 결과
    .delivers = 노드가 끝날 때, 그 노드가 상태에 더한 내용이 와요.
mode-values = 상태
    .help = 단계마다 대화 전체
    .delivers = 단계가 끝날 때마다 상태 전체가 와요. 마지막 것이 결과예요.
mode-tasks = 작업
    .help = 단계의 시작과 끝
    .delivers = 노드가 시작할 때 그 입력과 함께, 그리고 끝날 때 와요.
mode-tools = 도구 이벤트
    .help = 도구의 시작과 끝
    .delivers = LangChain 도구가 시작할 때와 끝날 때 와요.
mode-checkpoints = 체크포인트
    .help = 단계마다 저장되는 상태
    .delivers = 나중에 이어서 실행할 수 있도록 단계마다 저장되는 상태가 와요.
mode-debug = 디버그
    .help = 체크포인트와 작업의 모든 세부 정보
    .delivers = 체크포인트와 작업이 단계 번호, 시각과 함께 한 번 더 와요.

## Agents

graph-react = 직접 만든 에이전트
graph-create_agent = 기본 제공 에이전트 (create_agent)
    .note = 모델 노드의 이름은 `model`이에요. 미들웨어가 쓰는 내용은 `custom`으로 와요. 각각 독립된 노드인 `before_model`과 `after_model`에서는 `runtime.stream_writer`로, `wrap_model_call`과 `wrap_tool_call`에서는 `get_stream_writer()`로 써요.
graph-prebuilt = LangGraph 가이드의 에이전트 (create_react_agent, 지원 중단)
    .note = `create_react_agent`는 LangGraph 1.0부터 지원이 중단되었어요. 새 프로그램에는 `create_agent`를 쓰세요.
graph-without_langchain = LangChain 없는 에이전트
graph-tool_node = 도구 노드 하나, 에이전트 없음
graph-empty-messages = LangChain 모델이 없어서 단어가 `custom`으로 와요
graph-empty-tools = 도구가 일반 함수라 LangChain이 지켜보지 않아요

## Tools

tool-unnamed = 도구
tool-get_items = 물건 찾기
tool-take_inventory = 재고 조사
tool-list_prices = 가격 목록
tool-measure_temperature = 온도 측정
tool-plan_visit = 방문 계획
tool-open_safe = 금고 열기
tool-search_archive = 기록 보관소 검색
tool-get_items-llm = 물건 설명
tool-get_items-openai = 물건 설명
tool-refund = 고객 환불
    .amount = 금액
    .order = 주문 번호
tool-send_email = 이메일 보내기
    .to = 받는 사람
    .subject = 제목
    .body = 내용
tool-look_up_order = 주문 조회
tool-check_policy = 정책 확인
tool-draft_reply-llm = 답장 초안 작성
tool-search_news = 뉴스 검색
tool-compare_makers = 제조사 비교
tool-chart_demand = 수요 차트
tool-write_brief-llm = 브리핑 작성
tool-search_logs = 로그 검색
tool-restart_service = 서비스 재시작
tool-roll_back = 이전 버전으로 되돌리기
tool-survey = 장소 둘러보기
tool-check_stock = 재고 확인
tool-book_delivery = 배송 예약

## Stream lab

lab-view = 보기
lab-view-lanes = 레인
lab-view-timeline = 타임라인
lab-view-inspector = 인스펙터
lab-view-metrics = 지표
lab-view-code = 코드
lab-run = 실행
lab-events = 이벤트 { $count }개
lab-seconds-so-far = 지금까지 { $seconds }초
lab-lanes-choose = 사이드바에서 스트림 모드를 고르세요. 모드마다 레인이 하나씩 생겨요.
lab-lanes-ask = 질문하면 모드마다 레인이 채워져요.
lab-lanes-ended = 셀을 더블클릭하면 전체 내용을 볼 수 있어요.
lab-lanes-working = 실행 중에는 최신 항목이 위에 와요.
lab-lanes-seconds = 초
lab-lanes-nothing = 아직 도착한 것이 없어요.
lab-lanes-alt = 시간순으로 본 스트림 모드별 수신 내용
lab-lanes-empty = 이 그래프에서는 비어 있어요({ $why }).
lab-inspector-ask = 질문하면 실행의 모든 이벤트가 여기에 나열돼요.
lab-inspector-working = 지금까지의 마지막 이벤트예요. 전체 { $all }개와 필터, 세부 정보는 실행이 끝나면 볼 수 있어요.
lab-inspector-found = 이벤트 { $all }개 중 { $found }개. 행을 고르면 전체 내용이 보여요.
lab-inspector-all = 이벤트 { $count }개. 행을 고르면 전체 내용이 보여요.
lab-inspector-column-seq = 순번
lab-inspector-column-ms = 시작 후 ms
lab-inspector-column-mode = 모드
lab-inspector-column-kind = 종류
lab-inspector-column-node = 노드
lab-inspector-column-call = 도구 호출
lab-inspector-column-namespace = 네임스페이스
lab-inspector-column-bytes = 바이트
lab-inspector-column-content = 내용
lab-inspector-mode = 모드
lab-inspector-node = 노드
lab-inspector-call = 도구 호출
lab-inspector-any = 전체
lab-inspector-search = 검색
    .hint = JSON 속 텍스트
lab-inspector-alt = 실행의 이벤트
lab-inspector-event = 이벤트 { $seq }
lab-inspector-known = 어느 도구 호출인지 아는 방법: { $how }
lab-known-context = 실행의 최상위 콜백이 도구가 실행되는 컨텍스트에 호출을 적어 둬요. 그 안에서 쓰인 내용과 그 안에서 호출된 모델에는 모두 이 표시가 붙어요(agent/streaming/attribution.py). LangGraph는 알려 주지 않아요.
lab-known-message = LangGraph가 알려 줘요. 도구 메시지에 어느 호출에 대한 답인지 적혀 있어요.
lab-known-update = LangGraph가 알려 줘요. 업데이트에 든 도구 메시지에 어느 호출에 대한 답인지 적혀 있어요.
lab-known-event = LangGraph가 알려 줘요. 이벤트에 호출이 적혀 있어요.
lab-known-task = 작업의 입력이 바로 그 호출이고, 작업이 끝날 때도 작업 id가 같아요.
lab-known-namespace = 네임스페이스의 그래프가 이 호출을 위해 일해요. 표시나 작업을 보고 알 수 있어요(agent/streaming/adapter.py).
lab-metrics-ask = 질문하면 얼마나 일찍, 얼마나 빨리, 얼마나 많이 왔는지 보여 줘요.
lab-metrics-alt = 노드와 도구 호출마다 측정한 값
lab-metrics-first = 첫 출력
    .help = 질문한 순간부터 단어, 데이터, 결과 등 모드와 상관없이 읽을 것이 처음 나올 때까지 걸린 시간이에요.
lab-metrics-whole = 스트리밍이 없다면
    .help = 스트리밍이 없었다면 무언가 보일 때까지 기다렸을 시간이에요.
lab-metrics-took = 전체 완료까지
    .help = 모두 나오기까지 걸린 시간이에요. 이번에는 스트리밍으로 달라진 게 거의 없어요.
lab-metrics-tokens = 토큰
    .help = 이 실행의 모든 모델이 쓴 토큰이에요.
lab-metrics-rate = 초당 토큰
    .help = 모델이 하나라도 쓰고 있는 동안 초당 쓰인 청크 수예요. 대개 청크 하나가 토큰 하나예요.
lab-metrics-column-source = 출처
lab-metrics-column-began = 시작(초)
lab-metrics-column-first = 첫 청크(초)
lab-metrics-column-took = 걸린 시간(초)
lab-metrics-column-chunks = 청크
lab-metrics-column-tokens = 토큰
lab-metrics-column-counted = 토큰 집계
lab-metrics-column-rate = 초당 토큰
lab-metrics-reported = 서버 보고
lab-metrics-counted = 청크 수
lab-metrics-read = 서버 보고에 따르면 모델이 토큰 { $count }개를 읽었어요.
lab-metrics-note = 사용량이 보고되지 않으면 모델이 쓴 청크를 세요. 대개 토큰 하나에 청크 하나예요.
lab-timeline-ask = 질문하면 누가 언제 일했는지 보여 줘요.
lab-timeline-nothing = 아직 아무것도 없어요.
lab-timeline-words = 같은 내용을 글로 보기
lab-timeline-ticks = 눈금 하나가 읽을 내용이 있는 청크 하나예요. 모두 { $count }개예요.
lab-timeline-some-ticks = 눈금 하나가 청크 하나예요. 청크 { $all }개 중 { $drawn }개를 그렸어요.
lab-timeline-first = 선은 첫 출력 시점({ $seconds }초)이에요.
lab-timeline-more = 행 { $count }개는 생략했어요.
lab-code-ours = 각 프로그램은 이 프로젝트 폴더에서 그대로 실행돼요. 어느 서버가 답할지는 OPENAI_BASE_URL과 OPENAI_API_KEY로 정해요.
lab-code-own = 각 프로그램은 내 그래프를 지켜봐요. `your_module` 자리에 그래프가 있는 모듈을 넣으세요.
lab-code-empty = 이 그래프에서는 아무것도 출력하지 않아요({ $why }).
lab-view-ways = 방식
lab-ways-about = 도구가 스트리밍하는 방식은 다섯 가지예요. 조각이 어느 호출의 것인지 알아내는 방법이 서로 달라요. 여기서는 다섯 가지가 동시에 일해요. 방식마다 에이전트가 하나씩 있고, 데모 모델에 물어 도구를 두 장소에 대해 한꺼번에 호출해요.
lab-ways-run = 다섯 가지 모두 실행
lab-ways-column-way = 방식
lab-ways-column-lane = 조각이 도착한 때
lab-ways-column-first = 첫 조각
lab-ways-column-chunks = 조각 수
lab-ways-column-call = 호출을 아는지
lab-ways-call-yes = 알아요
lab-ways-call-other = 다른 ID로 구별해요
lab-ways-call-no = 몰라요
lab-ways-experimental = 실험 단계
lab-ways-code = 방식별 프로그램
way-stream_writer =
    .keyed = 조각만 오고, 노드조차 함께 오지 않아요.
    .use = 호출이 한 번에 하나일 때, 또는 이 프로젝트의 `watch`처럼 밖에서 호출을 붙여 줄 때 써요.
way-runtime_writer =
    .keyed = 도구가 자기 호출을 알고 있어서, 쓰는 내용에 넣을 수 있어요.
    .use = 나란히 일하는 호출에서 원하는 데이터를 보낼 때 써요.
way-output_delta =
    .keyed = LangGraph가 조각마다 호출을 붙여 줘요.
    .use = 도구의 결과를 조각조각 보낼 때 써요. `tools`와 함께 `custom`이나 `messages`도 요청하지 않으면 모두 끝에 한꺼번에 와요.
way-model_tokens =
    .keyed = 메시지마다 ID가 따로 있어요. 노드는 모두 `tools`예요.
    .use = 모델에 묻는 도구에 써요. 코드를 한 줄도 더하지 않아도 돼요.
way-projections =
    .keyed = 호출마다 스트림이 따로 있어요.
    .use = LangGraph 문서가 새 프로그램에 권하는 방식이지만, LangGraph 스스로는 아직 실험 단계라고 알려요.

## A person's own agent

own-how-to = 내 그래프와 함께 앱을 시작하면 그래프를 고치지 않아도 여기와 랩에 나타나요.

    ```bash
    make run GRAPHS=path/to/my_agent.py:graph
    ```

    `GRAPHS`에는 파일과 그 안의 이름, `package.module:name`, 또는 `langgraph.json`을 넣어요. 여러 개는 쉼표로 구분해요. 이름은 컴파일된 그래프나 그래프를 만드는 함수여야 해요. 서버에서는 `TOOLSTREAM_GRAPHS`를 설정하세요.
own-source = 내 그래프 { $source }
own-server = 에이전트 서버의 그래프 { $source }
own-mend = 고쳐서 저장한 다음 이 페이지를 새로고침하면 다시 불러와요.
own-no-file = { $file } 파일이 없어요.
own-no-graphs = { $file } 파일에 그래프가 없어요. 이름과 경로가 든 `graphs` 객체가 필요해요.
own-no-reference = { $text }: 그래프를 가리키지 않아요. file.py:name이나 package.module:name처럼 쓰세요.
own-javascript = { $file }: JavaScript 파일이에요. 여기서는 파이썬 그래프만 실행할 수 있어요.
own-no-name = { $file } 안에 { $name } 이름이 없어요.
    .others = { $file } 안에 { $name } 이름이 없어요. 있는 이름: { $others }.
own-other-type = { $source }: 그래프가 아니라 { $kind } 타입이에요.
own-syntax = { $source }: 가져오지 못했어요. { $file } { $line }번째 줄: { $error }
own-no-module = { $source }: { $package } 모듈이 설치되어 있지 않아요. pip로 설치한 뒤 새로고침하세요.
own-broken = { $source }: 불러오지 못했어요. { $error }
    .line = { $source }: 불러오지 못했어요({ $file } { $line }번째 줄). { $error }
own-loading = 불러오는 중… { $seconds }초

## A run told in plain words

narration-assistant = AI 비서
narration-reading = 질문을 읽고 있어요…
narration-read = { $who }{ PARTICLE($who, "이/가") } 질문을 읽었어요.
narration-asked = “{ $tool }” 도구를 호출했어요.
    .about = “{ $tool }” 도구를 호출했어요: { $about }
narration-asks = { $who }{ PARTICLE($who, "이/가") } “{ $tool }” 도구를 호출했어요.
    .about = { $who }{ PARTICLE($who, "이/가") } “{ $tool }” 도구를 호출했어요: { $about }
narration-asks-beside = 동시에 “{ $tool }” 도구도 호출했어요.
    .about = 동시에 “{ $tool }” 도구도 호출했어요: { $about }
narration-attempt = { $name } ({ $attempt }번째 시도)
narration-working = { $name }: { $doing }…
narration-at-work = 작업 중
narration-so-far = 지금까지 { $amount }
narration-progress = { $share } 완료
narration-done = { $name }: { $seconds }초 걸렸어요.
    .amount = { $name }: { $amount }, { $seconds }초 걸렸어요.
    .steps = { $name }: { $seconds }초 만에 { $steps }단계를 끝냈어요.
narration-halted = { $name }: { $seconds }초 만에 중지됐어요.
    .amount = { $name }: { $amount }, { $seconds }초 만에 중지됐어요.
    .steps = { $name }: { $seconds }초 만에 { $steps }단계에서 중지됐어요.
narration-failed = { $name }: { $seconds }초 만에 실패했어요.
    .why = { $name }: { $seconds }초 만에 실패했어요. { $why }
narration-result = 결과를 냈어요.
narration-thinking = { $who }{ PARTICLE($who, "이/가") } 생각하고 있어요…
narration-thought = { $who }{ PARTICLE($who, "이/가") } { $seconds }초 동안 생각했어요.
narration-announces =
    .now = { $who }{ PARTICLE($who, "이/가") } 무엇을 할지 말하고 있어요…
    .done = { $who }{ PARTICLE($who, "이/가") } 무엇을 할지 말했어요.
narration-part =
    .now = { $who }{ PARTICLE($who, "이/가") } 쓰고 있어요…
    .done = { $who }{ PARTICLE($who, "이/가") } 맡은 부분을 썼어요.
    .cut = { $who }{ PARTICLE($who, "이/가") } 맡은 부분을 다 쓰지 못했어요.
narration-answer =
    .now = 이제 답을 쓰고 있어요…
    .done = 답을 썼어요.
    .now-of = { $who }{ PARTICLE($who, "이/가") } 답을 쓰고 있어요…
    .done-of = { $who }{ PARTICLE($who, "이/가") } 답을 썼어요.
    .cut = 답을 다 쓰지 못했어요.
    .cut-of = { $who }{ PARTICLE($who, "이/가") } 답을 다 쓰지 못했어요.
narration-paused = { $name }: 답을 기다려요.
narration-answered = 사람이 답했어요: { $answer }
narration-waits = 사람의 답을 기다리고 있어요.
    .asked = 사람의 답을 기다리고 있어요: { $asked }
    .more = 사람의 답을 기다리고 있어요: 질문 { $count }개 더
narration-more = 외 { $count }개
narration-considers = { $who }{ PARTICLE($who, "이/가") } 돌아온 결과를 읽고 있어요…
narration-broke = 중간에 끊겼어요.
narration-stopped = 중지했어요.
narration-all-done = 모두 끝났어요.
amount-calls = 도구 호출 { $count }번
amount-items = 항목 { $count }개
amount-rows = 행 { $count }개
amount-points = 값 { $count }개
amount-words = 단어 { $count }개
amount-and = { $some }, { $more }

## A run as a file

pack = 리뷰 팩
    .about = 리뷰 팩 · AI 에이전트의 도구 실행 기록
    .complete = Toolstream에서 만들었어요. 이 파일 하나면 충분해요. 아무것도 불러오거나 실행하지 않고, 인터넷 없이도 열려요.
pack-assistant = AI 비서
pack-asked = 질문한 때
pack-link = 링크
pack-answer = 답변
    .none = 답변이 없어요.
pack-when = 언제 무슨 일이 있었나
    .how-to-read = 막대는 일한 시간이고, 눈금은 읽을 내용이 새로 나온 순간이에요.
pack-person = 사람에게 물어본 것
    .left-out = 답을 기다린 시간은 여기 다른 수치에 들어 있지 않아요.
    .answer = { $after } 뒤의 답: { $answer }
    .nobody = 아직 아무도 답하지 않았어요.
    .question = 질문
    .by = { $tool }의 질문
pack-tools = 도구가 한 일
    .none = 도구를 쓰지 않았어요.
    .tool = 도구
    .began = 시작
    .ended = 끝
    .state = 상태
pack-comments = 리뷰어 의견
    .none = 아직 없어요.
    .no-words = (내용 없음)
pack-thumb-up = 좋아요.
pack-thumb-down = 아쉬워요.
pack-made-with = 실행 환경
    .engineers = 개발자용
pack-first-output = 첫 출력까지
pack-never = 없음
pack-whole = 스트리밍이 없다면
pack-took = 전체 완료까지
pack-calls = 도구 호출
pack-tokens = 쓰인 토큰
pack-demo = 데모 모델이 정해진 규칙대로 쓴 글이에요. AI에게 묻지 않았어요.
pack-in-motion = 움직이는 모습 보기: { $link }
pack-from-to = { $began }~{ $ended }
pack-span = { $began }~{ $ended }초
pack-inside = { $outer } 안에서
pack-thought = 생각한 내용
pack-wrote = 쓴 내용
pack-progress = 진행 상황
pack-rows = 행
pack-points = 측정값
pack-sent = 보낸 내용
pack-shown = 보여 준 것
pack-returned = 돌려준 결과
pack-failed = 실패한 이유
pack-the-last = (전체 { $all }개 중 마지막 { $shown }개)
model-demo = { $name } (데모 모델, AI 아님)
call-asked = 호출됨
call-running = 실행 중
call-finished = 완료
call-failed = 실패
call-stopped = 중지됨

## Runs

runs-state-queued = 대기 중
runs-state-running = 실행 중
runs-state-waiting = 답을 기다리는 중
runs-state-finished = 완료
runs-state-stopped = 중지됨
runs-state-failed = 실패
runs-state-interrupted = 중단됨
runs-none = 아직 아무것도 없어요. 아무 페이지에서나 질문하면 실행이 여기에 나타나요.
runs-samples = 녹화된 예시
    .about = 데모 모델로 미리 녹화했어요.
runs-count = 실행 { $count }개
runs-new-comments = 새 의견 { $count }개
    .short = 새 의견 { $number }
runs-delete = 삭제
    .now = 완전히 삭제
    .not = 그대로 두기
runs-not-yours = 내 실행 중에는 없어요. 삭제되었거나, 너무 오래되었거나, 다른 브라우저에서 질문했을 수 있어요. 다른 사람에게 보여 주려면 공유하세요. 어디서나 열리는 링크가 생겨요.
runs-all = 모든 실행
ag-ui-unknown = 이 ID의 실행도, 실행으로 가는 링크도 없어요. 삭제되었거나 공유가 중단되었어요.
ag-ui-busy = 지금은 읽는 사람이 너무 많아요. 잠시 뒤 다시 시도해 주세요.
runs-shared = 공유된 실행
    .gone = 이 링크는 더 이상 열리지 않아요. 공유가 중단되었거나 실행이 삭제되었어요.
    .ask = 직접 질문해 보기
runs-to-its-page = 중지할 수 있는 원래 페이지로 가기
runs-kind-own = 내 실행
runs-kind-watched = 다른 사람이 에이전트 서버에서 시작한 실행이에요.
runs-kind-sample = 데모 모델로 녹화한 예시
runs-kind-shared = 다른 사람이 공유한 실행이에요. 볼 수는 있지만 소유자는 그 사람이에요.
runs-kind-upload = 파일에서 열었어요. 여기에 저장되지 않으며, 누가 만들었는지는 알 수 없어요.
runs-upload = 받은 녹화 파일 열기
    .label = 녹화 파일(.jsonl)
    .help = 나만 볼 수 있고, 저장되지 않아요.
    .busy = 지금 다른 사람들이 파일을 보내고 있어요. 잠시 후 다시 선택하세요.
    .dropped = 다른 사람들의 파일 때문에 자리를 비워야 했어요. 파일을 다시 선택하세요.
watch = 에이전트 서버의 실행 지켜보기
    .about = 다른 프로그램이 지금 거기서 하고 있는 실행이에요. 보기만 할 뿐 실행에는 아무 영향이 없어요. 이런 페이지에서 물어본 실행은 목록에 없어요.
    .none = 지금은 진행 중인 실행이 없어요.
watch-run = 지켜보기
watch-id = 또는 스레드 ID, 아니면 스레드 ID와 실행 ID
    .form = 스레드-id/실행-id
    .none = ID가 없어요. ID는 0f3c1a9e-7b52-4d0e-9a61-2f8c5d7e4b13 같은 모양이에요.
watch-stop = 그만 지켜보기
    .about = 다른 사람이 에이전트 서버에서 시작한 실행이에요. 지켜보든 말든 거기서 계속돼요.
runs-kept = **저장되는 정보:** 내 질문과 그 실행, 대화 이름, 의견, 만든 링크를 최대 { $days }일 동안, 또는 직접 삭제할 때까지 저장해요. 임의의 숫자가 든 쿠키로 내 것임을 구분할 뿐, 나에 대한 정보는 담지 않아요. 이름, 주소, 키는 저장하지 않아요. 이 서버를 운영하는 사람은 파일을 읽을 수 있어요.
    .memory = **저장되는 정보:** 내 질문과 그 실행을 서버가 다시 시작될 때까지 메모리에 보관해요. 임의의 숫자가 든 쿠키로 내 것임을 구분할 뿐, 나에 대한 정보는 담지 않아요.
replay-play = 재생
replay-pause = 일시정지
replay-speed = 속도
replay-moment = 시점
replay-at = { $all }초 중 { $at }초
replay-broken = 이 실행에는 그릴 수 없는 내용이 있어요.
review-download = 리뷰 팩
    .help = 다른 사람에게 보낼 수 있는 파일 하나예요. 답변과 도구가 한 일, 그 시점이 담겨 있고 인터넷 없이도 열려요.
    .engineers = 개발자용
    .recording = 녹화 파일(JSONL)
    .ag-ui = AG-UI 이벤트(JSONL)
review-share = 공유
    .who = 이 링크가 있으면 누구나 이 실행을 볼 수 있어요.
    .before = 링크가 있으면 누구나 **이 실행을 볼 수 있어요**. 질문, 도구가 한 일, 답변이 보이고, 로그인 없이 재생하고 내려받고 의견을 남길 수 있어요. 다른 실행을 보거나, 대화를 이어 가거나, 중지할 수는 **없어요**. 공유를 중단하거나 실행을 삭제할 때까지 열려요.
    .make = 링크 만들기
    .revoke = 공유 중단
review-comment = 의견
    .hint = 무엇이 좋았고, 무엇이 아쉬웠나요?
    .keep = 저장
    .kept = 저장했어요. 여기서 고칠 수 있어요.
review-said = 다른 사람의 의견 { $count }개
review-reads-own = 리뷰 팩에 담기고, 이 앱의 운영자가 읽을 수 있어요.
review-reads-shared = 이 실행을 공유한 사람과 이 앱의 운영자가 읽을 수 있어요.
review-reads-sample = 내 리뷰 팩에 담기고, 이 앱의 운영자가 읽을 수 있어요.
review-reads-upload = 내려받는 리뷰 팩에만 담겨요.
review-reads-pack = 이 실행의 리뷰 팩에 담겨요.
host = 운영자용: 모든 의견
    .password = 비밀번호
    .none = 아직 의견이 없어요.
    .csv = CSV로 내려받기
    .too-many = 시도가 너무 많아요. 몇 초 기다린 뒤 다시 시도하세요.
    .wrong = 비밀번호가 맞지 않아요.

## 대화의 갈래

branch-again = 다시 묻기
    .help = 지금 고른 설정으로 같은 질문을 다시 해요. 지금 답변은 새 답변 옆에 그대로 남아요.
branch-edit = 수정
    .help = 질문을 바꿔요. 먼저 한 질문은 옆에 그대로 남아요.
    .label = 질문
    .ask = 묻기
    .cancel = 취소
branch-place = { $all }개 중 { $number }번째
branch-compare = 비교
    .end = 비교 끝내기
branch-side = { $side ->
        [0] 왼쪽
       *[other] 오른쪽
    }
branch-number = 버전 { $number }

## 대화 목록

conversations = 내 대화
    .none = 아직 없어요. 질문하면 대화가 시작돼요.
    .all = 모든 대화와 실행
conversations-runs = 개별 실행
conversations-go-on = { $page } 페이지에서 이어 가기
conversations-no-page = 이 질문을 했던 페이지가 더는 없어요
conversations-questions = 질문 { $count }개
conversations-more = 더 보기
conversations-rename = 이름 바꾸기
conversations-delete = 삭제
    .sure = **{ $title }** 대화를 질문 { $count }개와 답변, 링크, 의견까지 모두 삭제할까요?
    .now = 완전히 삭제
conversations-keep = 그대로 두기
conversations-name = 대화 이름
    .save = 이름 바꾸기
## What is refused

refused-often = 1분 동안 질문을 { $most }번 했어요. { $count }초 기다리세요.
    .network = 같은 네트워크에서 1분 동안 질문을 { $most }번 했어요. { $count }초 기다리세요.
refused-empty = 먼저 질문을 입력하세요.
refused-question-long = 질문이 { $most }자보다 길어요. 줄여서 다시 물어보세요.
refused-agent = 여기에는 그런 에이전트가 없어요. 사이드바에서 고르세요.
refused-watch = 이 앱의 운영자가 다른 사람의 실행을 보여 주지 않도록 했어요.
refused-watch-ours = 이런 페이지에서 물어본 실행이에요. 물어본 사람이 공유할 수 있어요.
refused-watch-unknown = 에이전트 서버에 그런 실행이 없어요.
refused-model = 이 모델은 여기서 쓸 수 없어요. 사이드바에서 고르세요.
refused-own-tools = 이 에이전트는 자체 도구만 쓰고, 다른 도구는 받지 않아요.
refused-input-long = 입력이 { $most }자보다 길어요. 줄여서 다시 물어보세요.
refused-tool = 이 에이전트에는 { $tool } 도구가 없어요. 사이드바에서 도구를 고르세요.
refused-same-tools = 고른 도구 중 두 개의 이름이 같아요. 사이드바에서 하나만 고르세요.
refused-only-tool = 이 그래프는 { $tool } 도구만 실행해요. 사이드바에서 고르세요.
refused-tool-choice = 꼭 호출해야 하는 도구가 고른 도구 중에 없어요. 사이드바에서 고르세요.
refused-no-such-run = 답할 수 있는 내 실행이 없어요.
refused-not-yours = 내 대화 중에는 없어요. 그사이 삭제되었을 수 있어요.
refused-no-key = 이 실행은 내 키를 썼어요. 사이드바에 키를 다시 입력한 다음 답하세요.
refused-answered = 이미 답한 질문이에요.
refused-run-ended = 이 실행은 끝나서 더 답할 것이 없어요.
refused-no-such-question = 이 실행에는 그런 질문이 없어요.
refused-nothing-kept = 그 시점의 상태가 남아 있지 않아 다르게 답할 수 없어요.
refused-not-answered = 아직 답하지 않은 질문이에요. 먼저 답하세요.
refused-no-such-questions = 이 실행은 그 질문들을 한꺼번에 한 적이 없어요.
refused-answer-unwritten = 답을 저장하지 못해서 아직 반영되지 않았어요. 잠시 후 다시 시도하세요.
refused-answer-long = 답이 { $most }자보다 길어요. 줄여서 다시 보내세요.
refused-crowded = 지금 답을 기다리는 방문자가 너무 많아요. 잠시 후 다시 시도하세요.
refused-busy = 지금 다른 사람들도 같은 작업을 하고 있어요. 잠시 후 다시 시도하세요.
refused-too-much = 여기서 쓸 수 있는 시간이나 메모리를 넘었어요.
refused-not-deleted = 삭제하지 못했어요. 잠시 후 다시 시도하세요.
refused-unchanged = 저장하지 못해서 바뀐 것이 없어요. 잠시 후 다시 시도하세요.
refused-name-long = 이름이 { $most }자보다 길어요. 줄여 주세요.
refused-comment-long = 의견이 { $most }자보다 길어요. 줄여서 다시 보내세요.
refused-comment-unwritten = 의견을 저장하지 못했어요. 잠시 후 다시 시도하세요.
refused-comments-many = 이 실행에는 의견이 이미 { $most }개 있어서 더 받지 않아요.
refused-comments-yours = 이미 실행 { $most }개에 의견을 남겼어요. 그중 하나를 먼저 지우세요.
refused-trap-crowded = 지금 시도하는 방문자가 너무 많아요. 잠시 후 다시 시도하세요.

## Why a run ended

ended-limit = 실행이 { $seconds }초 한도에 이르렀어요. 그때까지 받은 내용은 남아 있어요.
ended-unanswered = { $count }일 동안 아무도 답하지 않아서 중지했어요. 그때까지 받은 내용은 남아 있어요.
ended-restart = 서버가 다시 시작되면서 실행이 중단됐어요.
ended-restart-key = 이 질문이 기다리는 동안 서버가 다시 시작됐어요. 직접 입력한 키는 저장하지 않으므로 이어 갈 수 없었어요. 다시 물어봐 주세요.
ended-stopped = 중지했어요. 그때까지 받은 내용은 남아 있어요.
    .nothing = 아직 받은 내용이 없을 때 중지했어요.
    .queued = 시작하기 전에 취소했어요.
ended-deleted = 이 실행은 삭제되었어요.
ended-too-long = 답이 여기서 허용하는 길이에 이르렀어요. 그때까지 받은 내용은 남아 있어요.
ended-gone = 기다리는 동안 저장해 둔 상태가 없어져서 이어 갈 수 없어요. 다시 물어보세요.
ended-asks-otherwise = 다시 실행하니 에이전트가 다른 것을 물어서 답을 바꿀 수 없어요. 다시 물어보세요.
ended-keeps-nothing = 이 에이전트는 사람에게 묻지만 그동안 상태를 저장하지 않아서 이어 갈 수 없어요.
ended-damaged = 이 실행의 녹화는 여기서부터 손상됐어요.
ended-unreadable = 이 대화의 저장된 상태를 읽을 수 없어요. 새 대화에서 물어보세요.
ended-not-written = 대화를 저장하지 못해서 실행을 끝냈어요. 잠시 후 다시 시도하세요.
ended-file-damaged = 대화를 저장하는 파일이 손상되어 새로 시작했어요. 다시 물어보세요.
ended-disk-full = 서버의 디스크가 가득 차서 대화를 저장하지 못했어요. 나중에 다시 시도하세요.
ended-busy = 다른 작업이 너무 오래 저장하고 있어서 대화를 저장하지 못했어요. 다시 시도하세요.
ended-no-database = 대화를 저장하는 데이터베이스가 응답하지 않아요. 잠시 후 다시 시도하세요.
ended-unwritten = 이 실행의 나머지는 저장하지 못했어요. 서버의 디스크가 가득 찼거나 바빴어요.
ended-unrecorded = 서버의 디스크가 가득 찼거나 바빠서 이 실행을 저장하지 못했어요. 지금은 볼 수 있지만 서버가 다시 시작되면 사라져요.
ended-killed = 이 실행 중에 서버가 멈춰서 중단됐어요.

ended-no-tool = { $tool } 도구가 더는 없어요. 다른 도구로 다시 물어보세요.

server-unreachable = 실행을 맡은 에이전트 서버가 응답하지 않아요. 1분 뒤에 다시 시도해 주세요.
server-key = 에이전트 서버가 이 앱의 키를 받아들이지 않았어요({ $status }). 운영자가 TOOLSTREAM_AGENT_SERVER_HEADER를 설정해야 해요.
server-refused = 에이전트 서버가 이 실행을 받아들이지 않았어요({ $status }). 다시 물어보거나 다른 에이전트를 골라 주세요.
server-no-agent-server = 에이전트 서버 주소에서 응답하는 것은 에이전트 서버가 아니에요. 운영자가 주소를 고쳐야 해요.
server-forgot = 에이전트 서버가 이 실행을 더는 알지 못해요. 받은 내용은 남아 있으니 다시 물어봐 주세요.
server-run-failed = 에이전트 서버에서 오류가 나서 이 실행이 끝났어요({ $kind }). 받은 내용은 남아 있어요.
server-graph-broken = 에이전트 서버가 그래프 { $graph }{ PARTICLE($graph, "을/를") } 불러오지 못했어요. 이유는 서버 로그에 있어요.
server-no-worker = 에이전트 서버에서 이 실행을 처리하는 작업자가 없어요. 지금까지 받은 내용은 남아 있어요. 잠시 뒤에 다시 물어보세요.
server-stopped = 누군가 에이전트 서버에서 이 실행을 멈췄어요. 받은 내용은 남아 있어요.
server-none = 이 실행은 에이전트 서버의 것인데, 지금은 연결된 서버가 없어요. 다시 물어봐 주세요.
server-left-out = 에이전트 서버가 { $modes } 스트림을 보내지 않아서 이 실행에는 빠져 있어요.
server-unattributed = 에이전트 서버가 일부 내용이 어느 도구 호출의 것인지 알려 주지 않아서, 도구 안이 아니라 옆에 두었어요. 에이전트 코드에 attributed(graph) 한 줄을 넣으면 달라져요.
server-watched-late = 지켜보기 전에 이 실행이 한 일은 에이전트 서버에 남아 있지 않아요.
server-watched-whole = 에이전트 서버가 이 실행의 말을 낱말 단위로 보내지 않아서 한꺼번에 나타나요.
server-watched-waits = 이제 사람의 답을 기다리는 실행이에요. 답은 실행을 시작한 곳에서만 할 수 있어요.
server-watched-limit = 이 실행을 { $seconds }초 동안 지켜봤고, 그것이 여기의 한도예요. 에이전트 서버에서는 계속되고 있을 수 있어요.
ended-watching = 그만 지켜보기로 했어요. 실행은 에이전트 서버에서 계속돼요.

## What an MCP server did

mcp-server-starting = “{ $server }” MCP 서버가 시작하고 있어요.
mcp-server-ready = “{ $server }” MCP 서버에 도구가 { $count }개 있어요. 사이드바에 있어요.
mcp-not-installed = MCP 도구에 필요한 패키지가 설치되어 있지 않아요: pip install -r requirements-mcp.txt
mcp-not-started = “{ $server }” MCP 서버의 명령을 실행할 수 없어서 시작하지 못했어요.
mcp-unreachable = “{ $server }” MCP 서버에 연결할 수 없어요. 서버가 켜져 있는지 확인한 뒤 다시 시도하세요.
mcp-silent = “{ $server }” MCP 서버가 { $seconds }초 안에 응답하지 않았어요.
mcp-died = “{ $server }” MCP 서버가 답하기 전에 종료됐어요.
mcp-junk = “{ $server }” MCP 서버가 MCP 메시지가 아닌 것을 보냈어요.
mcp-too-much = “{ $server }” MCP 서버가 한 번에 { $megabytes }MB보다 많이 보냈어요.
mcp-answer-long = “{ $server }” MCP 서버의 답이 { $most }자보다 길어요.
mcp-refused = “{ $server }” MCP 서버가 오류를 알렸어요: { $message }

## What a model server did

model-own-error = 에이전트가 자체 오류({ $kind })로 멈췄어요. 자세한 내용은 서버 로그에 있어요.
model-hint = {" "}(대개 /v1로 끝나요)
model-no-credit = 모델 서버 계정의 잔액이 없어요{ $status }. 충전하거나 다른 키나 모델을 쓰세요.
model-quota = 모델 서버가 바쁘거나 계정의 사용량을 다 썼어요(429). { $when } 다시 시도하세요.
model-key = 모델 서버가 키를 거부했어요{ $status }. 키를 확인하고 다시 시도하세요.
model-proxy = 프록시가 모델 서버에 연결할 수 없다고 해요{ $status }. 잠시 후 다시 시도하세요.
model-firewall = 프록시나 방화벽이 이 요청을 모델 서버로 보내지 않아요{ $status }.
model-web-page = 모델 서버 대신 웹 페이지가 응답했어요{ $status }. OPENAI_BASE_URL을 확인하세요{ $hint }. 프록시도 확인하세요.
model-unknown = 모델 서버에 없는 모델이에요{ $status }. 다른 모델을 고르세요.
model-wrong-path = 이 주소의 모델 서버에는 채팅이 없어요{ $status }. OPENAI_BASE_URL을 확인하세요{ $hint }.
model-not-allowed = 이 키로는 이 모델을 쓸 수 없어요{ $status }. 다른 모델을 고르세요.
model-overloaded = 모델 서버가 과부하 상태이거나 모델을 아직 불러오고 있어요{ $status }. 잠시 후 다시 시도하세요.
model-fault = 모델 서버 자체에 문제가 있어요(5xx: { $status }). 잠시 후 다시 시도하세요.
model-not-accepted = 모델 서버가 요청을 받아들이지 않았어요({ $status }). 다른 모델이나 다른 도구로 해 보세요.
model-error = 모델 서버가 오류로 응답했어요. 잠시 후 다시 시도하세요.
model-not-an-answer = 모델 서버가 답이 아닌 것을 보냈어요.
model-stalled = 모델 서버가 아무 말이 없어서 답을 그만 기다렸어요.
model-broken = 답하는 도중에 모델 서버와의 연결이 끊겼어요.
model-unreachable = 모델 서버에 연결할 수 없거나 연결이 끊겼어요. 서버가 실행 중인지 확인하고 다시 시도하세요.
model-error-midway = 답하는 도중에 모델 서버가 오류를 알렸어요.
model-too-long = 이 모델에는 대화가 너무 길어요. 새 대화를 시작하거나 더 짧게 물어보세요.
model-steps = 에이전트가 답을 내지 못한 채 단계 한도에 이르렀어요. 한 번에 한 가지씩 물어보세요.
model-ended-early = 모델의 답이 다 끝나기 전에 끊겼어요.
model-many-calls = 모델이 한 번에 도구를 { $most }개 넘게 요청했어요.
model-declined = 모델이 이 질문에는 답하지 않겠다고 했어요. 다르게 물어보세요.
model-cut-call = 도구 호출이 다 쓰이기 전에 답이 모델의 길이 한도에서 끊겼어요.
model-cut-thinking = 모델이 아직 생각하는 중에 답이 길이 한도에서 끊겼어요.
model-cut = 답이 모델의 길이 한도에서 끊겼어요. 그때까지 받은 내용은 남아 있어요.
model-filtered = 모델 서버의 콘텐츠 필터가 답을 막았어요. 다른 것을 물어보세요.
model-only-thought = 모델이 생각만 하고 답하지 않았어요.
model-empty = 모델이 답하지 않았어요.
model-sent-too-much = 모델 서버가 한 번에 { $megabytes }MB 넘게 보내서 더 읽지 않았어요.
tool-unfit = 인수가 { $tool } 도구에 맞지 않아요.
tool-unknown = { $tool } 도구가 없어요. 쓸 수 있는 도구: { $known }.
model-arguments = { $name }의 인수가 온전한 JSON 객체가 아니어서 실행하지 않았어요.

## When to try again

when-moment = 잠시 후
when-minute = 1분쯤 후
when-seconds = { $count }초 후
when-minutes = { $count }분 후
when-hours = { $count }시간 후
when-another-day = 다른 날

## What is not filled in

unfilled-missing = { $field }: 입력하세요.
unfilled-no-json = { $field }: JSON이 아니에요.
unfilled-type = { $field }: { $kind ->
        [integer] 정수를
        [number] 숫자를
        [string] 글을
        [boolean] 예 또는 아니요를
        [array] 목록을
       *[other] 객체를
    } 입력하세요.
unfilled-low = { $field }: { $least } 이상이어야 해요.
unfilled-high = { $field }: { $most } 이하여야 해요.
unfilled-short = { $field }: { $count }자 이상이어야 해요.
unfilled-long = { $field }: { $count }자 이하여야 해요.
unfilled-not-offered = { $field }: 다음 중 하나여야 해요. { $choices }
unfilled-otherwise = { $field }: 형식이 맞지 않아요({ $why }).
unfilled-answer = 답을 입력하세요.
unfilled-choice = 답을 고르세요.
unfilled-unfit = 이 질문이 받을 수 있는 형식의 답이 아니에요.

## What is wrong with a file

file-no-recording = 알려진 형식의 Toolstream 녹화 파일이 아니에요.
file-no-event = 파일에 이벤트가 아닌 줄이 있어요.
file-no-header = 파일의 첫 줄에 녹화의 시작 정보가 없어요.
file-large = 파일이 { $megabytes }MB보다 커요.
file-line-no-event = 파일의 { $line }번째 줄이 이벤트가 아니에요.
file-line-not-next = { $line }번째 줄이 실행의 다음 이벤트가 아니에요.
file-events-many = 파일에 이벤트가 { $most }개 넘게 있어요.
file-line-stray = { $line }번째 줄은 이벤트지만 실행에 속하지 않아요.
file-items-many = 실행에 도구 호출과 답변이 { $most }개 넘게 있어요.
file-line-long = { $line }번째 줄이 { $most }바이트보다 길어요.
file-line-values = { $line }번째 줄에 값이 { $most }개 넘게 있어요.
file-line-no-json = { $line }번째 줄이 JSON이 아니에요.
file-line-deep = { $line }번째 줄에 목록이 { $most }단계 넘게 중첩돼 있어요.
file-head-no-json = 첫 줄이 JSON이 아니에요.

## Pitfalls

pitfall-blocking_call = 모든 것이 한꺼번에 도착해요
    .seen = 도구는 일하는 동안 찾을 때마다 알리지만, 한참 아무것도 보이지 않다가 한꺼번에 나타나요.
    .why = `async` 함수 안의 블로킹 호출이 이벤트 루프 전체를 멈춰서 전달까지 멈춰요.
pitfall-calls_in_turn = 두 번째 호출은 아무것도 보여 주지 않아요
    .seen = 두 호출이 동시에 일해요. 첫 번째는 스트리밍되지만, 똑같이 보낸 두 번째 호출의 내용은 하나도 보이지 않아요.
    .why = `version="v3"`은 나중에 읽을 사람을 위해 남겨 두는 것이 없어요. 첫 호출을 끝까지 읽는 동안 두 번째가 보낸 것은 버려져요. `run.tool_calls`보다 `run.messages`를 먼저 읽을 때도 마찬가지예요.
    .outcome = 실시간이지만 두 호출 중 하나만 보였어요.
pitfall-inner_graph = 에이전트를 더 큰 그래프에 넣었더니 조용해졌어요
    .seen = 혼자서는 잘 스트리밍하던 에이전트가 더 큰 그래프의 한 단계가 되면 조용해져요.
    .why = 그래프 안의 에이전트는 하위 그래프라서, 그 안의 스트림은 `subgraphs=True`일 때만 전달돼요.
pitfall-new_loop = 첫 질문은 되는데 두 번째는 실패해요
    .seen = 첫 답은 제대로 스트리밍되지만 다음 질문은 `Event loop is closed`로 끝나요.
    .why = `asyncio.run`은 이벤트 루프를 만들었다가 닫지만, 클라이언트는 그 루프에 속한 연결을 계속 붙들고 있어요. Streamlit도 비동기 제너레이터를 `st.write_stream`에 넣으면 똑같이 해요.
pitfall-no_custom = v3로 옮겼더니 도구의 소식이 사라졌어요
    .seen = 도구는 전처럼 쓰고 실행도 잘 끝나지만, 모든 이벤트를 살펴봐도 도구가 알린 내용은 하나도 없어요.
    .why = `version="v3"`은 트랜스포머가 필요로 하는 모드만 요청하는데, 기본 트랜스포머 가운데 `custom`이 필요한 것은 없어요. `run.custom`도 없고요. `CustomTransformer`를 넘겨야 둘 다 생겨요.
pitfall-stop = 중지를 눌러도 계속 일해요
    .seen = 중지하면 화면은 멈추지만, 그 뒤에서 도구는 계속 일하고 비용도 계속 나가요.
    .why = 일반 `def` 도구는 스레드에서 실행되는데, 파이썬은 스레드를 취소할 수 없어요. `async def` 도구는 다음 `await`에서 끝나요.
pitfall-stream_mode = 도구가 알려도 아무도 듣지 못해요
    .seen = 도구는 일하며 쓰고 실행도 잘 끝나지만, 알린 내용은 하나도 보이지 않아요. 오류도 없어요.
    .why = 도구가 쓰는 내용은 `custom` 모드로 전달돼요. 흔히 쓰는 `updates`만으로는 받을 수 없어요.
pitfall-swallowed = AI 비서가 묻지 않고 실패했다고 해요
    .seen = 도구가 먼저 물어봐야 하는데, 아무에게도 묻지 않고 AI 비서가 대신 오류를 알려요.
    .why = `interrupt()`는 `Exception`의 하나인 `GraphInterrupt`를 일으켜요. 모든 예외를 잡는 도구나 그 래퍼는 질문을 실패로 여겨요.
    .outcome = 아무에게도 묻지 않았어요.
pitfall-sync_model_call = 단어가 한꺼번에 쏟아져요
    .seen = 도구 안의 모델은 한 단어씩 쓰지만, 다 쓴 뒤에야 모든 단어가 한꺼번에 나타나요.
    .why = `invoke`는 다른 대기 호출처럼 이벤트 루프를 막아요. `ainvoke`는 단어를 하나씩 통과시켜요.
pitfall-truncated = 온전해 보이는 반쪽 답
    .seen = 답이 문장 중간에서 끝나는데, 프로그램은 다 왔다고 여겨요.
    .why = 답하는 도중에 사라지면서 연결을 정상적으로 닫은 서버나 프록시는 흔적을 하나만 남겨요. `finish_reason`이 없는데, OpenAI 클라이언트도 ChatOpenAI도 이를 확인하지 않아요.
    .outcome = 문장 중간에서 끝났는데, 다 온 것처럼 보여요.
pitfall-twice = 고객이 이메일을 두 번 받아요
    .seen = AI 비서가 고객에게 알리고 지급해도 되는지 묻는데, 승인하면 고객에게 또 알려요.
    .why = 답을 받으면 LangGraph는 도구를 첫 줄부터 다시 실행하고, 그때 `interrupt()`가 답을 돌려줘요.
    .outcome = 이메일이 두 번 발송됐어요.
pitfall-tools_alone = 도구는 조각조각 보내는데 한꺼번에 와요
    .seen = 도구가 일하면서 찾은 것을 `emit_output_delta`로 하나씩 보내지만, 다 끝나고 나서야 모두 도착해요.
    .why = `tools` 모드만 쓰거나 `updates`와 함께 쓰면 LangGraph는 단계가 끝날 때 이벤트를 넘겨줘요. `custom`이나 `messages`도 요청하거나 `subgraphs=True`일 때만 바로 넘겨줘요.
pitfall-whose_chunk = 두 도구가 동시에 말해서 뒤죽박죽이 돼요
    .seen = 모델이 두 장소에 대해 동시에 도구를 호출하면, 두 도구의 단어가 한 글에 섞여 나와요.
    .why = LangGraph는 도구가 쓴 내용을 전달하면서 어느 호출이 썼는지는 알려 주지 않아요.
    .outcome = 실시간이지만 두 호출의 단어가 섞였어요.
pitfall-wrong = 잘못된 방법
pitfall-right = 올바른 방법
pitfall-run = 둘 다 실행
pitfall-fix = 해결 방법
    .discussed = 파이썬의 모든 버전에서 일어나요.
    .threads = 관련 논의: { $threads }
    .code = 양쪽의 코드
    .file = 전체 코드는 `{ $file }`에 있어요.
pitfall-state-waiting = 다른 함정이 끝나기를 기다리고 있어요
pitfall-state-starting = 양쪽에 하나씩 프로세스 두 개를 시작하고 있어요
pitfall-call = 호출 { $number }
pitfall-failed = 실패했어요: { $why }
pitfall-told = 방문자에게 보이는 안내: { $what }
pitfall-mark-stop = 중지
pitfall-mark-question = 질문
pitfall-mark-asks = 확인 요청
pitfall-mark-yes = 승인
pitfall-asks-place = 사무실에 어떤 물건이 있나요?
pitfall-asks-both = 사무실과 침실에 어떤 물건이 있나요?
pitfall-asks-refund = 7번 주문을 환불해 주세요
pitfall-does-sent = 메일 발송
pitfall-does-refunded = 환불 완료
pitfall-does-failed = 실패: { $error }
pitfall-does-read = { $year }년 읽음
pitfall-not-started = 시작하지 못했어요.
pitfall-broke-off = 중간에 끊겼어요.
pitfall-too-slow = 시간 한도까지 끝나지 않아서 강제로 끝냈어요.
pitfall-too-much = 보여 줄 수 있는 것보다 많이 보내서 강제로 끝냈어요.
pitfall-verdict-nothing = 아직 아무것도 없어요
pitfall-verdict-so-far = 지금까지 { $count }조각
pitfall-verdict-unseen = { $seconds }초 동안 아무것도 보이지 않았어요.
pitfall-verdict-failed = { $count }조각 뒤에 실패했어요.
pitfall-verdict-told = 중간에 끊겼고, 그 사실을 알려요.
pitfall-verdict-went-on = 중지한 뒤에도 { $seconds }초 동안 계속됐어요.
pitfall-verdict-stopped = 중지하자 바로 끝났어요.
pitfall-verdict-burst = { $seconds }초 동안 아무것도 없다가 한꺼번에 나왔어요.
pitfall-verdict-live = 실시간: { $began }초부터 { $ended }초까지 { $count }조각.

## What the demo model says

demo-about-me = 저는 데모 모델이에요. **AI가 아닌** 작은 프로그램이에요. 정해진 규칙대로 늘 똑같이 답해서, API 키 없이도 이 앱이 동작해요. 사무실부터 등대까지 장소 { $places }곳을 알고, 주어진 도구를 호출해요.
demo-greeting = 안녕하세요! 저는 데모 모델이에요. AI는 아니지만 몇몇 장소를 잘 아는 프로그램이에요. “사무실에 무엇이 있나요?”나 “침실과 부엌에 무엇이 있나요?”라고 물어보세요.
demo-unknown = “{ $topic }”에 대해서는 아는 것이 없어요
demo-no-answer = 그 질문에는 답할 수 없어요
demo-knows = 질문: “{ $said }”

    { $unknown }. AI가 아닌 데모 모델이라 미리 적어 둔 것만 알아요. 이런 장소에 무엇이 있는지 알려 줄 수 있어요: { $known }.
demo-describes = { $named }에서 볼 수 있는 것 { $count }가지를 소개할게요.
demo-or = { $others }, { $last }
demo-and = { $others }, { $last }
demo-take-away = { $without }{ PARTICLE($without, "이/가") } 없다면 같은 곳이라고 하기 어려울 거예요.
demo-wanted = { $wanted }가지를 물었지만, 데모 모델은 { $known }가지만 알아요.
demo-found = 확인한 내용이에요.
demo-nothing-to-report = 그래서 알려 드릴 것이 없어요. 다시 묻거나 다른 것을 물어보세요.
demo-offer = 상품권이나 교환도 제안할 수 있어요. 어느 쪽이 좋을까요?
demo-some-failed = 호출 { $all }건 중 { $failed }건이 실패했어요.
demo-tool-says = **{ $tool }**: { $said }
demo-tool = {""}
    .about = **{ $about }**
    .named = *{ $tool }*
    .named-about = **{ $about }** *{ $tool }*
demo-tool-failed = { $tool } 실패: { $why }
demo-tool-nothing = { $tool } 결과 없음
demo-tool-found = { $tool } 결과: { $found }
demo-tool-wrote = { $tool } 결과: 위의 글({ $words }단어)
demo-tool-names = { $tool } 결과: { $names }
    .more = { $tool } 결과: { $names } 외 { $more }개

## A run on the page

run-starting = 시작하고 있어요
run-queued = { $place }번째로 순서를 기다리고 있어요
run-without = 스트리밍 없이 작업 중이에요. 모두 끝날 때까지 아무것도 보이지 않아요
run-silent = { $seconds }초째 소식이 없어요
run-working = 작업 중
run-thinking = 생각 중
run-nothing-until = **{ $seconds }초** 동안 아무것도 없다가 한꺼번에 나왔어요.
run-first-late = 첫 출력까지 **{ $first }초** 걸렸어요.
run-all-at-once = 모두 **바로** 나왔어요.
run-first = 첫 출력까지 **{ $first }초**. 스트리밍이 없었다면 { $whole }초를 기다렸을 거예요.
run-first-at-once = 첫 출력이 **바로** 나왔어요. 스트리밍이 없었다면 { $whole }초를 기다렸을 거예요.
run-thinks = { $seconds }초째 생각 중
run-thought = { $seconds }초 동안 생각함
    .moment = 잠깐 생각함
run-what-it-thinks = 생각하는 내용
run-reasoning = 추론
run-returned = 반환값: { $result }
run-result = 결과: { $result }
run-attempt = { $attempt }번째 시도
run-more = 여기에 그리지 않은 것이 { $count }개 더 있어요.
run-no-input = (입력 없음)

## 도구가 보여 주는 것

shape-image = 이미지
shape-diagram = 다이어그램
shape-card = 카드
shape-download = { $name } ({ $size })
shape-more = { $count }개가 더 있지만 여기에는 보이지 않아요.
shape-rows = 전체 { $count }행 중 처음 { $shown }행
shape-columns = 열이 { $count }개 더 있지만 여기에는 보이지 않아요.
shape-fields = 항목 { $count }개가 더 있어요
shape-cut = 전체 { $all }자 중 처음 { $shown }자
shape-elsewhere = 다른 곳에 있는 것이에요. 거기서 아무것도 불러오지 않았어요.
shape-elsewhere-image = 다른 곳에 있는 이미지예요. 불러오지 않았어요.
shape-image-large = 이 이미지는 { $size }라서 담을 수 없어요. 한 번 실행할 때 이미지와 파일은 모두 합쳐 { $most }까지 담아요.
shape-image-pixels = 이 이미지는 { $pixels }픽셀이라서 그리지 않았어요. { $most }백만 픽셀까지 그려요.
shape-image-unreadable = 이 이미지의 내용({ $size })은 PNG, JPEG, GIF, WebP가 아니어서 그리지 않았어요.
shape-image-svg = SVG 이미지는 프로그램을 담을 수 있어서 그리지 않아요. 원본은 이래요.
shape-file-large = 이 파일은 { $size }라서 담을 수 없어요. 한 번 실행할 때 이미지와 파일은 모두 합쳐 { $most }까지 담아요.
shape-file-unreadable = 이 파일은 내용이 base64가 아니어서 내려받을 수 없어요.
shape-diagram-source = 다이어그램의 원본이에요.
shape-diagram-language = Mermaid 다이어그램만 그려요. 원본은 이래요.
shape-diagram-many = 도구 하나의 다이어그램은 { $most }개까지 그려요. 나머지 하나의 원본은 이래요.
shape-diagram-kind = 이런 종류의 다이어그램은 그리지 않아요. 원본은 이래요.
shape-diagram-parts = 이 다이어그램에는 마크업이나 링크, 설정이 들어 있어서 그리지 않아요. 원본은 이래요.
shape-diagram-long = { $most }자까지의 다이어그램만 그려요. 이것은 더 길어요. 원본은 이래요.

## Questions to a person

card-approved = 승인했어요
card-changed = 바꿔서 승인했어요: { $changes }
card-change = { $name } { $value }
card-changes = { $some }, { $more }
card-rejected = 거절했어요
    .why = 거절했어요: { $why }
card-cancelled = 취소했어요
card-answered = 답했어요: { $answer }
card-wants-tool = AI 비서가 도구 “{ $tool }”{ PARTICLE($tool, "을/를") } 쓰려고 해요.
card-asks = AI 비서가 물어볼 것이 있어요.
card-ask-go-on = AI 비서가 계속해도 되는지 물어요.
card-go-on = 계속하기
card-breakpoint = 프로그램에 정해진 대로 AI 비서가 여기서 멈췄어요. 다음: { $next }
card-approve = 승인
card-edit = 수정
card-reject = 거절
card-respond = 답하기
card-cancel = 취소
card-send = 보내기
card-back = 뒤로
card-undo = 다시 고르기
card-approve-changed = 바꾼 대로 승인
card-reason = 이유 (선택)
card-your-answer = 내 답
card-more = { $count }개 더 보기
    .of-others = 질문 더 보기
    .not-here = 질문이 더 있지만 여기에는 보이지 않아요.
card-anything = 글 또는 JSON
card-or-only = 또는
card-yes = 예
card-no = 아니요
card-sent-together = 나머지 결정 { $count }개를 마치면 함께 보내요.
card-otherwise = 다르게 답하기
    .help = 여기서부터 다른 답으로 이어 가요. 지금 결과는 옆에 그대로 남아요.
    .not = 답 그대로 두기
card-waits = 답을 기다려요
card-unanswered = 답하지 않았어요
card-held = 위 질문에 답할 때까지 기다려요
card-waiting-you = AI 비서가 답을 기다리고 있어요.
    .since = AI 비서가 { $time }째 답을 기다리고 있어요.
card-waiting = 답을 기다리고 있어요. 질문한 사람만 답할 수 있어요.
    .since = { $time }째 답을 기다리고 있어요. 질문한 사람만 답할 수 있어요.
card-minutes = { $count }분
card-hours = { $count }시간
card-days = { $count }일
