// Runs in the page before anything else, and costs next to nothing: counts what the WebSocket brings, the pauses
// between animation frames, and when which stamp of the text was first there.
(() => {
  const bench = (window.bench = { turn: 0, frames: 0, bytes: 0, freeze: 0, frozen: 0, stamps: [], done: false });
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        bench.frames += 1;
        bench.bytes += data.byteLength ?? data.size ?? data.length;
      });
    }
  };

  const TURN = "[data-testid=stChatMessage]";
  bench.start = () => {
    const turn = document.querySelectorAll(TURN).length + 1;
    Object.assign(bench, { turn, frames: 0, bytes: 0, freeze: 0, frozen: 0, stamps: [], done: false });
    answer = null;
  };

  let answer = null;
  const lastStamp = () => {
    if (!answer?.isConnected) answer = document.querySelectorAll(TURN)[bench.turn] ?? null;
    if (!answer) return -1;
    let node = answer;
    while (node.lastChild) node = node.lastChild;
    const walker = document.createTreeWalker(answer, NodeFilter.SHOW_TEXT);
    walker.currentNode = node;
    for (let step = 0; node && step < 300; step += 1, node = walker.previousNode()) {
      const found = node.nodeType === Node.TEXT_NODE && node.data.match(/q\d+z/g);
      if (found) return Number(found.at(-1).slice(1, -1));
    }
    return -1;
  };

  let before = 0;
  let looks = 0;
  const look = (now) => {
    if (before) {
      bench.freeze = Math.max(bench.freeze, now - before);
      if (now - before > 150) bench.frozen += 1;
    }
    before = now;
    if (bench.turn) {
      const stamp = lastStamp();
      if (stamp > (bench.stamps.at(-1)?.[1] ?? -1)) bench.stamps.push([Date.now(), stamp]);
      if (looks++ % 8 === 0) bench.done = !!answer?.querySelector("[data-testid=stCaptionContainer]");
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
