// Reads runs from standard input, each a line: {"lines": [an AG-UI event as JSON, ...]}. Says for each what the protocol's
// own schemas and verifier find wrong with it, and the messages that its own reducer makes of it.
import { createInterface } from "node:readline";
import { AbstractAgent, verifyEvents } from "@ag-ui/client";
import { EventSchema } from "@ag-ui/core/schemas";
import { from, lastValueFrom, toArray } from "rxjs";

class Replay extends AbstractAgent {
  constructor(events) {
    super({ threadId: "t" });
    this.events = events;
  }
  run() {
    return from(this.events);
  }
}

async function check(lines) {
  const events = lines.map((line) => EventSchema.parse(JSON.parse(line)));
  await lastValueFrom(from(events).pipe(verifyEvents(), toArray()));
  const agent = new Replay(events);
  const result = await agent.runAgent({ runId: "r" });
  return { messages: agent.messages, state: agent.state, result: result.result ?? null };
}

console.warn = console.error;
for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await check(JSON.parse(line).lines);
  } catch (error) {
    answer = { error: String(error?.message ?? error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
