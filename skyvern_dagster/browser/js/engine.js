// A Playwright selector engine that runs in the isolated world, out of the page's reach.
//
//   skyvern=details   a detached element whose text is JSON: what the aria snapshot lacks
//   skyvern=early     the same, but null while there hasn't been a snapshot
//   skyvern=x3        the element that a former `details` called x3
//   skyvern=e12       the element that a snapshot called so
//
// Playwright's snapshot stores each element's ref in `_ariaRef`, in this same world, so that the
// join with the snapshot is exact. Pages have thousands of elements: what is asked of each is cheap.
(() => {
  const MAX_TEXT = 200;
  const MAX_OPTIONS = 200;
  const MOST_BEFORE = 8; // the snapshot folds wrappers away: one of so many is still there
  const MOST_WRAPPERS = 40; // of boxes in each other with nothing else in them, before what they hold
  const LANDMARK = "main,[role=main],[role=banner],[role=contentinfo]";
  const NATIVE = "a[href],button,input,select,textarea,summary,option,label";
  const ROLES =
    "[role=button],[role=link],[role=checkbox],[role=radio],[role=switch],[role=tab],[role=option]," +
    "[role=menuitem],[role=menuitemcheckbox],[role=menuitemradio],[role=combobox],[role=textbox]," +
    "[role=searchbox],[role=spinbutton],[role=slider],[role=treeitem]";
  const EDITABLE = "[contenteditable=''],[contenteditable=true],[contenteditable=plaintext-only]";
  const INTERACTIVE = NATIVE + "," + ROLES + "," + EDITABLE;
  const TELLING = INTERACTIVE + ",fieldset,[role],[tabindex],[onclick],[colspan],[rowspan],[aria-colspan],[aria-rowspan],[draggable]";
  const TOLD_AS_TRUE = new Set(["download", "readonly", "multiple"]);
  const CHOSEN = ["active", "selected", "checked", "current", "chosen", "is-active", "is-selected"];
  const HANDLES = ".ui-draggable,.ui-sortable-handle,.ui-slider-handle,[aria-roledescription*=drag i],[aria-roledescription*=sort i]";
  const COPIED = new Set([
    "id", "name", "autocomplete", "inputmode", "maxlength", "pattern", "accept", "min", "max",
    "download", "target", "aria-label", "aria-haspopup", "aria-current", "aria-live", "alt",
    "readonly", "multiple", "rel", "colspan", "rowspan", "aria-colspan", "aria-rowspan",
    "step", "aria-valuemin", "aria-valuemax", "aria-valuenow", "aria-valuetext", "aria-readonly",
  ]);
  const SKIPPED = new Set([
    "SCRIPT", "STYLE", "META", "LINK", "HEAD", "TITLE", "NOSCRIPT", "TEMPLATE", "BR",
  ]);
  const FIELD_ROLES = {
    checkbox: "checkbox", radio: "radio", range: "slider", number: "spinbutton",
    search: "searchbox", button: "button", submit: "button", reset: "button", image: "button",
    file: "button",
  };
  const elements = new Map(); // x ref -> WeakRef of an element
  const refs = new WeakMap(); // element -> x ref
  let lastRef = 0;

  const clean = (text) => (text || "").replace(/\s+/g, " ").trim().slice(0, MAX_TEXT);
  const ariaRef = (element) => (element._ariaRef ? element._ariaRef.ref : "");

  function parentOf(element) {
    if (element.assignedSlot) return element.assignedSlot;
    if (element.parentElement) return element.parentElement;
    const root = element.getRootNode();
    return root instanceof ShadowRoot ? root.host : null;
  }

  function descend(root, into) {
    for (let element = root.firstElementChild; element; element = element.nextElementSibling) {
      if (!SKIPPED.has(element.nodeName)) into.push(element);
      if (element.shadowRoot) descend(element.shadowRoot, into);
      descend(element, into);
    }
    return into;
  }

  function isSecret(element) {
    if (element.nodeName !== "INPUT") return false;
    if (element.type === "password") return true;
    if (/(current|new)-password/.test(element.autocomplete || "")) return true;
    const security = getComputedStyle(element).webkitTextSecurity;
    return Boolean(security) && security !== "none";
  }

  function topElementAt(x, y) {
    let hit = document.elementFromPoint(x, y);
    while (hit && hit.shadowRoot) {
      const inner = hit.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === hit) break;
      hit = inner;
    }
    return hit;
  }

  function includes(outer, inner) {
    for (let node = inner; node; node = parentOf(node)) if (node === outer) return true;
    return false;
  }

  function isCovered(element, [left, top, width, height]) {
    if (left > innerWidth || top > innerHeight || left + width < 0 || top + height < 0) return false;
    const box = element.getClientRects()[0];
    if (!box || !box.width || !box.height) return false;
    const x = box.left + box.width / 2;
    const y = box.top + box.height / 2;
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return false;
    const hit = topElementAt(x, y);
    if (!hit || includes(element, hit) || includes(hit, element)) return false;
    const label = hit.closest("label");
    return !(label && (label.control === element || includes(label, element)));
  }

  function boxOf(element) {
    const box = element.getBoundingClientRect();
    return [Math.round(box.x), Math.round(box.y), Math.round(box.width), Math.round(box.height)];
  }

  function isShown(element) {
    return element.checkVisibility
      ? element.checkVisibility({ visibilityProperty: true, opacityProperty: false })
      : element.getClientRects().length > 0;
  }

  // Words that only a line break parts: the snapshot writes them as one.
  function partedWords() {
    const parted = new Map();
    for (const br of document.querySelectorAll("br")) {
      const before = /\S+$/.exec(br.previousSibling ? br.previousSibling.textContent : "");
      const after = /^\S+/.exec(br.nextSibling ? br.nextSibling.textContent : "");
      let holder = br.parentElement;
      while (holder && !ariaRef(holder)) holder = parentOf(holder);
      if (!before || !after || !holder) continue;
      if (!parted.has(holder)) parted.set(holder, []);
      parted.get(holder).push([before[0], after[0]]);
    }
    return parted;
  }

  function labelOf(element) {
    const label = element.nodeName !== "BUTTON" && element.labels && element.labels[0];
    if (!label) return "";
    return clean(label.contains(element) ? textWithoutFields(label) : label.innerText);
  }

  function textWithoutFields(element) {
    if (element.matches("select,textarea")) return "";
    const parts = Array.from(element.childNodes, (child) =>
      child.nodeType === Node.ELEMENT_NODE ? textWithoutFields(child) : child.textContent,
    );
    return parts.join(" ");
  }

  function fieldDetails(element, into) {
    const tag = element.nodeName;
    if (tag === "INPUT") into.type = element.type;
    if (tag === "BUTTON" && element.type !== "submit") into.type = element.type;
    if (isSecret(element)) {
      into.secret = true;
      if (element.value) into.filled = true;
    }
    else if (tag === "INPUT" || tag === "TEXTAREA") into.value = fieldValue(element);
    else if (element.isContentEditable) into.value = element.innerText.trim().slice(0, 2000);
    if (tag === "SELECT") selectDetails(element, into);
    if (element.placeholder) into.placeholder = clean(element.placeholder);
    if (element.required || element.ariaRequired === "true") into.required = true;
    if (element.matches(":disabled") || element.ariaDisabled === "true") into.disabled = true;
    if (isInvalid(element)) into.invalid = true;
    const label = labelOf(element);
    if (label) into.label = label;
  }

  function fieldValue(element) {
    if (element.type === "file") return Array.from(element.files, (file) => file.name).join(", ");
    if (element.type === "hidden") return "";
    return element.value.slice(0, 2000);
  }

  function selectDetails(element, into) {
    const chosen = element.selectedOptions[0];
    into.value = chosen ? clean(chosen.label) : "";
    into.options = Array.from(element.options)
      .slice(0, MAX_OPTIONS)
      .map((option) => [clean(option.label), option.value, option.selected]);
  }

  // A required field that nobody has touched is not wrong yet, so :user-invalid, not :invalid.
  function isInvalid(element) {
    return element.ariaInvalid === "true" || element.matches(":user-invalid");
  }

  function linkDetails(element, into) {
    if (element.nodeName === "A" && element.hasAttribute("href")) into.url = element.href;
    if (element.nodeName === "IFRAME" || element.nodeName === "FRAME") into.url = element.src;
  }

  function attributesOf(element) {
    const found = {};
    for (const name of element.getAttributeNames()) {
      if (!COPIED.has(name)) continue;
      const value = element.getAttribute(name);
      if (value || name === "download") found[name] = clean(value);
      else if (TOLD_AS_TRUE.has(name)) found[name] = "true";
    }
    return found;
  }

  function detailsOf(element, box, interactive) {
    const details = {};
    const expanded = expandedState(element);
    if (expanded !== null) details.expanded = expanded;
    if (element.title) details.title = clean(element.title);
    else if (element.dateTime && element.nodeName === "TIME" && !/\d{4}/.test(element.textContent))
      details.title = clean(element.dateTime);
    if (!interactive) return details;
    const tip = details.title ? "" : toolTip(element);
    if (tip) details.title = tip;
    const attributes = attributesOf(element);
    if (!isEmpty(attributes)) details.attributes = attributes;
    linkDetails(element, details);
    if (element.matches("input,select,textarea,button,fieldset,[role]," + EDITABLE)) fieldDetails(element, details);
    if (element.matches(EDITABLE)) editableDetails(element, details);
    tellChoice(element, details);
    if (isCovered(element, box)) details.covered = true;
    return details;
  }

  // Libraries keep a tool tip aside, so that the browser doesn't show its own: Ext JS, Bootstrap, Tippy.
  function toolTip(element) {
    const { qtip, tooltip, tip, originalTitle, bsTitle, bsOriginalTitle, tippyContent } = element.dataset || {};
    const said = qtip || tooltip || tip || originalTitle || bsTitle || bsOriginalTitle || tippyContent || "";
    return /[<{]/.test(said) ? "" : clean(said);
  }

  // An editor without a role: what people see is a field to write in.
  function editableDetails(element, into) {
    if (element.hasAttribute("role")) return;
    into.role = "textbox";
    const about = element.getAttribute("aria-labelledby");
    const label = about && element.getRootNode().getElementById(about.split(" ")[0]);
    const spoken = clean(element.getAttribute("aria-label")) || clean(label && label.innerText);
    const placeholder = element.getAttribute("aria-placeholder") || element.dataset.placeholder;
    if (placeholder) into.placeholder = clean(placeholder);
    into.name = spoken || clean(element.title) || clean(placeholder) || wordsOfClass(element);
  }

  // Toggles that say only by a class which of them is chosen: their own, or that of the list entry around each.
  function tellChoice(element, into) {
    if (!element.matches("button,a,[role],[tabindex],[onclick]") || !element.parentElement) return;
    if (element.ariaPressed || element.ariaSelected || element.ariaChecked) return;
    const entry = element.parentElement;
    const alone = entry.nodeName === "LI" && entry.querySelectorAll("a,button,[role]").length === 1;
    const word = chosenWord(element) || (alone && chosenWord(entry));
    if (word) into.attributes = { ...into.attributes, chosen: word };
    // Of a tab it is the panel that is open or not; where a class tells which tab it is, only that one is sure.
    if (element.role === "tab" && (word || [...entry.parentElement?.children || []].some(chosenWord))) into.expanded = null;
  }

  function chosenWord(element) {
    const word = CHOSEN.find((each) => element.classList.contains(each));
    if (!word || !element.parentElement) return "";
    const alike = Array.from(element.parentElement.children).filter((each) => each.nodeName === element.nodeName);
    return alike.length < 2 || alike.every((each) => each.classList.contains(word)) ? "" : word;
  }

  function isDraggable(element, listeners) {
    if (element.getAttribute("draggable") === "true" || element.matches(HANDLES)) return true;
    const parent = element.parentElement;
    if (!parent || !listeners.dragging.has(parent) || parent.matches("html,body,form,main")) return false;
    const alike = Array.from(parent.children).filter((each) => each.nodeName === element.nodeName);
    return alike.length > 1 && element.textContent.length <= MAX_TEXT;
  }

  // Where something may be dropped: an empty list has nothing in it that could be named instead.
  function isDroppable(element, listeners) {
    if (element.matches("html,body")) return false;
    if (element.hasAttribute("ondrop") || listeners.drops.has(element)) return true;
    return element.matches(".ui-droppable,.ui-sortable") || (listeners.dragging.has(element) && !element.children.length && hasRoom(element));
  }

  // More than the bar between two panes.
  function hasRoom(element) {
    const [, , width, height] = boxOf(element);
    return Math.min(width, height) >= 20;
  }

  function expandedState(element) {
    if (element.nodeName === "SUMMARY" && element.parentElement) return element.parentElement.open;
    const state = element.getAttribute("aria-expanded");
    return state === "true" ? true : state === "false" ? false : null;
  }

  // A drawn checkbox or upload button: the real one is hidden, its label is what people click.
  function standsForHidden(element, details) {
    const control = element.nodeName === "LABEL" && element.control;
    if (!control || !["checkbox", "radio", "file"].includes(control.type)) return false;
    const box = control.getBoundingClientRect();
    if (isShown(control) && box.width > 2 && box.height > 2) return false;
    details.type = control.type;
    details.role = control.type === "file" ? "button" : control.type;
    if (control.type !== "file") details.checked = control.checked;
    if (control.disabled) details.disabled = true;
    return true;
  }

  // Clickable without a role: the page's author gave it a handler or a hand cursor.
  function isScriptClickable(element, style) {
    if (style.cursor !== "pointer") return false;
    const parent = parentOf(element);
    return !parent || getComputedStyle(parent).cursor !== "pointer";
  }

  // It has a handler or a place in the tab order of its own, whatever it lies in.
  function hasOwnHandler(element, listeners) {
    if (element.hasAttribute("onclick") || element.hasAttribute("ng-click")) return true;
    if (listeners.owners.has(element) && !element.matches("html,body,form")) return true;
    if (element.hasAttribute("tabindex") && element.tabIndex >= 0 && !isScrolled(element)) return true;
    return isListener(element, listeners.all);
  }

  // What scrolls has a place in the tab order for the arrow keys; so have whole dialogs and panels.
  function isScrolled(element) {
    if (element.matches("dialog,main,section,[role=dialog],[role=tabpanel],[role=main],[role=region],[role=grid],[role=document]")) return true;
    return element.scrollHeight > element.clientHeight + 4 && element.textContent.length > MAX_TEXT;
  }

  // Frameworks listen on large containers for everything in them; those are not what is clicked.
  function isListener(element, listeners) {
    if (!listeners.has(element) || element.matches("html,body,form,table,ul,ol,main")) return false;
    if (element.querySelector(INTERACTIVE) || element.textContent.length > MAX_TEXT) return false;
    return !(fillsPage(element) && element.textContent.trim());
  }

  // More than half of what is seen: a page with little in it, rather than one thing on it.
  function fillsPage(element) {
    const [, , width, height] = boxOf(element);
    return width * height > (innerWidth * innerHeight) / 2;
  }

  function listenersHere() {
    const found = { all: new Set(), owners: new Set(), dragging: new Set(), drops: new Set() };
    const note = (event) => {
      event.stopPropagation();
      const element = event.composedPath()[0];
      if (event.type === "skyvern.drops") {
        found.drops.add(element);
        return;
      }
      found.all.add(element);
      if (event.type === "skyvern.owns") found.owners.add(element);
      if (event.type === "skyvern.drags") found.dragging.add(element);
    };
    const answers = ["skyvern.listens", "skyvern.owns", "skyvern.drags", "skyvern.drops"];
    for (const each of answers) document.addEventListener(each, note, true);
    document.dispatchEvent(new Event("skyvern.ask"));
    for (const each of answers) document.removeEventListener(each, note, true);
    return found;
  }

  function hasAncestor(element, selector) {
    for (let node = parentOf(element); node; node = parentOf(node)) if (node.matches(selector)) return true;
    return false;
  }

  const WORDS = /[A-Za-z][a-z]+|[A-Z]+(?![a-z])/g;
  const NOISE = new Set(["btn", "icon", "fa", "fas", "far", "button", "link", "svg", "glyphicon", "bi", "mdi"]);

  // An icon's class often says what it does: "icon-cart" -> "cart".
  function wordsOfClass(element) {
    const candidates = [element, ...element.querySelectorAll("i,span,svg,use")].slice(0, 5);
    for (const candidate of candidates) {
      const source = [
        candidate.getAttribute("class"),
        candidate.id,
        candidate.getAttribute("href"),
        candidate.getAttribute("data-icon"),
      ].join(" ");
      const words = (source.match(WORDS) || []).map((word) => word.toLowerCase());
      const telling = words.filter((word) => word.length > 2 && !NOISE.has(word));
      if (telling.length) return [...new Set(telling)].slice(0, 4).join(" ");
    }
    return "";
  }

  const COLOURS = {
    black: [0, 0, 0], white: [255, 255, 255], gray: [128, 128, 128], red: [255, 0, 0], green: [0, 128, 0],
    lime: [0, 255, 0], blue: [0, 0, 255], yellow: [255, 255, 0], orange: [255, 165, 0], purple: [128, 0, 128],
    pink: [255, 192, 203], brown: [139, 69, 19], cyan: [0, 255, 255], magenta: [255, 0, 255], navy: [0, 0, 128],
    silver: [192, 192, 192], olive: [128, 128, 0], teal: [0, 128, 128], maroon: [128, 0, 0],
  };

  // A swatch or a shape without words is told apart by its colour.
  function colourOf(element) {
    const style = getComputedStyle(element);
    const drawn = element instanceof SVGElement && element.nodeName !== "svg";
    const parts = ((drawn ? style.fill : style.backgroundColor).match(/[\d.]+/g) || []).map(Number);
    const isPlainButton = element.nodeName === "BUTTON" && parts.slice(0, 3).every((each) => each === 239);
    if (parts.length < 3 || parts[3] === 0 || isPlainButton) return "";
    const distance = (rgb) => rgb.reduce((sum, each, at) => sum + (each - parts[at]) ** 2, 0);
    return Object.keys(COLOURS).reduce((best, each) => (distance(COLOURS[each]) < distance(COLOURS[best]) ? each : best));
  }

  function spokenLabel(element) {
    const inner = element.querySelector("[aria-label],[title],img[alt],svg title");
    return (
      clean(element.getAttribute("aria-label")) ||
      clean(element.title) ||
      (inner &&
        clean(
          inner.getAttribute("aria-label") ||
            inner.getAttribute("title") ||
            inner.getAttribute("alt") ||
            inner.textContent,
        ))
    );
  }

  function refFor(element) {
    let ref = refs.get(element);
    if (!ref) {
      ref = "x" + ++lastRef;
      refs.set(element, ref);
      elements.set(ref, new WeakRef(element));
    }
    return ref;
  }

  function ancestorRefs(element) {
    const found = [];
    for (let node = parentOf(element); node; node = parentOf(node)) {
      const ref = ariaRef(node);
      if (ref) found.push(ref);
      if (refs.has(node)) found.push(refs.get(node));
    }
    return found;
  }

  // What a planner may click: a control or link, or anything that is clickable by script.
  function isClickable(element, native, details, listeners) {
    if (element === document.body) return false;
    return (
      (native && element.nodeName !== "LABEL") ||
      standsForHidden(element, details) ||
      (isScriptClickable(element, getComputedStyle(element)) && !hasAncestor(element, INTERACTIVE + ",[onclick]")) ||
      ((hasOwnHandler(element, listeners) || isDraggable(element, listeners)) &&
        !hasAncestor(element, NATIVE + "," + EDITABLE))
    );
  }

  // What is around the page's parts only passes clicks on: nobody clicks the page.
  function aroundPage() {
    const around = new Set(document.querySelectorAll("main,[role=main]"));
    for (const part of document.querySelectorAll(LANDMARK))
      for (let node = parentOf(part); node && !around.has(node); node = parentOf(node)) around.add(node);
    return around;
  }

  // Elements that the snapshot leaves without a ref, or without a name, get a handle of ours.
  function needsHandle(element, ref, native) {
    if (element.nodeName === "OPTION") return false;
    if (isField(element)) return !ref;
    if (element.matches(EDITABLE)) return true;
    return !native || !ref || element.nodeName === "LABEL" || !nameOf(element);
  }

  function isField(element) {
    return element.matches("input,select,textarea");
  }

  function nameOf(element) {
    return clean(withoutGlyphs((element._ariaRef && element._ariaRef.name) || element.innerText));
  }

  // Icon fonts draw private characters as pictures: to who reads they are no name.
  function withoutGlyphs(text) {
    return (text || "").replace(/[\uE000-\uF8FF]/g, " ");
  }

  function handleRole(element) {
    const role = element.getAttribute("role");
    if (isField(element)) return role || fieldRole(element);
    if (element.nodeName === "A" || role === "link") return "link";
    if (element.nodeName === "BUTTON") return "button";
    return role || (element.nodeName === "TD" ? "cell" : "");
  }

  function fieldRole(element) {
    if (element.nodeName === "SELECT") return element.multiple || element.size > 1 ? "listbox" : "combobox";
    return (element.nodeName === "INPUT" && FIELD_ROLES[element.type]) || "textbox";
  }

  // What is around a whole table, or around its rows, isn't called what stands in them.
  function handleText(element) {
    const said = element.querySelector("table,tr,[role=table],[role=grid],[role=treegrid],[role=row]") ? "" : element.innerText;
    return clean(withoutGlyphs(said)) || spokenLabel(element) || "";
  }

  // The first refs of what lies in an element, the outer ones first.
  function refsWithin(element) {
    const found = [];
    const collectIn = (root) => {
      for (const child of [...(root.shadowRoot || root).children, ...(root.shadowRoot ? root.children : [])]) {
        if (found.length >= MOST_WRAPPERS) return;
        if (ariaRef(child)) found.push(ariaRef(child));
        collectIn(child);
      }
    };
    collectIn(element);
    return found;
  }

  // What is read right before an icon, in the same part of the page.
  function textBefore(element) {
    let steps = MOST_WRAPPERS;
    for (let node = element; node && steps; node = node.parentElement)
      for (let each = node.previousSibling; each && steps; each = each.previousSibling) {
        steps--;
        if (each.nodeType === Node.COMMENT_NODE || SKIPPED.has(each.nodeName)) continue;
        const text = clean(withoutGlyphs((each.textContent || "").slice(-MAX_TEXT)));
        if (text) return text.slice(-40).trim();
      }
    return "";
  }

  function addHandle(element, box, details, previous) {
    details.x = refFor(element);
    details.text = element.matches(EDITABLE) ? details.name || "" : handleText(element);
    details.parents = ancestorRefs(element);
    details.after = previous.slice(-MOST_BEFORE).reverse();
    if (element.matches(EDITABLE)) details.takes = Array.from(element.querySelectorAll("*"), ariaRef).filter(Boolean);
    else if (!isField(element)) details.holds = refsWithin(element);
    if (!details.text) {
      details.lead = textBefore(element);
      details.hint = wordsOfClass(element);
      details.colour = colourOf(element);
    }
    if (!details.attributes) details.attributes = attributesOf(element);
    if (isField(element)) details.field = true;
    const role = handleRole(element);
    if (role) details.role = role;
    if (!details.covered && isCovered(element, box)) details.covered = true;
  }

  // The snapshot computes some names from their content, filled-in password fields included.
  function scrub(found, secrets) {
    if (!secrets.length) return;
    for (const [element, , details] of found) {
      const name = element._ariaRef ? element._ariaRef.name || "" : "";
      const hit = secrets.filter((secret) => name.includes(secret));
      if (!hit.length) continue;
      details.name = hit.reduce((text, secret) => text.split(secret).join("•••"), name);
    }
  }

  function collect() {
    const listeners = listenersHere();
    const parted = partedWords();
    const around = aroundPage();
    const plain = [];
    const found = [];
    const secrets = [];
    let newest = 0;
    let dragged = null; // whether there is anything to drop
    const previous = [];
    for (const element of everything()) {
      const ref = ariaRef(element);
      if (ref) newest = Math.max(newest, Number(ref.slice(ref.lastIndexOf("e") + 1)));
      const interactive = element.matches(TELLING);
      const native = interactive && element.matches(INTERACTIVE);
      if (!ref && !native && !isShown(element)) continue;
      if (native && isSecret(element) && element.value)
        secrets.push(element.value.replace(/\s+/g, " ").trim());
      const box = boxOf(element);
      const details = detailsOf(element, box, interactive);
      if (parted.has(element)) details.parted = parted.get(element);
      if (!native && around.has(element)) details.clickable = false;
      else if (isClickable(element, native, details, listeners)) {
        details.clickable = true;
        if (isDraggable(element, listeners)) details.draggable = true;
        if (needsHandle(element, ref, native) && isShown(element))
          addHandle(element, box, details, previous);
      }
      if (isDroppable(element, listeners) && (dragged ??= everything().some((each) => isDraggable(each, listeners)))) {
        details.droppable = true;
        if ((!ref || !element.textContent.trim()) && !details.x && isShown(element)) {
          details.clickable = true;
          addHandle(element, box, details, previous);
        }
      }
      if (!details.field && (details.x || ref)) previous.push(details.x || ref);
      if (!ref && !details.x) continue;
      const base = [ref, element.localName, ...box];
      if (isEmpty(details)) plain.push(base);
      else found.push([element, base, details]);
    }
    scrub(found, secrets.filter(Boolean));
    return {
      lang: document.documentElement.lang,
      title: document.title,
      viewport: [innerWidth, innerHeight],
      newest,
      plain,
      elements: found.map(([, base, details]) => [...base, details]),
    };
  }

  function hasRefs() {
    return everything().some((element) => element._ariaRef);
  }

  function everything() {
    const top = document.body || document.documentElement;
    return descend(top, [top]);
  }

  function isEmpty(details) {
    for (const _ in details) return false;
    return true;
  }

  function answer(value) {
    const element = document.createElement("data");
    element.textContent = JSON.stringify(value);
    return element;
  }

  function queryAll(root, body) {
    if (body === "details") return [answer(collect())];
    if (body === "early") return [answer(hasRefs() ? collect() : null)];
    if (!body.startsWith("x")) return everything().filter((element) => ariaRef(element) === body).slice(0, 1);
    const handle = elements.get(body);
    const element = handle && handle.deref();
    return element && element.isConnected ? [element] : [];
  }

  globalThis.skyvernEngines = { ...globalThis.skyvernEngines, skyvern: queryAll };
  return { queryAll, query: (root, body) => queryAll(root, body)[0] || null };
})()
