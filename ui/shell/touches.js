{
  const drawn = document.querySelector(".st-key-head style");
  let kept = document.head.querySelector("style[data-toolstream]");
  if (!kept) {
    kept = document.head.appendChild(document.createElement("style"));
    kept.dataset.toolstream = "";
  }
  if (drawn && kept.textContent !== drawn.textContent) kept.textContent = drawn.textContent;
}
if (!window.toolstreamTouches) {
  window.toolstreamTouches = true;

  let held = null;
  const hold = (event, by) => {
    const button = event.target.closest?.(".hold button");
    if (!button || held?.button.isConnected) return;
    held = {button, by};
    button.classList.add("held");
  };
  const letGo = (by = held?.by) => {
    if (!held || by !== held.by) return;
    held.button.classList.remove("held");
    held = null;
  };
  addEventListener("pointerdown", event => event.button || hold(event, event.pointerId));
  addEventListener("keydown", event => [" ", "Enter"].includes(event.key) && hold(event, event.key));
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, event => letGo(event.pointerId));
  addEventListener("keyup", event => letGo(event.key));
  addEventListener("blur", () => letGo());
  addEventListener("focusout", event => event.target === held?.button && letGo());
  addEventListener("contextmenu", event => event.target.closest?.(".hold button") && event.preventDefault());

  const stay = event => {
    if (!event.isTrusted || event.target.closest?.(".st-key-tour, a, button")) return;
    const button = document.querySelector(".st-key-tour_stay button:not([data-pressed])");
    if (button) button.click(button.dataset.pressed = "");
  };
  for (const touch of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(touch, stay, {passive: true});

  const lead = find => {
    const until = performance.now() + 3000;
    const look = () => {
      const found = find();
      if (found) found.focus({preventScroll: true});
      else if (performance.now() < until) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  };
  const isLost = () => document.activeElement === document.body;
  const box = () => document.querySelector(".st-key-question textarea");
  const popover = () => document.querySelector(
    "[data-testid=stPopoverBody] :is(a[href], button:not([disabled], [kind=primary]), input, textarea)");
  const edited = () => document.querySelector("[class*=st-key-edited_] textarea");
  addEventListener("keydown", event => {
    if (!event.isTrusted || !["Enter", " "].includes(event.key)) return;
    if (event.target.matches("[data-testid=stPopover] button")) lead(popover);
    else if (event.target.closest("[data-testid=stPopoverBody]")) lead(() => isLost() && popover());
    else if (event.target.closest("[class*=st-key-edit_]")) lead(edited);
    else if (event.target === box() && !matchMedia("(pointer: coarse)").matches) lead(() => isLost() && box());
  });
}
