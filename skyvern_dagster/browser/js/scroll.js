// Scrolls the page, or the nearest scrollable ancestor of an element; tells whether it moved.
(element, direction) => {
  const root = document.scrollingElement || document.documentElement;
  const target = element && element.nodeType ? scrollable(element) : root;
  function scrollable(node) {
    for (let at = node; at && at !== document.body; at = at.parentElement) {
      const overflow = getComputedStyle(at).overflowY;
      if (at.scrollHeight > at.clientHeight && /auto|scroll|overlay/.test(overflow)) return at;
    }
    return root;
  }
  const before = target.scrollTop;
  const step = 0.8 * (target === root ? innerHeight : target.clientHeight);
  const goals = { down: before + step, up: before - step, bottom: target.scrollHeight, top: 0 };
  target.scrollTo({ top: goals[direction], behavior: "instant" });
  return target.scrollTop !== before;
}
