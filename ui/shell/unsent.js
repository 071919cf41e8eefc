if (!window.toolstreamUnsent) {
  const box = ".st-key-question textarea";
  const drawn = () => [...document.querySelectorAll("[class*=st-key-question_]")].map(
    question => question.className.match(/st-key-question_\S+/)[0]);
  const here = window.toolstreamUnsent = {asked: []};
  const note = () => {
    const text = document.querySelector(box)?.value;
    if (text?.trim()) here.asked.push({text, before: new Set(drawn()), page: location.pathname});
  };
  const putBack = text => {
    const area = document.querySelector(box);
    if (!area || area.value.includes(text)) return;
    const all = [text, area.value].filter(Boolean).join("\n\n");
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(area, all);
    area.dispatchEvent(new Event("input", {bubbles: true}));
  };
  const sends = event => event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches?.(box);
  addEventListener("keydown", event => sends(event) && note(), true);
  addEventListener("click", event => event.target.closest?.(".st-key-question button") && note(), true);
  // Of a script that was cut off, Streamlit asks for another one when it is back; of a question that no script had taken, not.
  const isOver = question => question.isBroken ? question.isDrawn || !question.isTaken : question.isTaken;
  new MutationObserver(() => {
    const {testConnectionState: line, testScriptState: script} = document.querySelector("[data-testid=stApp]").dataset;
    for (const question of here.asked) {
      if (line !== "CONNECTED") question.isBroken = true;
      else if (script === "running") question[question.isBroken ? "isDrawn" : "isTaken"] = true;
    }
    if (line !== "CONNECTED" || script !== "notRunning") return;
    const broken = here.asked.filter(question => isOver(question) && question.isBroken);
    here.asked = here.asked.filter(question => !isOver(question));
    const taken = drawn().filter(key => !broken[0]?.before.has(key)).length; // in the order in which they were asked
    const lost = broken.slice(taken).filter(question => question.page === location.pathname);
    if (lost.length) putBack(lost.map(question => question.text).join("\n\n"));
  }).observe(document.body, {attributeFilter: ["data-test-connection-state", "data-test-script-state"], subtree: true});
}
