// Scrolls what scrolls around an element (for the html element: the page, or the pane that fills
// it); tells whether it moved.
(element, direction) => {
  const root = document.scrollingElement || document.documentElement;

  function scrollableAbove(node) {
    for (let at = node; at && at !== document.body && at !== root; at = at.parentElement) {
      const overflow = getComputedStyle(at).overflowY;
      if (at.scrollHeight > at.clientHeight + 1 && /auto|scroll|overlay/.test(overflow)) return at;
    }
    return root;
  }

  const scrolls = root.scrollHeight > root.clientHeight + 1;
  const isPage = element === document.documentElement;
  const start = isPage && !scrolls ? document.elementFromPoint(innerWidth / 2, innerHeight / 2) : element;
  const target = scrollableAbove(start);
  const before = target.scrollTop;
  const step = 0.8 * (target === root ? innerHeight : target.clientHeight);
  const goals = { down: before + step, up: before - step, bottom: target.scrollHeight, top: 0 };
  target.scrollTo({ top: goals[direction], behavior: "instant" });
  return target.scrollTop !== before;
}
