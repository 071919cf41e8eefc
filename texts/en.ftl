# Every sentence in English. ko.ftl has the same keys with the same placeables.
# A key begins with its room. Marks are Streamlit's Markdown: **bold**, *italics*, `code`, :gray[...].

## Languages

language-name = English
language-choice = Language

## In many places

time-seconds = { $seconds } s
state-queued = Waiting for its turn
state-running = Working
state-waiting = Waiting for a person
state-finished = Finished
state-stopped = Stopped
state-failed = Failed
value-yes = yes
value-no = no
timeline-span = { $from } to { $to } s: { $name } { $does }
timeline-paused = { $at } s: { $seconds } s of waiting for a person
timeline-first = { $seconds } s: the first output
timeline-queued = Before it began: { $seconds } s in the queue
timeline-does-waits = waits for its first output
timeline-does-writes = writes
timeline-does-works = works

## Dates

# Patterns in the letters of Unicode (TR 35).
time-date = d MMMM y
time-moment = d MMM y, HH:mm
time-moment-everywhere = d MMMM y, HH:mm 'UTC'

## Pages

page-home = Home
    .summary = What this is, and one example to watch.
    .ask-1 = Can order 1042 be refunded? Look it up and check the refund policy
page-refund = Refund
    .summary = A customer wants money back: the order, the policy and a reply to send.
    .intro = A customer wants their money back. The assistant looks up the order **and** the policy at the same time, and you read the reply as it is written.
    .ask-1 = Can order 1042 be refunded? Look it up and check the refund policy, then draft a reply
    .ask-2 = Look up order 2077 and check the warranty policy
    .ask-3 = Check the delivery policy
page-market_brief = Market brief
    .summary = News, a table and a chart fill side by side, then the brief is written.
    .intro = Somebody needs a brief by noon. News, a table and a chart fill **side by side**: you see what the brief is built on before its first word.
    .ask-1 = Search the news about electric bikes, compare the makers and chart the demand, then write a brief
    .ask-2 = Compare the makers of heat pumps and chart the demand
    .ask-3 = Search the news about meal kits, then write a brief
page-incident = Incident
    .summary = A service is down: a long search, a step that fails, and the way back.
    .intro = A service is down. See how far the search has got, **which step fails and when**, and how the assistant recovers.
    .ask-1 = The checkout is down: search its logs, then restart it, and if that fails roll it back
    .ask-2 = Search the logs of the catalog and of the sign-in
    .ask-3 = Restart the sign-in
page-ask_me_first = Ask me first
    .summary = An assistant that asks you before it pays or writes to anybody.
    .intro = Before it pays or writes to anybody, this assistant **asks you**. Approve, correct it, or say no: it waits as long as you need, even if you close the page.
    .ask-1 = Order 1042 arrived damaged. Look it up and check the refund policy, then refund 129 dollars for order 1042 and send an email to okafor@example.com
    .ask-2 = Refund 54 dollars for order 2077
    .ask-3 = Send an email to lindqvist@example.com
page-mcp_tools = MCP tools
    .summary = Tools of other programs, over the Model Context Protocol: progress, log lines, questions.
    .intro = These tools belong to **another program**, an MCP server. What it reports while it works appears with the call it belongs to, **even when two work at once**; when it asks, you answer.
    .ask-1 = Check the stock in Busan and in Rotterdam, then book a delivery of 10 desks from Busan
    .ask-2 = Check the stock in Oakland
    .ask-3 = Book a delivery of 500 desks from Rotterdam
page-custom_data = Custom data
    .summary = A tool sends whatever it likes while it works: finds, progress, rows.
    .intro = A tool can send **anything** while it works: what it has found so far, how far along it is, a row of a table. Ask what is in a place, and watch the tool report each find before it is done.
    .ask-1 = What items are in the office?
    .ask-2 = What items are in the office and the bedroom?
    .ask-3 = What items are in the kitchen?
page-llm_tokens = LLM tokens
    .summary = A tool asks a language model, and you see every word as it is written.
    .intro = This tool asks a **language model** of its own. You see its words appear inside the tool, one by one, and then the assistant's answer, written from what the tool returned.
    .ask-1 = What items are in the bedroom?
    .ask-2 = What items are in the library and the garage?
    .ask-3 = What items are in the lighthouse?
page-without_langchain = Without LangChain
    .summary = The same with the plain OpenAI client: the tool passes on each word itself.
    .intro = The same assistant, built with the plain **OpenAI client**. Nobody collects the words for us, so the tool passes on each one as it comes. On the page it looks the same, and that is the point.
    .ask-1 = What items are in the bedroom?
    .ask-2 = What items are in the office and the kitchen?
    .ask-3 = What items are in the museum?
page-stream_lab = Stream lab
    .summary = For developers: one run in all eight stream modes, event by event.
    .intro = What is **really** going on in there? One question, one run, every stream mode of LangGraph: who sent what, when, and how we know.
    .ask-1 = Search the archive for the lighthouse and take inventory of the garage
    .ask-2 = What items are in the office and the bedroom?
    .ask-3 = Plan a visit to the museum
page-your_agent = Your agent
    .summary = Your own LangGraph agent at work, every chunk with its tool call.
page-pitfalls = Pitfalls
    .summary = Thirteen ways to get it wrong, each beside the right one.
    .intro = Thirteen things that go wrong when you want to watch tools at work. Press a button: the **wrong way** and the **right way** run at the same time, and every line is one piece that has arrived.
page-runs = Runs
    .summary = Replay, share or download your runs.
    .intro = Every question you ask is kept as a **run**: open it again, replay it, share it, download it.
page-cannot-start = The app cannot start: { $why }

settings-no-count = { $name } must be a whole number above 0, not { $text }.
settings-no-number = { $name } must be a number above 0, not { $text }.
settings-no-switch = { $name } must be 0 or 1, not { $text }.
settings-database = TOOLSTREAM_DATABASE_URL must start with postgresql://, as in postgresql://user@host/name.
settings-otel = OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, not { $text }. With OTEL_TRACES_EXPORTER=none there are no traces.
settings-url = OPENAI_BASE_URL must be an address that starts with http:// or https://, not { $text }.
settings-key = { $name } has characters in it that no key has, perhaps a line break in the middle.
settings-proxy = The proxy that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names cannot be used. It must start with http:// or https://.
settings-secrets = Streamlit's secrets cannot be read. They must be TOML, as in .streamlit/secrets.toml.example.
settings-mcp-unread = TOOLSTREAM_MCP names { $path }, which cannot be read.
settings-mcp-no-json = TOOLSTREAM_MCP names { $path }, which is not JSON.
settings-mcp-form = { $path } must have an object "mcpServers" with at most { $most } servers in it.
settings-mcp-either = { $path }: the server “{ $server }” needs either a command or a url.
settings-mcp-kind = { $path }: the server “{ $server }” must speak stdio or streamable HTTP, not { $kind }.
settings-mcp-text = { $path }: the server “{ $server }” has something other than text where text is expected.
settings-mcp-url = { $path }: the server “{ $server }” must have a url that starts with http:// or https://.

## Home

home-title = Watch an AI's tools while they work
home-intro = The same question, answered twice. Which one would you rather wait for?
home-with = With streaming
home-without = Without streaming
home-idle = Working…
home-nothing-yet = nothing yet
home-first-words = first words
home-unit = {" "}s
home-verdict = First words after { $first } instead of { $whole }
home-pause = Pause
home-go-on = Continue
home-live = Run it live
home-tour = Take the tour
home-again = Play again
home-recorded = Recorded on { $when } with the model { $model }, which is not an AI.
home-jobs = See it at work
home-ways = Three ways to build it

## Recorded samples

sample-library = What items are in the library?
sample-safe = Open the safe in the office
sample-label = A recorded run of the model { $model }, which is not an AI.

## Sidebar

sidebar-new-conversation = New conversation
sidebar-view = Show me
    .help = **Simple** tells a run in plain words. **Technical** shows everything as it is sent.
sidebar-view-simple = Simple
sidebar-view-technical = Technical
sidebar-show-work = Show work as it happens
    .help = When this is off, you wait for the whole answer, as with most assistants. Nothing is asked again.
sidebar-more = More choices
sidebar-modes = Stream modes to show
    .help = { $modes }. With none, you wait for the whole answer: that is *without streaming*. Changing them redraws the same run; nothing is asked again.
sidebar-agent = Agent
sidebar-tools = Tools the agent may use
sidebar-tool-choice = Tool choice
    .help = Applies to the first step of a run.
sidebar-tool-choice-auto = the model decides
sidebar-tool-choice-required = some tool must be called
sidebar-tool-choice-none = no tool may be called
sidebar-tool-choice-named = it must be called
sidebar-model = Model
    .demo = reading speed
    .demo-fast = all at once
    .demo-flaky = breaks in many ways
sidebar-demo = A demo model without AI answers here. It needs no key.
sidebar-own-key = Use your own OpenAI key
    .label = OpenAI key
    .promise = It stays in this browser tab's session and goes only to the model's server.
    .in-use = Your key is in use, in this browser tab only. Close or reload the tab and it is gone.
    .refused = The model server refuses this key. Check it, then enter it again.
    .unlisted = This key works, but the server's list has none of the models offered here ({ $models }). They may not answer.
    .unchecked = The key could not be checked right now; it is used as it is.
    .forget = Forget my key

## What the address asks for

choices-not-offered = This link asks for something that is not offered here ({ $names }). The page starts without it.
choices-view = view
choices-lang = language
choices-model = model
choices-modes = stream modes
choices-graph = agent
choices-tools = tools
choices-tool_choice = tool choice

## What Streamlit says

streamlit-send = Send message
streamlit-user = Chat message from user
streamlit-assistant = Chat message from assistant
streamlit-help = Help for { $name }
streamlit-skip = Skip to main content
streamlit-sidebar = Sidebar
    .collapse = Collapse sidebar
    .expand = Expand sidebar
streamlit-password = Show password
    .hide = Hide password
streamlit-choose = Choose an option
    .open = Open
    .clear = Clear value
    .remove = Remove { $name }
streamlit-number = Increment
    .less = Decrement
streamlit-apply = Press Enter to apply
    .lines = Press Ctrl+Enter to apply
streamlit-submit = Press Enter to submit form
    .lines = Press Ctrl+Enter to submit form
streamlit-upload = Upload
    .most = { $name } per file
    .input = file upload
streamlit-upload-error = {"Error: "}
    .kind = { $name } files are not allowed.
    .large = File must be { $name } or smaller.
streamlit-table = Show/hide columns
    .csv = Download as CSV
    .search = Search
    .type = Type to search
    .full = Fullscreen
    .small = Close fullscreen
streamlit-chart = Vega visualization
    .data = Show data
    .drawn = Show chart
    .png = Download as PNG
    .spec = Copy Vega-Lite spec
streamlit-icon = { $name } icon
streamlit-copy = Copy to clipboard
streamlit-close = Close
streamlit-no-page = Page not found
    .home = The page that you have requested does not seem to exist. Running the app's main page.
streamlit-pages = Pagination
    .before = Previous page
    .after = Next page
    .one = Page { $name }

## The conversation

chat-ask = Ask a question…
chat-ask-own = Ask your agent…
chat-timeline = Who worked when
chat-stop = Stop
chat-ask-again = Ask again
chat-earlier = { $count ->
        [one] Show an earlier question
       *[other] Show { $count } earlier questions
    }
chat-take-back = Take this question back
chat-retry = Try again
chat-anothers = This conversation was started in another browser. What you ask here starts a new one.
    .no-cookie = If it was you who asked: this browser keeps no cookie for this page, so after a refresh you count as somebody else, who cannot stop it. It ends by itself, after { $count ->
        [one] a minute
       *[other] { $count } minutes
    } at most.
chat-run-lost = The run behind this link is gone: the server was restarted, or newer runs have taken its place. Ask again to start a new one.
chat-code = The code that runs here
    .call = The call for the chosen modes
    .tool = The tool `{ $name }`, from `{ $file }`
    .graph = The graph: { $title }
today = What has changed since the how-to
    .intro = This page follows LangGraph's how-to of 2025. All of it still works; today you would write some of it differently.
    .sample = The same in today's form, a program that runs as it stands: `{ $file }`
today-agent = `create_react_agent` has moved to LangChain and is called `create_agent` there. The node that asks the model is now called `model`; it was `agent`.
today-version = `astream(…, version="v2")` gives every part the same shape, whatever you ask for: its mode is `part["type"]`, its contents are `part["data"]`.
today-runtime = A tool that takes `runtime: ToolRuntime` knows its call, `runtime.tool_call_id`, and has the writer as well. The model does not see that parameter.
today-tools = There is a mode `tools`: what a tool sends with `runtime.emit_output_delta(…)` comes with its call.
today-filter = The node is `tools` for all calls, so a filter on it mixes calls that run side by side. Tell them apart by the message's id, or by the call, as `watch` in this project does.
today-config = `config` has to be passed on to the model only before Python 3.11.
today-model = `model_name="gpt-4o-mini"` is now `model=…`, with a current model. Besides chat completions there is the Responses API: `use_responses_api=True`.
today-calls = The how-to answers only the last call, `tool_calls[-1]`. Today's models ask for several at once.
today-choices = `chunk.choices[0]` fails as soon as you ask for the usage: the last chunk has no choices.
today-responses = `gpt-4o-mini` was the model of its time. Besides chat completions OpenAI now has the Responses API, `client.responses`; other servers mostly speak the former.
today-v3 = For new programs LangGraph's documentation recommends `version="v3"`, which LangGraph itself still calls experimental. The Stream lab shows it beside the others, under *Ways*.
chat-context = Context of the run
    .unfit = The context does not fit. { $why }
chat-input = Input
    .run = Run
    .json = Input as JSON
    .choose = Choose one
    .optional = (optional)
    .lines = One per line

## Under an answer

end-picture = Picture
end-share = Share or replay
hold = Hold to feel the difference

## Tour

tour-step = Tour · step { $step } of { $steps } · { $title }
tour-custom_data = See finds as they come
    .look = Press the first question below. Each thing shows up the moment the tool finds it, long before the answer.
    .works = Watch: the finds come one by one, while the tool is still at work.
tour-llm_tokens = Watch it write
    .look = Press the first question below. Read along inside the box while the tool is still writing.
    .works = Read along: the tool is still writing this.
tour-without_langchain = Without a framework
    .look = Press the first question below. Fewer parts, the same picture: whatever an assistant is built with, its tools can show their work.
    .works = The same picture with fewer parts: whatever an assistant is built with, its tools can show their work.
tour-at-asked = We asked a question for you. Watch what comes.
tour-at-answers = Now the answer, written word by word.
tour-at-broken = It ended early. Ask again below, or continue.
tour-at-end = That is all.
    .sooner = That is all: you saw the first of it after { $first }, not after { $whole }.
tour-soon = Next step in { $seconds } seconds, unless you stay here.
tour-next = Next
tour-go-on = Continue the tour
tour-stay = Stay here
tour-finish = Finish
tour-leave = Leave the tour

## Stream modes

mode-custom = Tool data
    .help = what a tool sends while it works
    .delivers = Whatever a tool or a node writes itself, the moment it writes it.
mode-messages = Words
    .help = the words of language models, one by one
    .delivers = The tokens of LangChain models, one by one, and each tool's whole answer.
mode-updates = Steps
    .help = each step's result, when the step is done
    .delivers = What each node added to the state, when it is done.
mode-values = State
    .help = the whole conversation, after each step
    .delivers = The whole state after each step: the last one is the result.
mode-tasks = Tasks
    .help = when a step begins and ends
    .delivers = When each node begins, with its input, and when it ends.
mode-tools = Tool events
    .help = when a tool begins and ends
    .delivers = When each LangChain tool begins and ends.
mode-checkpoints = Checkpoints
    .help = the saved state after each step
    .delivers = The state as it is saved after each step, to resume from later.
mode-debug = Debug
    .help = checkpoints and tasks, with all details
    .delivers = Checkpoints and tasks once more, with step numbers and clock times.

## Agents

graph-react = Agent, built by hand
graph-create_agent = Agent, ready-made (create_agent)
    .note = Its model's node is called `model`. What a middleware writes arrives as `custom`: with `runtime.stream_writer` in `before_model` and `after_model`, which are nodes of their own, and with `get_stream_writer()` in `wrap_model_call` and `wrap_tool_call`.
graph-prebuilt = Agent from the how-to (create_react_agent, deprecated)
    .note = `create_react_agent` is deprecated since LangGraph 1.0: new programs use `create_agent`.
graph-without_langchain = Agent without LangChain
graph-tool_node = One tool node, no agent
graph-empty-messages = there is no LangChain model in it; its words come as `custom`
graph-empty-tools = its tools are plain functions, which LangChain does not watch

## Tools

tool-unnamed = A tool
tool-get_items = Look up items
tool-take_inventory = Take inventory
tool-list_prices = List prices
tool-measure_temperature = Measure the temperature
tool-plan_visit = Plan a visit
tool-open_safe = Open the safe
tool-search_archive = Search the archive
tool-get_items-llm = Describe items
tool-get_items-openai = Describe items
tool-refund = Refund the customer
    .amount = Amount
    .order = Order
tool-send_email = Send the email
    .to = To
    .subject = Subject
    .body = Text
tool-look_up_order = Look up the order
tool-check_policy = Check the policy
tool-draft_reply-llm = Draft the reply
tool-search_news = Search the news
tool-compare_makers = Compare the makers
tool-chart_demand = Chart the demand
tool-write_brief-llm = Write the brief
tool-search_logs = Search the logs
tool-restart_service = Restart the service
tool-roll_back = Roll it back
tool-survey = Survey the place
tool-check_stock = Check the stock
tool-book_delivery = Book the delivery

## Stream lab

lab-view = View
lab-view-lanes = Lanes
lab-view-timeline = Timeline
lab-view-inspector = Inspector
lab-view-metrics = Metrics
lab-view-code = Code
lab-run = Run
lab-events = { $count ->
        [one] { $count } event
       *[other] { $count } events
    }
lab-seconds-so-far = { $seconds } s so far
lab-lanes-choose = Choose stream modes in the sidebar: each is a lane here.
lab-lanes-ask = Ask a question, and each mode fills its lane.
lab-lanes-ended = Double-click a cell to read all of it.
lab-lanes-working = Newest first while the run works.
lab-lanes-seconds = seconds
lab-lanes-nothing = Nothing has arrived yet.
lab-lanes-alt = What came in each stream mode, by time
lab-lanes-empty = Empty in this graph: { $why }.
lab-inspector-ask = Ask a question: this lists every event of its run.
lab-inspector-working = The latest events so far. All { $all }, with filters and details, come at the end.
lab-inspector-found = { $found } of { $all } events. Choose a row to see all of it.
lab-inspector-all = { $count ->
        [one] { $count } event. Choose its row to see all of it.
       *[other] { $count } events. Choose a row to see all of it.
    }
lab-inspector-column-seq = seq
lab-inspector-column-ms = ms since start
lab-inspector-column-mode = mode
lab-inspector-column-kind = kind
lab-inspector-column-node = node
lab-inspector-column-call = tool call
lab-inspector-column-namespace = namespace
lab-inspector-column-bytes = bytes
lab-inspector-column-content = content
lab-inspector-mode = Mode
lab-inspector-node = Node
lab-inspector-call = Tool call
lab-inspector-any = all
lab-inspector-search = Search
    .hint = text in the JSON
lab-inspector-alt = Events of the run
lab-inspector-event = Event { $seq }
lab-inspector-known = How we know its tool call: { $how }
lab-known-context = A callback at the root of the run notes the call in the context that the tool runs in; whatever is written there, and every model asked there, is marked with it (agent/streaming/attribution.py). LangGraph itself does not say.
lab-known-message = LangGraph says so: the tool's message names the call it answers.
lab-known-update = LangGraph says so: the tool's message in the update names the call it answers.
lab-known-event = LangGraph says so: the event names the call.
lab-known-task = The task's input is the call; its end has the same task id.
lab-known-namespace = The graph in its namespace works for this call: a mark or its task says so (agent/streaming/adapter.py).
lab-metrics-ask = Ask a question: this shows how soon, how fast and how many.
lab-metrics-alt = Measurements of each node and each tool call
lab-metrics-first = First output
    .help = From the question until there was something to read, in any mode: words, data, a result.
lab-metrics-whole = Without streaming
    .help = What you would have waited before seeing anything at all.
lab-metrics-took = Complete after
    .help = When all of it had arrived. Streaming made no noticeable difference.
lab-metrics-tokens = Tokens
    .help = Written by all models of the run.
lab-metrics-rate = Tokens per second
    .help = Chunks written per second, mostly one token each, while at least one model was writing.
lab-metrics-column-source = source
lab-metrics-column-began = began (s)
lab-metrics-column-first = first chunk (s)
lab-metrics-column-took = took (s)
lab-metrics-column-chunks = chunks
lab-metrics-column-tokens = tokens
lab-metrics-column-counted = tokens are
lab-metrics-column-rate = tokens per second
lab-metrics-reported = reported
lab-metrics-counted = chunks counted
lab-metrics-read = { $count ->
        [one] The models read { $count } token, as the server reported.
       *[other] The models read { $count } tokens, as the server reported.
    }
lab-metrics-note = Where no usage was reported, the chunks that a model wrote are counted: mostly one per token.
lab-timeline-ask = Ask a question: this shows who works when.
lab-timeline-nothing = Nothing yet.
lab-timeline-words = The same in words
lab-timeline-ticks = { $count ->
        [one] The tick is the one chunk with something to read.
       *[other] Each tick is one of { $count } chunks with something to read.
    }
lab-timeline-some-ticks = Each tick is one of { $all } chunks; { $drawn } of them are drawn.
lab-timeline-first = The line marks the first output, at { $seconds } s.
lab-timeline-more = { $count ->
        [one] { $count } more row is left out.
       *[other] { $count } more rows are left out.
    }
lab-code-ours = Each program runs as it stands from this project's folder; OPENAI_BASE_URL and OPENAI_API_KEY say which server answers.
lab-code-own = Each program watches your graph: where it says `your_module`, put the module your graph is in.
lab-code-empty = prints nothing with this graph: { $why }.
lab-view-ways = Ways
lab-ways-about = A tool can stream in five ways. They differ in how you know which call a chunk belongs to. Here all five run at the same time: each has an agent of its own, which asks the demo model and calls its tool for two places at once.
lab-ways-run = Run all five
lab-ways-column-way = Way
lab-ways-column-lane = When each chunk came
lab-ways-column-first = First chunk
lab-ways-column-chunks = Chunks
lab-ways-column-call = Knows its call
lab-ways-call-yes = Yes
lab-ways-call-other = By another id
lab-ways-call-no = No
lab-ways-experimental = experimental
lab-ways-code = The program of each way
way-stream_writer =
    .keyed = A chunk comes with nothing else, not even its node.
    .use = For one call at a time, or where something outside adds the call, as `watch` in this project does.
way-runtime_writer =
    .keyed = The tool knows its call, and can put it into what it writes.
    .use = For data of your own from calls that work side by side.
way-output_delta =
    .keyed = LangGraph adds the call to each chunk.
    .use = For a tool's result in pieces. Ask for `custom` or `messages` beside `tools`, or all of it comes at the end.
way-model_tokens =
    .keyed = Each message has an id of its own; the node is `tools` for all of them.
    .use = For a tool that asks a model: it takes no extra code.
way-projections =
    .keyed = Each call has a stream of its own.
    .use = What LangGraph's documentation recommends for new programs, and LangGraph itself still calls experimental.

## A person's own agent

own-how-to = Start the app with your graph, and it appears here and in the lab, unchanged:

    ```bash
    make run GRAPHS=path/to/my_agent.py:graph
    ```

    `GRAPHS` takes a file and a name in it, a `package.module:name`, or a `langgraph.json`; separate several with commas. The name is a compiled graph, or a function that makes one. On a server, set `TOOLSTREAM_GRAPHS` instead.
own-source = Your graph { $source }
own-server = The graph { $source } on the Agent Server
own-mend = Fix it and save: it is loaded again when you reload this page.
own-no-file = There is no file { $file }.
own-no-graphs = { $file } names no graphs: it needs an object `graphs` of names and paths.
own-no-reference = { $text } names no graph: write file.py:name or package.module:name.
own-javascript = { $file } is JavaScript; only graphs in Python can be run here.
own-no-name = There is no { $name } in { $file }.
    .others = There is no { $name } in { $file }. It has: { $others }.
own-other-type = { $source } is not a graph: it is of type { $kind }.
own-syntax = { $source } could not be imported: { $error } in line { $line } of { $file }.
own-no-module = { $source } needs the module { $package }, which is not installed here: pip install it, then reload.
own-broken = { $source } could not be loaded. { $error }
    .line = { $source } could not be loaded (line { $line } of { $file }). { $error }
own-loading = Loading… { $seconds } s

## A run told in plain words

narration-assistant = The assistant
narration-reading = Reading the question…
narration-read = { $who } read the question.
narration-asked = The tool “{ $tool }” is asked.
    .about = The tool “{ $tool }” is asked about “{ $about }”.
narration-asks = { $who } asks the tool “{ $tool }”.
    .about = { $who } asks the tool “{ $tool }” about “{ $about }”.
narration-asks-beside = At the same time it asks the tool “{ $tool }”.
    .about = At the same time it asks the tool “{ $tool }” about “{ $about }”.
narration-attempt = { $name } (attempt { $attempt })
narration-working = { $name }: { $doing }…
narration-at-work = at work
narration-so-far = { $amount } so far
narration-progress = { $share } done
narration-done = { $name } took { $seconds } s.
    .amount = { $name } took { $seconds } s: { $amount }.
    .steps = { $name } finished { $steps } steps in { $seconds } s.
narration-halted = { $name } was stopped after { $seconds } s.
    .amount = { $name } was stopped after { $seconds } s, with { $amount }.
    .steps = { $name } was stopped after { $seconds } s, in { $steps } steps.
narration-failed = { $name } failed after { $seconds } s.
    .why = { $name } failed after { $seconds } s: { $why }
narration-result = It gave its result.
narration-thinking = { $who } is thinking…
narration-thought = { $who } thought for { $seconds } s.
narration-announces =
    .now = { $who } says what it is about to do…
    .done = { $who } said what it is about to do.
narration-part =
    .now = { $who } writes…
    .done = { $who } has written its part.
    .cut = { $who } has written some of its part.
narration-answer =
    .now = Now it writes the answer…
    .done = It wrote the answer.
    .now-of = { $who } writes the answer…
    .done-of = { $who } wrote the answer.
    .cut = It wrote part of the answer.
    .cut-of = { $who } wrote part of the answer.
narration-paused = { $name } waits for an answer.
narration-answered = A person answered: { $answer }
narration-waits = It waits for a person.
    .asked = It waits for a person: { $asked }
    .more = It waits for a person: { $count ->
        [one] 1 more question
       *[other] { $count } more questions
    }
narration-more = { $count ->
        [one] and { $count } more
       *[other] and { $count } more
    }
narration-considers = { $who } reads what came back…
narration-broke = It broke off.
narration-stopped = It was stopped.
narration-all-done = All done.
amount-calls = { $count ->
        [one] { $count } tool call
       *[other] { $count } tool calls
    }
amount-items = { $count ->
        [one] { $count } item
       *[other] { $count } items
    }
amount-rows = { $count ->
        [one] { $count } row
       *[other] { $count } rows
    }
amount-points = { $count ->
        [one] { $count } point
       *[other] { $count } points
    }
amount-words = { $count ->
        [one] { $count } word
       *[other] { $count } words
    }
amount-and = { $some } and { $more }

## A run as a file

pack = Review pack
    .about = Review pack · a recorded run of an AI agent's tools
    .complete = Made by Toolstream. This file is complete: it loads nothing, runs nothing, and opens without a network.
pack-assistant = Assistant
pack-asked = Asked
pack-link = Link
pack-answer = Answer
    .none = There is none.
pack-when = What happened when
    .how-to-read = A bar shows when something was working; each tick is a moment at which there was more to read.
pack-person = What a person was asked
    .left-out = The wait for the answer is not counted in any other figure here.
    .answer = Answer after { $after }: { $answer }
    .nobody = Nobody has answered yet.
    .question = A question
    .by = asked by { $tool }
pack-tools = What the tools did
    .none = No tool was used.
    .tool = Tool
    .began = Began
    .ended = Ended
    .state = State
pack-comments = What reviewers say
    .none = Nothing yet.
    .no-words = (no words)
pack-thumb-up = Thumbs up.
pack-thumb-down = Thumbs down.
pack-made-with = Made with
    .engineers = For engineers
pack-first-output = First output after
pack-never = never
pack-whole = Without streaming
pack-took = Complete after
pack-calls = Tool calls
pack-tokens = Tokens written
pack-demo = A demo model wrote these words by fixed rules. No AI was asked.
pack-in-motion = See it in motion: { $link }
pack-from-to = { $began } to { $ended }
pack-span = { $began } to { $ended } s
pack-inside = inside { $outer }
pack-thought = What it thought
pack-wrote = What it wrote
pack-progress = How far it got
pack-rows = Rows
pack-points = Points
pack-sent = What it sent
pack-shown = What it showed
pack-returned = What it returned
pack-failed = Why it failed
pack-the-last = (the last { $shown } of { $all })
model-demo = { $name } (demo model, no AI)
call-asked = asked
call-running = running
call-finished = finished
call-failed = failed
call-stopped = stopped

## Runs

runs-state-queued = waiting
runs-state-running = working
runs-state-waiting = waits for an answer
runs-state-finished = finished
runs-state-stopped = stopped
runs-state-failed = failed
runs-state-interrupted = interrupted
runs-none = Nothing here yet. Ask a question on any page, and its run appears here.
runs-samples = Recorded samples
    .about = Recorded with the demo model.
runs-count = { $count ->
        [one] { $count } run
       *[other] { $count } runs
    }
runs-new-comments = { $count ->
        [one] { $count } new comment
       *[other] { $count } new comments
    }
    .short = { $number } new
runs-delete = Delete
    .now = Delete for good
    .not = Keep
runs-not-yours = This is not one of your runs. It may have been deleted, it may be too old, or it was started in another browser. To show a run to somebody, share it: that gives a link that works everywhere.
runs-all = All runs
ag-ui-unknown = There is no run with this id, and no link to one: it was deleted, or the link was revoked.
ag-ui-busy = Too many readers right now. Try again in a minute.
runs-shared = Shared run
    .gone = This link no longer works: it was revoked, or its run was deleted.
    .ask = Ask a question of your own
runs-to-its-page = Go to its page, where you can stop it
runs-kind-own = Your run
runs-kind-watched = Started by somebody else on the Agent Server.
runs-kind-sample = A sample, recorded with the demo model
runs-kind-shared = Somebody shared this run with you. You can look at it; it belongs to them.
runs-kind-upload = From a file. It is not kept here, and nobody knows who made it.
runs-upload = Open a recording that somebody sent you
    .label = A recording (.jsonl)
    .help = Only you see it, and it is not kept.
    .busy = Others are sending files right now. Choose yours again in a moment.
    .dropped = Others opened files, and yours had to make room. Choose it again.
watch = Watch a run on the Agent Server
    .about = Runs that other programs have at work there now. Yours is only a look: nothing of the run changes. Runs asked on these pages are not listed.
    .none = Nothing is at work there right now.
watch-run = Watch
watch-id = Or the id of a thread, or of a thread and a run
    .form = thread-id/run-id
    .none = There is no id in it. An id looks like 0f3c1a9e-7b52-4d0e-9a61-2f8c5d7e4b13.
watch-stop = Stop watching
    .about = Somebody else started this run on the Agent Server. It continues there, whether you watch or not.
runs-kept = **What is kept about you:** your questions and their runs, what your conversations are called, your comments, and the links you make, for { $days } days at most, or until you delete them. A cookie with a random number marks them as yours; it says nothing about you. No name, no address, no key is kept. Whoever runs this server can read the files.
    .memory = **What is kept about you:** your questions and their runs, in the server's memory until it restarts. A cookie with a random number marks them as yours; it says nothing about you.
replay-play = Replay
replay-pause = Pause
replay-speed = Speed
replay-moment = Moment
replay-at = { $at } s of { $all } s
replay-broken = This run contains something that cannot be shown.
review-download = Review pack
    .help = One file to send to somebody: the answer, what the tools did and when. It opens without a network.
    .engineers = For engineers
    .recording = Recording (JSONL)
    .ag-ui = AG-UI events (JSONL)
review-share = Share
    .who = Anyone with this link can see this run:
    .before = Anyone with the link can **see this run**: the question, what the tools did, the answer. They can replay it, download it and comment on it, without signing in. They **cannot** see your other runs, continue the conversation, or stop it. The link works until you revoke it or delete the run.
    .make = Make a link
    .revoke = Revoke the link
review-comment = Comment
    .hint = What is good, what is missing?
    .keep = Save
    .kept = Saved. You can change it here.
review-said = { $count ->
        [one] { $count } comment by somebody else
       *[other] { $count } comments by others
    }
review-reads-own = It goes into the review pack, and the host of this app can read it.
review-reads-shared = The person who shared this run can read it, and so can the host of this app.
review-reads-sample = It goes into your review pack, and the host of this app can read it.
review-reads-upload = It goes into the review pack that you download, and nowhere else.
review-reads-pack = It goes into the review pack of this run.
host = For the host: all feedback
    .password = Password
    .none = No feedback yet.
    .csv = Download as CSV
    .too-many = Too many attempts. Wait a few seconds, then try again.
    .wrong = That is not the password.

## Branches of a conversation

branch-again = Ask again
    .help = Asks the same question with your current choices. The answer you have stays beside the new one.
branch-edit = Edit
    .help = Changes the question. The original stays beside it.
    .label = The question
    .ask = Ask
    .cancel = Cancel
branch-place = { $number } of { $all }
branch-compare = Compare
    .end = End the comparison
branch-side = { $side ->
        [0] On the left
       *[other] On the right
    }
branch-number = Version { $number }

## Conversations

conversations = Your conversations
    .none = None yet. Ask a question to start one.
    .all = All conversations and runs
conversations-runs = Single runs
conversations-go-on = Continue it on the page { $page }
conversations-no-page = The page it was asked on is no longer here
conversations-questions = { $count ->
        [one] 1 question
       *[other] { $count } questions
    }
conversations-more = More
conversations-rename = Rename
conversations-delete = Delete
    .sure = Delete **{ $title }** with { $count ->
        [one] its question
       *[other] its { $count } questions
    }, answers, links and comments?
    .now = Delete for good
conversations-keep = Keep it as it is
conversations-name = Name of the conversation
    .save = Rename
## What is refused

refused-often = { $count ->
        [one] That was { $most } questions in a minute. Wait { $count } second.
       *[other] That was { $most } questions in a minute. Wait { $count } seconds.
    }
    .network = { $count ->
        [one] That was { $most } questions in a minute from your network. Wait { $count } second.
       *[other] That was { $most } questions in a minute from your network. Wait { $count } seconds.
    }
refused-empty = Type a question first.
refused-question-long = The question is longer than { $most } characters. Shorten it, then ask again.
refused-agent = There is no such agent here. Choose one in the sidebar.
refused-watch = The host of this app does not show the runs of others.
refused-watch-ours = That run was asked on pages like these. Whoever asked it can share it.
refused-watch-unknown = The Agent Server knows no such run.
refused-model = This model is not offered here. Choose one in the sidebar.
refused-own-tools = This agent has tools of its own, and takes no others.
refused-input-long = The input is longer than { $most } characters. Shorten it, then ask again.
refused-tool = This agent has no tool { $tool }. Choose its tools in the sidebar.
refused-same-tools = Two of the chosen tools have the same name. Choose one of them in the sidebar.
refused-only-tool = This graph runs only the tool { $tool }. Choose it in the sidebar.
refused-tool-choice = The tool that must be called is not among the chosen tools. Choose it in the sidebar.
refused-no-such-run = You have no such run to answer.
refused-not-yours = This is not one of your conversations. It may have been deleted in the meantime.
refused-no-key = This run used your own key. Enter it again in the sidebar, then answer.
refused-answered = This question has been answered already.
refused-run-ended = This run has ended, so there is nothing left to answer.
refused-no-such-question = This run does not ask that question.
refused-nothing-kept = Nothing was saved at that point, so it cannot be answered differently.
refused-not-answered = This question has not been answered yet. Answer it first.
refused-no-such-questions = This run never asked these questions together.
refused-answer-unwritten = The answer could not be saved, so it does not count yet. Try again in a minute.
refused-answer-long = The answer is longer than { $most } characters. Shorten it, then send it again.
refused-crowded = Too many visitors are waiting for an answer right now. Try again in a minute.
refused-busy = Others are doing the same right now. Try again in a moment.
refused-too-much = That took more time or memory than is allowed here.
refused-not-deleted = That could not be deleted. Try again in a minute.
refused-unchanged = That could not be saved, so nothing has changed. Try again in a minute.
refused-name-long = The name is longer than { $most } characters. Shorten it.
refused-comment-long = The comment is longer than { $most } characters. Shorten it, then send it again.
refused-comment-unwritten = The comment could not be saved. Try again in a minute.
refused-comments-many = This run has { $most } comments already, and takes no more.
refused-comments-yours = You have commented on { $most } runs already. Delete one of those comments first.
refused-trap-crowded = Too many visitors are trying this right now. Try again in a minute.

## Why a run ended

ended-limit = The run reached its limit of { $seconds } seconds. What has arrived is kept.
ended-unanswered = { $count ->
        [one] Nobody answered for { $count } day, so it was stopped. What had arrived is kept.
       *[other] Nobody answered for { $count } days, so it was stopped. What had arrived is kept.
    }
ended-restart = The server is restarting; the run was interrupted.
ended-restart-key = The server restarted while this question waited. Your own key is never kept, so it could not go on: ask again.
ended-stopped = Stopped. What had arrived is kept.
    .nothing = Stopped before anything had arrived.
    .queued = Taken back before it began.
ended-deleted = This run was deleted.
ended-too-long = The answer reached its length limit here. What has arrived is kept.
ended-gone = What this run had saved while it waited is gone, so it cannot continue. Ask again.
ended-asks-otherwise = This time the agent asked something else, so the answer cannot be changed. Ask again.
ended-keeps-nothing = This agent asks a person but saves nothing meanwhile, so it cannot continue.
ended-damaged = This run's recording is damaged from here on.
ended-unreadable = What was saved of this conversation cannot be read. Ask in a new conversation.
ended-not-written = The conversation could not be saved, so the run was ended. Try again in a minute.
ended-file-damaged = The file that holds the conversations was damaged, and a new one was started. Ask again.
ended-disk-full = The server's disk is full: the conversation could not be saved. Try again later.
ended-busy = The conversation could not be saved: others were writing for too long. Try again.
ended-no-database = The database that holds the conversations does not answer. Try again in a minute.
ended-unwritten = The rest of this run could not be saved: the server's disk was full or busy.
ended-unrecorded = This run could not be saved, as the server's disk is full or busy. You can read it now, but it is gone when the server restarts.
ended-killed = The server stopped in the middle of this run; it was interrupted.

ended-no-tool = The tool { $tool } is no longer here. Ask again with others.

server-unreachable = The Agent Server that works on runs does not answer. Try again in a minute.
server-key = The Agent Server did not accept this app's key ({ $status }). Its host has to set TOOLSTREAM_AGENT_SERVER_HEADER.
server-refused = The Agent Server did not accept this run ({ $status }). Ask again, or choose another agent.
server-no-agent-server = What answers at the Agent Server's address is not an Agent Server. Its host has to correct the address.
server-forgot = The Agent Server no longer knows this run. What has arrived is kept; ask again.
server-run-failed = An error ended this run on the Agent Server ({ $kind }). What has arrived is kept.
server-graph-broken = The Agent Server could not load the graph { $graph }. Its log says why.
server-no-worker = Nobody on the Agent Server works on this run. What has arrived is kept; ask again in a minute.
server-stopped = Somebody stopped this run on the Agent Server. What has arrived is kept.
server-none = This run belongs to an Agent Server, and none is set up here any more. Ask again.
server-left-out = The Agent Server does not stream { $modes }; that was left out of this run.
server-unattributed = The Agent Server does not say which tool call some of this belongs to, so it stands beside the tools and not in them. One line in the agent's code changes that: attributed(graph).
server-watched-late = What this run did before you began to watch is no longer to be had from the Agent Server.
server-watched-whole = The Agent Server sends what was said in this run whole, not word by word.
server-watched-waits = This run now waits for a person. It can be answered only where it was started.
server-watched-limit = This run was watched for { $seconds } seconds, which is the limit here. It may still be running on the Agent Server.
ended-watching = You stopped watching. The run itself continues on the Agent Server.

## What an MCP server did

mcp-server-starting = The MCP server “{ $server }” is starting.
mcp-server-ready = { $count ->
    [one] The MCP server “{ $server }” has { $count } tool. It is in the sidebar.
   *[other] The MCP server “{ $server }” has { $count } tools. They are in the sidebar.
}
mcp-not-installed = MCP tools need packages that are not installed here: pip install -r requirements-mcp.txt
mcp-not-started = The MCP server “{ $server }” could not be started: its command cannot be run.
mcp-unreachable = The MCP server “{ $server }” cannot be reached. Check that it is running, then try again.
mcp-silent = The MCP server “{ $server }” did not answer within { $seconds } seconds.
mcp-died = The MCP server “{ $server }” ended before it answered.
mcp-junk = The MCP server “{ $server }” sent something that is not an MCP message.
mcp-too-much = The MCP server “{ $server }” sent more than { $megabytes } MB at once.
mcp-answer-long = The answer of the MCP server “{ $server }” is longer than { $most } characters.
mcp-refused = The MCP server “{ $server }” reported an error: { $message }

## What a model server did

model-own-error = The agent stopped on an error of its own ({ $kind }). The server's log says more.
model-hint = : it often ends in /v1
model-no-credit = The account at the model server has no credit left{ $status }. Add some, or use another key or model.
model-quota = The model server is busy or the account's quota is used up (429). Try again { $when }.
model-key = The model server refused the key{ $status }. Check the key and try again.
model-proxy = A proxy answered that the model server cannot be reached{ $status }. Try again in a minute.
model-firewall = A proxy or firewall does not let this request through to the model server{ $status }.
model-web-page = A web page answered instead of the model server{ $status }. Check OPENAI_BASE_URL{ $hint }, and any proxy.
model-unknown = The model server does not know this model{ $status }. Choose another model.
model-wrong-path = The model server has no chat at this address{ $status }. Check OPENAI_BASE_URL{ $hint }.
model-not-allowed = The key is not allowed to use this model{ $status }. Choose another model.
model-overloaded = The model server is overloaded, or still loading the model{ $status }. Try again in a minute.
model-fault = The model server has a fault of its own (5xx: { $status }). Try again in a minute.
model-not-accepted = The model server did not accept the request ({ $status }). Another model or other tools may help.
model-error = The model server answered with an error. Try again in a minute.
model-not-an-answer = The model server sent something that is not an answer.
model-stalled = The model server went silent, so the answer was given up.
model-broken = The connection to the model server broke in the middle of the answer.
model-unreachable = The model server cannot be reached, or the connection broke. Check that it is running, then try again.
model-error-midway = The model server reported an error in the middle of the answer.
model-too-long = The conversation is too long for this model. Start a new conversation or ask something shorter.
model-steps = The agent reached its limit of steps without an answer. Ask for one thing at a time.
model-ended-early = The model's answer ended before it was complete.
model-many-calls = The model asked for more than { $most } tools at once.
model-declined = The model declined to answer this. Ask it in another way.
model-cut-call = The answer was cut off at the model's length limit, before its tool call was whole.
model-cut-thinking = The answer was cut off at the model's length limit while the model was still thinking.
model-cut = The answer was cut off at the model's length limit. What has arrived is kept.
model-filtered = The model server's content filter held the answer back. Ask something else.
model-only-thought = The model gave no answer: it only thought about one.
model-empty = The model gave no answer.
model-sent-too-much = The model server sent more than { $megabytes } MB in one go, so the rest was not read.
tool-unfit = The arguments do not fit the tool { $tool }.
tool-unknown = There is no tool { $tool }, only these: { $known }.
model-arguments = The arguments of { $name } were not a whole JSON object, so it was not run.

## When to try again

when-moment = in a moment
when-minute = in a minute
when-seconds = { $count ->
        [one] in { $count } second
       *[other] in { $count } seconds
    }
when-minutes = { $count ->
        [one] in { $count } minute
       *[other] in { $count } minutes
    }
when-hours = { $count ->
        [one] in { $count } hour
       *[other] in { $count } hours
    }
when-another-day = another day

## What is not filled in

unfilled-missing = { $field }: please fill this in.
unfilled-no-json = { $field }: this is not JSON.
unfilled-type = { $field }: this must be { $kind ->
        [integer] a whole number
        [number] a number
        [string] text
        [boolean] yes or no
        [array] a list
       *[other] an object
    }.
unfilled-low = { $field }: this must be at least { $least }.
unfilled-high = { $field }: this must be at most { $most }.
unfilled-short = { $field }: this must have at least { $count ->
        [one] { $count } character
       *[other] { $count } characters
    }.
unfilled-long = { $field }: this must have at most { $count ->
        [one] { $count } character
       *[other] { $count } characters
    }.
unfilled-not-offered = { $field }: this must be one of these: { $choices }.
unfilled-otherwise = { $field }: this does not fit ({ $why }).
unfilled-answer = Please write an answer.
unfilled-choice = Please choose an answer.
unfilled-unfit = This answer does not have the form that the question takes.

## What is wrong with a file

file-no-recording = The file is not a Toolstream recording of a known format.
file-no-event = A line of the file is not an event.
file-no-header = The first line of the file is not the beginning of a recording.
file-large = The file is larger than { $megabytes } MB.
file-line-no-event = Line { $line } of the file is not an event.
file-line-not-next = Line { $line } is not the next event of the run.
file-events-many = The file has more than { $most } events.
file-line-stray = Line { $line } is an event, but does not belong to a run.
file-items-many = The run has more than { $most } tool calls and answers.
file-line-long = Line { $line } is longer than { $most } bytes.
file-line-values = Line { $line } holds more than { $most } values.
file-line-no-json = Line { $line } is not JSON.
file-line-deep = Line { $line } holds lists within lists, more than { $most } deep.
file-head-no-json = The first line is not JSON.

## Pitfalls

pitfall-blocking_call = Everything arrives at once
    .seen = The tool reports each find while it works, but for a long time you see nothing, and then all of it.
    .why = A blocking call inside an `async` function stops the whole event loop, and with it the delivery.
pitfall-calls_in_turn = The second call has nothing to show
    .seen = Two calls work at the same time. The first one streams, and of the second one you see nothing, though it has sent just as much.
    .why = In `version="v3"`, nothing is kept for a reader who comes later: while you read the first call to its end, what the second one sends is dropped. The same goes for `run.messages` read before `run.tool_calls`.
    .outcome = Live, but of only one of two calls.
pitfall-inner_graph = It was live until the agent became part of something bigger
    .seen = An agent streams well on its own. As one step of a larger graph it falls silent.
    .why = An agent inside a graph is a subgraph, and what streams in it is delivered only with `subgraphs=True`.
pitfall-new_loop = The first question works, the second fails
    .seen = The first answer streams as it should, and the next question ends with `Event loop is closed`.
    .why = `asyncio.run` makes an event loop and closes it, but the client keeps its connection, which belongs to that loop. Streamlit does the same for `st.write_stream` with an async generator.
pitfall-no_custom = After the move to v3, the tool's reports are gone
    .seen = The tool writes as before, the run ends well, and among all the events there is not one of its reports.
    .why = `version="v3"` asks only for the modes that its transformers need, and none of the usual ones needs `custom`; `run.custom` does not exist either. It is `CustomTransformer` that brings both.
pitfall-stop = You press Stop, and it keeps working
    .seen = After Stop the page is still, but behind it the tool goes on working, and so does whatever it pays for.
    .why = A tool that is a plain `def` runs in a thread, and Python cannot cancel a thread; an `async def` tool ends at its next `await`.
pitfall-stream_mode = The tool reports, and nobody hears it
    .seen = The tool works and writes, the run ends well, and you see not one of its reports. There is no error either.
    .why = What a tool writes is delivered in the mode `custom`; with `updates` alone, the usual choice, you do not get it.
pitfall-swallowed = The assistant does not ask, and says that it failed
    .seen = A tool should ask you first. Nobody is asked, and the assistant reports an error instead.
    .why = `interrupt()` raises `GraphInterrupt`, which is an `Exception`: a tool that catches all of them, or a wrapper around it, takes the question for a failure.
    .outcome = Nobody was asked.
pitfall-sync_model_call = The words come in one burst
    .seen = The model inside the tool writes word by word, but all the words appear together when it has finished.
    .why = `invoke` blocks the event loop like any other waiting call; `ainvoke` lets each word through.
pitfall-truncated = Half an answer that looks like a whole one
    .seen = The answer ends in the middle of a sentence, and the program takes it for complete.
    .why = A server or proxy that goes away in mid-answer but closes the connection properly leaves only one trace: the `finish_reason` is missing, and neither the OpenAI client nor ChatOpenAI looks for it.
    .outcome = It ended in mid-sentence, as if that were all.
pitfall-twice = The customer gets the email twice
    .seen = The assistant tells the customer, asks you whether to pay, and after your yes it tells the customer again.
    .why = After the answer, LangGraph runs the tool from its first line; `interrupt()` then returns the answer.
    .outcome = The email was sent twice.
pitfall-tools_alone = The tool sends in pieces, and they arrive all at once
    .seen = The tool sends each find with `emit_output_delta` while it works, but all of them arrive only when it is done.
    .why = In mode `tools`, or with `updates` beside it, LangGraph hands the events over at the end of a step. It does so at once only if `custom` or `messages` is asked for as well, or `subgraphs=True`.
pitfall-whose_chunk = Two tools talk at once, and you get word salad
    .seen = The model calls a tool for two places at the same time, and their words come out mixed into one text.
    .why = LangGraph delivers what a tool writes without saying which call wrote it.
    .outcome = Live, but the words of both calls are mixed.
pitfall-wrong = The wrong way
pitfall-right = The right way
pitfall-run = Run both
pitfall-fix = The fix
    .discussed = Happens in all versions of Python.
    .threads = Discussed in { $threads }
    .code = The code of both sides
    .file = All of it is in `{ $file }`.
pitfall-state-waiting = Waiting until another pitfall has been tried
pitfall-state-starting = Starting two processes, one for each side
pitfall-call = Call { $number }
pitfall-failed = It failed: { $why }
pitfall-told = The visitor is told: { $what }
pitfall-mark-stop = Stop
pitfall-mark-question = Question
pitfall-mark-asks = It asks
pitfall-mark-yes = Yes
pitfall-asks-place = What items are in the office?
pitfall-asks-both = What items are in the office and the bedroom?
pitfall-asks-refund = Refund order 7
pitfall-does-sent = E-mail sent
pitfall-does-refunded = Refunded
pitfall-does-failed = It failed: { $error }
pitfall-does-read = { $year } read
pitfall-not-started = It could not be started.
pitfall-broke-off = It broke off.
pitfall-too-slow = It was still working at the time limit, and was ended by force.
pitfall-too-much = It sent more than can be shown, and was ended by force.
pitfall-verdict-nothing = Nothing yet
pitfall-verdict-so-far = { $count ->
        [one] { $count } piece so far
       *[other] { $count } pieces so far
    }
pitfall-verdict-unseen = Nothing was seen in { $seconds } s.
pitfall-verdict-failed = { $count ->
        [one] { $count } piece, then it failed.
       *[other] { $count } pieces, then it failed.
    }
pitfall-verdict-told = It broke off, and says so.
pitfall-verdict-went-on = After Stop it went on for { $seconds } s.
pitfall-verdict-stopped = Stop ended it at once.
pitfall-verdict-burst = Nothing for { $seconds } s, then everything at once.
pitfall-verdict-live = { $count ->
        [one] Live: { $count } piece, from { $began } s to { $ended } s.
       *[other] Live: { $count } pieces, from { $began } s to { $ended } s.
    }

## What the demo model says

demo-about-me = I am the demo model: a small program with **no AI** in me. I answer by fixed rules, the same way every time, so that this app works without an API key. I know { $places } places, from the office to the lighthouse, and I call the tools I am offered.
demo-greeting = Hello! I am the demo model, a program without AI that knows a few places well. Try "What items are in the office?" or "What is in the bedroom and the kitchen?"
demo-unknown = I know nothing about "{ $topic }"
demo-no-answer = I have no answer to that
demo-knows = You asked: “{ $said }”

    { $unknown }: this is a demo model without AI, and it knows only what was written into it. It can tell you what is in these places: { $known }.
demo-describes = { $count ->
        [one] Certainly! Here is one thing you might find in { $named }, and a few words on what each of them is like:
       *[other] Certainly! Here are { $count } things you might find in { $named }, and a few words on what each of them is like:
    }
demo-or = { $others } or { $last }
demo-and = { $others } and { $last }
demo-take-away = Take away the { $without }, and it would hardly be the same place.
demo-wanted = You asked for { $wanted }; this demo model knows only { $known } there.
demo-found = Here is what the tools found:
demo-nothing-to-report = So I have nothing to report. You could ask again, or ask about something else.
demo-offer = I could offer something else: a voucher, or a replacement. Which one?
demo-some-failed = { $failed } of { $all } calls failed.
demo-tool-says = **{ $tool }** says: { $said }
demo-tool = The tool
    .about = For **{ $about }**, the tool
    .named = “{ $tool }”
    .named-about = For **{ $about }**, “{ $tool }”
demo-tool-failed = { $tool } did not work: { $why }
demo-tool-nothing = { $tool } came back with nothing.
demo-tool-found = { $tool } found: { $found }
demo-tool-wrote = { $tool } wrote the text above, { $words } words.
demo-tool-names = { $tool } found { $names }.
    .more = { $tool } found { $names }, and { $more } more.

## A run on the page

run-starting = Starting
run-queued = Waiting for its turn, place { $place }
run-without = Working, without streaming: nothing is shown until everything is done
run-silent = No word for { $seconds } s
run-working = Working
run-thinking = Thinking
run-nothing-until = Nothing to see for **{ $seconds } s**, then everything at once.
run-first-late = First output after **{ $first } s**.
run-all-at-once = Everything came **at once**.
run-first = First output after **{ $first } s**. Without streaming you would have waited { $whole } s.
run-first-at-once = First output **at once**. Without streaming you would have waited { $whole } s.
run-thinks = Thinking for { $seconds } s
run-thought = Thought for { $seconds } s
    .moment = Thought for a moment
run-what-it-thinks = What it thinks
run-reasoning = Reasoning
run-returned = Returned: { $result }
run-result = Result: { $result }
run-attempt = attempt { $attempt }
run-more = { $count ->
        [one] { $count } more is not shown here.
       *[other] { $count } more are not shown here.
    }
run-no-input = (no input)

## What a tool shows

shape-image = Image
shape-diagram = Diagram
shape-card = Card
shape-download = { $name } ({ $size })
shape-more = { $count ->
        [one] { $count } more is not shown.
       *[other] { $count } more are not shown.
    }
shape-rows = { $count ->
        [one] The first { $shown } of { $count } row
       *[other] The first { $shown } of { $count } rows
    }
shape-columns = { $count ->
        [one] { $count } more column is not shown.
       *[other] { $count } more columns are not shown.
    }
shape-fields = { $count ->
        [one] and { $count } more field
       *[other] and { $count } more fields
    }
shape-cut = The first { $shown } of { $all } characters
shape-elsewhere = Kept elsewhere. Nothing was loaded from there.
shape-elsewhere-image = An image that is kept elsewhere. It was not loaded.
shape-image-large = No room for this image: it takes { $size }, and all images and files of a run together may take { $most }.
shape-image-pixels = This image is not shown: it has { $pixels } pixels, and images of up to { $most } million are shown.
shape-image-unreadable = This image is not shown: its contents ({ $size }) are not PNG, JPEG, GIF or WebP.
shape-image-svg = SVG images are not shown, as they can contain programs. This is the source:
shape-file-large = No room for this file: it takes { $size }, and all images and files of a run together may take { $most }.
shape-file-unreadable = This file cannot be downloaded: its contents are not in base64.
shape-diagram-source = A diagram, as its source:
shape-diagram-language = Only Mermaid diagrams are drawn. This is the source:
shape-diagram-many = Up to { $most } diagrams of a tool are drawn. This is the source of one more:
shape-diagram-kind = Diagrams of this kind are not drawn. This is the source:
shape-diagram-parts = This diagram is not drawn, as it contains markup, links or settings. This is the source:
shape-diagram-long = Diagrams of up to { $most } characters are drawn. This one is longer; its source:

## Questions to a person

card-approved = Approved
card-changed = Approved with changes: { $changes }
card-change = { $name }: { $value }
card-changes = { $some }, { $more }
card-rejected = Rejected
    .why = Rejected: { $why }
card-cancelled = Cancelled
card-answered = Answered: { $answer }
card-wants-tool = The assistant wants to use the tool “{ $tool }”.
card-asks = The assistant asks you something.
card-ask-go-on = The assistant asks whether to continue.
card-go-on = Continue
card-breakpoint = The assistant stops here, as its program says. Next: { $next }
card-approve = Approve
card-edit = Edit
card-reject = Reject
card-respond = Answer
card-cancel = Cancel
card-send = Send
card-back = Back
card-undo = Change
card-approve-changed = Approve with these changes
card-reason = Why? (optional)
card-your-answer = Your answer
card-more = { $count ->
        [one] Show { $count } more
       *[other] Show { $count } more
    }
    .of-others = Show more questions
    .not-here = There are more questions; they are not shown here.
card-anything = Text or JSON
card-or-only = or only
card-yes = Yes
card-no = No
card-sent-together =
    { $count ->
        [one] It is sent together with the other decision, once you have made it.
       *[other] It is sent together with the other { $count } decisions, once you have made them.
    }
card-otherwise = Answer differently
    .help = Continues from here with another answer, beside what came of this one.
    .not = Keep the answer
card-waits = waits for an answer
card-unanswered = was not answered
card-held = Waits until the question above is answered
card-waiting-you = The assistant is waiting for your answer.
    .since = The assistant has been waiting for your answer for { $time }.
card-waiting = It is waiting for an answer. Only the person who asked can give it.
    .since = It has been waiting for an answer for { $time }. Only the person who asked can give it.
card-minutes =
    { $count ->
        [one] 1 minute
       *[other] { $count } minutes
    }
card-hours =
    { $count ->
        [one] 1 hour
       *[other] { $count } hours
    }
card-days =
    { $count ->
        [one] 1 day
       *[other] { $count } days
    }
