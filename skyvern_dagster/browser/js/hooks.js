// Init script, in the page's own world: what can't be learned from outside.
(() => {
  const MOST_BLOBS = 8;
  const blobs = new Map();

  // Pages often revoke a blob's address as soon as they have opened it in a viewer. The last few
  // blobs are kept, under a symbol, so that the session can still save what the viewer shows.
  Object.defineProperty(globalThis, Symbol.for("skyvern.blobs"), { value: blobs });
  URL.createObjectURL = new Proxy(URL.createObjectURL, {
    apply(create, self, given) {
      const url = Reflect.apply(create, self, given);
      if (given[0] instanceof Blob) blobs.set(url, given[0]);
      if (blobs.size > MOST_BLOBS) blobs.delete(blobs.keys().next().value);
      return url;
    },
  });

  // Elements that listen for clicks, for the snapshot: it asks by an event, and each that is still
  // on the page answers by one. What listens for every kind of press is the root of a framework, which
  // hands events on.
  const PRESSES = new Set(["click", "mousedown", "mouseup", "pointerdown", "pointerup", "dblclick"]);
  const HOLDS = new Set(["mousedown", "pointerdown", "touchstart", "dragstart"]);
  const CLICKS = new Set(["click", "mouseup", "pointerup", "dblclick"]);
  const DROP = "drop"; // says where something may be put, and nothing of clicks
  const listening = new Set();
  const owners = new WeakSet();
  const heard = new WeakMap();
  const listens = (element, kind) => {
    if (!heard.has(element)) {
      heard.set(element, new Set());
      listening.add(new WeakRef(element));
    }
    heard.get(element).add(kind);
  };
  EventTarget.prototype.addEventListener = new Proxy(EventTarget.prototype.addEventListener, {
    apply(add, self, given) {
      if ((PRESSES.has(given[0]) || HOLDS.has(given[0]) || given[0] === DROP) && self instanceof Element) listens(self, given[0]);
      return Reflect.apply(add, self, given);
    },
  });
  document.addEventListener("skyvern.ask", () => {
    for (const each of listening) {
      const element = each.deref();
      if (!element) listening.delete(each);
      else if (element.isConnected && !listensForAll(element))
        for (const way of waysOf(element)) element.dispatchEvent(new Event("skyvern." + way, { bubbles: true, composed: true }));
    }
  });
  const listensForAll = (element) => [...PRESSES].every((kind) => heard.get(element).has(kind));
  const waysOf = (element) => {
    const kinds = [...heard.get(element)].filter((kind) => kind !== DROP);
    const pressed = kinds.length ? [pressedBy(element, kinds)] : [];
    return heard.get(element).has(DROP) ? [...pressed, "drops"] : pressed;
  };
  const pressedBy = (element, kinds) => {
    if (owners.has(element)) return "owns";
    return kinds.some((kind) => HOLDS.has(kind)) && !kinds.some((kind) => CLICKS.has(kind)) ? "drags" : "listens";
  };

  // `element.onclick = …` is no attribute and no call of addEventListener.
  for (const kind of [...PRESSES, DROP])
    for (const { prototype } of [HTMLElement, SVGElement]) {
      const property = Object.getOwnPropertyDescriptor(prototype, "on" + kind);
      if (!property || !property.set) continue;
      const apply = (set, self, given) => {
        if (typeof given[0] === "function" && self instanceof Element) {
          listens(self, kind);
          if (kind !== DROP) owners.add(self);
        }
        return Reflect.apply(set, self, given);
      };
      Object.defineProperty(prototype, "on" + kind, { ...property, set: new Proxy(property.set, { apply }) });
    }

  // A timer that an action has started shows its effect later: how long, the other world is told.
  const LONGEST_TIMER = 700;
  window.setTimeout = new Proxy(window.setTimeout, {
    apply(set, self, given) {
      const delay = Number(given[1]) || 0;
      if (delay > 0 && delay <= LONGEST_TIMER)
        document.dispatchEvent(new CustomEvent("skyvern.timer", { detail: delay }));
      return Reflect.apply(set, self, given);
    },
  });

  // Closed shadow roots are open for the isolated world, where snapshots and clicks come from. The
  // page's own scripts find them closed.
  const closed = new WeakSet();
  Element.prototype.attachShadow = new Proxy(Element.prototype.attachShadow, {
    apply(attach, self, given) {
      if (!given[0] || given[0].mode !== "closed") return Reflect.apply(attach, self, given);
      const root = Reflect.apply(attach, self, [{ ...given[0], mode: "open" }]);
      closed.add(root);
      return root;
    },
  });
  const patch = (owner, property, seen) => {
    const { get, ...rest } = Object.getOwnPropertyDescriptor(owner, property);
    const told = new Proxy(get, { apply: (read, self) => seen(Reflect.apply(read, self, []), self) });
    Object.defineProperty(owner, property, { ...rest, get: told });
  };
  patch(Element.prototype, "shadowRoot", (root) => (closed.has(root) ? null : root));
  patch(ShadowRoot.prototype, "mode", (mode, root) => (closed.has(root) ? "closed" : mode));

  const rootsAround = (node) => {
    const roots = [];
    for (let at = node; at instanceof Node; at = at.host) {
      at = at.getRootNode();
      roots.push(at);
    }
    return roots;
  };
  Event.prototype.composedPath = new Proxy(Event.prototype.composedPath, {
    apply(read, self, given) {
      const inside = new Set(rootsAround(self.currentTarget));
      const isOpen = (root) => !closed.has(root) || inside.has(root);
      return Reflect.apply(read, self, given).filter((node) => rootsAround(node).every(isOpen));
    },
  });

  // A tab that a script opens shows up some time later; whoever waits must know that it will.
  window.open = new Proxy(window.open, {
    apply(open, self, given) {
      // A program that Chromium would ask to start for mailto: and the like is nothing for us.
      if (/^(?!https?:|blob:|data:|javascript:|about:)[a-z][a-z0-9+.-]*:/i.test(given[0])) return null;
      const target = given[1] === undefined || given[1] === "" ? "_blank" : given[1];
      if (target === "_blank") document.dispatchEvent(new Event("skyvern.opening"));
      return Reflect.apply(open, self, given);
    },
  });
})();
