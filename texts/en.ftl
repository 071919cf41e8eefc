# Every sentence in English. ko.ftl has the same keys with the same placeables.
# A key begins with its room. Marks are Streamlit's Markdown: **bold**, *italics*, `code`, :gray[...].

## Languages

language-name = English
language-choice = Language

## Pages

page-home = Home
    .summary = What this is, and one example to watch.
page-refund = Refund
    .summary = A customer wants money back: the order, the policy and a reply to send.
    .intro = A customer wants their money back. The assistant looks up the order **and** the policy at the same time, and you read the reply as it is written.
page-market_brief = Market brief
    .summary = News, a table and a chart fill side by side, then the brief is written.
    .intro = Somebody needs a brief by noon. News, a table and a chart fill **side by side**: you see what the brief is built on before its first word.
page-incident = Incident
    .summary = A service is down: a long search, a step that fails, and the way back.
    .intro = A service is down. You see how far the search is, **which step fails and when**, and that the assistant goes on.
page-custom_data = Custom data
    .summary = A tool sends whatever it likes while it works: finds, progress, rows.
page-llm_tokens = LLM tokens
    .summary = A tool asks a language model, and you see every word as it is written.
page-without_langchain = Without LangChain
    .summary = The same with the plain OpenAI client: the tool passes on each word by itself.
page-stream_lab = Stream lab
    .summary = For developers: one run in all eight stream modes, event by event.
page-your_agent = Your agent
    .summary = Your own LangGraph agent at work, every chunk with its tool call.
page-pitfalls = Pitfalls
    .summary = Ten ways to get it wrong, each beside the right one.
page-runs = Runs
    .summary = Replay, share or download your runs.
page-cannot-start = The app cannot start: { $why }

## Sidebar

sidebar-new-conversation = New conversation
sidebar-view = Show me
    .help = **Simple** tells a run in plain words. **Technical** shows everything as it is sent.
sidebar-view-simple = Simple
sidebar-view-technical = Technical
sidebar-show-work = Show work as it happens
    .help = Off, you wait for the whole answer, as with most assistants. Nothing is asked again.
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
    .demo = no AI, reading speed
    .demo-fast = no AI, all at once
    .demo-flaky = no AI, breaks in many ways
sidebar-demo = A demo model without AI answers from a short list of places. It needs no key.
sidebar-own-key = Use your own OpenAI key
    .label = OpenAI key
    .promise = It stays in this browser tab's session and goes only to the model's server.
    .in-use = Your key is in use, in this browser tab only. Close or reload the tab and it is gone.
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

## The conversation

chat-ask = Ask a question…
chat-ask-own = Ask your agent…
chat-stop = Stop
chat-retry = Try again
chat-run-lost = The run behind this link is gone: the server was restarted, or newer runs have taken its place. Ask again to start a new one.
chat-code = The code that runs here
    .call = The call that the chosen modes stand for
    .tool = The tool `{ $name }`, from `{ $file }`
    .graph = The graph: { $title }
chat-context = Context of the run
chat-input = Input
    .run = Run
    .optional = (optional)
    .lines = One per line

## Questions to a person

card-approved = Approved
card-changed = Approved with changes: { $changes }
card-rejected = Rejected
    .why = Rejected: { $why }
card-cancelled = Cancelled
card-answered = Answered: { $answer }
