// Runs in the page before anything else, and costs next to nothing: counts what the WebSocket brings, the pauses
// between animation frames, and when which stamp of the text was first there.
(() => {
  const bench = (window.bench = { frames: 0, bytes: 0, freeze: 0, frozen: 0, stamps: [], done: false });
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

  // The answer is the one of `answers` that comes after those that are there and `before` more; it is complete with
  // the stamp `last`, and with what `end` selects in it.
  bench.start = (answers, before, end, last) => {
    const turn = document.querySelectorAll(answers).length + before;
    Object.assign(bench, { frames: 0, bytes: 0, freeze: 0, frozen: 0, stamps: [], done: false });
    asked = { answers, turn, end, last };
    answer = null;
  };

  let asked = null;
  let answer = null;
  const lastStamp = () => {
    if (!answer?.isConnected) answer = document.querySelectorAll(asked.answers)[asked.turn] ?? null;
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
    if (asked) {
      const stamp = lastStamp();
      if (stamp > (bench.stamps.at(-1)?.[1] ?? -1)) bench.stamps.push([Date.now(), stamp]);
      const isLast = (bench.stamps.at(-1)?.[1] ?? -1) >= asked.last;
      if (looks++ % 8 === 0) bench.done = asked.end ? !!answer?.querySelector(asked.end) : isLast;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
