if (!window.toolstreamReplaced) {
  const here = window.toolstreamReplaced = {};
  const drawAgain = () => {
    const {testConnectionState: line, testScriptState: script} = document.querySelector("[data-testid=stApp]").dataset;
    if (line !== "CONNECTED") here.isOld = true;
    if (line !== "CONNECTED" || !here.isOld || document.hidden) return;
    here.isOld = false;
    if (script !== "notRunning") return; // Streamlit has asked by itself
    for (const type of ["keydown", "keyup"]) document.dispatchEvent(new KeyboardEvent(type, {key: "r"}));
  };
  new MutationObserver(drawAgain).observe(document.body, {attributeFilter: ["data-test-connection-state"], subtree: true});
  document.addEventListener("visibilitychange", drawAgain);
}
