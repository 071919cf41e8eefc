{
  const here = window.toolstreamWords ??= {said: new WeakMap()};
  here.words = WORDS.map(([own, ours]) => [new RegExp(`^${own}$`), ours]);
  if (here.words.length && !here.look) {
    const names = ["aria-label", "placeholder"];
    const places = "[data-testid=InputInstructions], [data-testid=stFileUploaderDropzone], [data-testid=stSkipToContent], [data-testid=stDataFrameResizable] label, [role=tooltip], [role=dialog]";
    const tell = (node, text, write) => {
      const [own, said] = here.said.get(node) ?? [];
      const first = text === said ? own : text;
      const known = here.words.find(([pattern]) => pattern.test(first));
      const told = known ? first.replace(...known) : first;
      here.said.set(node, [first, told]);
      if (told !== text) write(told, first);
    };
    const name = part => names.filter(each => part.hasAttribute(each)).forEach(each =>
      tell(part.getAttributeNode(each), part.getAttribute(each), (told, first) => {
        part.dataset.named = first;
        part.setAttribute(each, told);
      }));
    const read = text => text.parentElement?.closest(places) && tell(text, text.data, told => { text.data = told; });
    here.look = root => {
      if (root.nodeType === Node.TEXT_NODE) return read(root);
      if (root.nodeType !== Node.ELEMENT_NODE) return;
      [root, ...root.querySelectorAll("[aria-label], [placeholder]")].forEach(name);
      for (const place of [...(root.closest(places) ? [root] : []), ...root.querySelectorAll(places)]) {
        const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) read(walker.currentNode);
      }
    };
    new MutationObserver(all => {
      for (const {type, target, addedNodes} of all) type === "childList" ? addedNodes.forEach(here.look) : here.look(target);
    }).observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: names});
  }
  here.look?.(document.body);
}
