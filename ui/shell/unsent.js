if (!window.toolstreamUnsent) {
  const box = ".st-key-question textarea", app = document.querySelector("[data-testid=stApp]");
  const turns = () => document.querySelectorAll("[class*=st-key-question_]").length;
  const here = window.toolstreamUnsent = {asked: null};
  const note = () => {
    const text = document.querySelector(box)?.value;
    if (text?.trim()) here.asked = {text, turns: turns(), page: location.pathname};
  };
  const putBack = text => {
    const area = document.querySelector(box);
    if (!area || area.value) return;
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(area, text);
    area.dispatchEvent(new Event("input", {bubbles: true}));
  };
  addEventListener("keydown", event => event.key === "Enter" && event.target.matches?.(box) && note(), true);
  addEventListener("click", event => event.target.closest?.(".st-key-question button") && note(), true);
  // Of a script that was cut off, Streamlit asks for another one when it is back; of a question that no script had taken, not.
  new MutationObserver(() => {
    const asked = here.asked, {testConnectionState: line, testScriptState: script} = app.dataset;
    if (!asked) return;
    if (line !== "CONNECTED") asked.isBroken = true;
    else if (script === "running") asked[asked.isBroken ? "isDrawn" : "isTaken"] = true;
    else if (script === "notRunning" && (asked.isBroken ? asked.isDrawn || !asked.isTaken : asked.isTaken)) {
      here.asked = null;
      if (asked.isBroken && turns() <= asked.turns && location.pathname === asked.page) putBack(asked.text);
    }
  }).observe(app, {attributeFilter: ["data-test-connection-state", "data-test-script-state"]});
}
