// Reads a run from an address with the client that AG-UI's front ends use, and prints each event, then the messages.
import { HttpAgent } from "@ag-ui/client";

const agent = new HttpAgent({ url: process.argv[2] });
agent.subscribe({ onEvent: ({ event }) => console.log(JSON.stringify({ event })) });
try {
  await agent.runAgent();
  console.log(JSON.stringify({ messages: agent.messages, state: agent.state }));
} catch (error) {
  console.log(JSON.stringify({ error: String(error?.message ?? error) }));
}
