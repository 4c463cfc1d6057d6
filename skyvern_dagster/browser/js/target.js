// A Playwright selector engine that tells about one element, chained behind a ref:
// `aria-ref=e12 >> skyvern-target=describe`.
(() => {
  const MOST_AROUND = 4000;
  const MOST_UP = 3; // a field in its entry in a list, once more wrapped
  const MOST_ENTRIES = 50;
  const NO_ENTRY = "label,input:not([type=hidden]),select,textarea,[role=listbox],[role=option]";
  const CONTROL =
    "a[href],button,input,select,textarea,label,summary,[role=button],[role=link],[role=checkbox]," +
    "[role=radio],[role=switch],[role=tab],[role=menuitem],[role=combobox],[role=option]";
  const clean = (text, most) => (text || "").replace(/\s+/g, " ").trim().slice(0, most);

  function topElementAt(x, y) {
    let hit = document.elementFromPoint(x, y);
    while (hit && hit.shadowRoot) {
      const inner = hit.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === hit) break;
      hit = inner;
    }
    return hit;
  }

  // The outermost box above the element is what a person would call the thing in the way.
  function describe(element, covered) {
    let outer = element;
    while (outer.parentElement && !outer.parentElement.contains(covered)) outer = outer.parentElement;
    const tag = outer.nodeName.toLowerCase();
    const id = outer.id ? "#" + outer.id : "";
    const named = outer.getAttribute("aria-label") || outer.innerText;
    const text = clean(named, 60);
    const kind = outer.getAttribute("role") || tag;
    return text ? `${kind}${id} "${text}"` : `${kind}${id || classOf(outer)}`;
  }

  function classOf(element) {
    const first = clean(element.getAttribute("class"), 60).split(" ")[0];
    return first ? "." + first : "";
  }

  function coverOf(element) {
    const box = element.getClientRects()[0];
    if (!box) return "";
    const hit = topElementAt(box.left + box.width / 2, box.top + box.height / 2);
    return !hit || element.contains(hit) || hit.contains(element) ? "" : describe(hit, element);
  }

  function controlOf(element) {
    if (element.matches("input,select,textarea") || element.isContentEditable) return element;
    if (element.control) return element.control;
    return element.querySelector("input,select,textarea,[contenteditable]:not([contenteditable=false])") || element;
  }

  function hasArea(element) {
    return Array.from(element.getClientRects()).some((box) => box.width > 1 && box.height > 1);
  }

  // Where to click a box whose middle is taken by a control in it: on the first of its own words.
  function wordsApart(element) {
    if (element.matches(CONTROL) || !element.querySelector(CONTROL + ",[onclick]")) return null;
    const box = element.getBoundingClientRect();
    const taken = Array.from(element.querySelectorAll(CONTROL + ",[onclick]"), (each) => each.getBoundingClientRect());
    const isIn = (each, x, y) => x >= each.left && x <= each.right && y >= each.top && y <= each.bottom;
    const isTaken = (x, y) => taken.some((each) => isIn(each, x, y));
    if (!isTaken(box.left + box.width / 2, box.top + box.height / 2)) return null;
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(walker.currentNode);
      const line = walker.currentNode.data.trim() && range.getClientRects()[0];
      const [x, y] = line ? [line.left + line.width / 2, line.top + line.height / 2] : [NaN, NaN];
      if (isIn(box, x, y) && !isTaken(x, y)) return [x - box.left - element.clientLeft, y - box.top - element.clientTop];
    }
    return null;
  }

  function labelOf(element, control) {
    const text = element.getAttribute("aria-label") || element.innerText || element.title;
    if (clean(text, 60) || element !== control) return clean(text, 60);
    const label = control.labels && control.labels[0];
    const button = ["submit", "button", "reset"].includes(control.type) ? control.value : "";
    return clean((label && label.innerText) || button || control.placeholder || control.name, 60);
  }

  function optionsOf(control) {
    const list = control.nodeName === "SELECT" ? control : control.list;
    return Array.from((list && list.options) || [], (option) => [
      clean(option.label, 200),
      option.value,
      option.disabled || Boolean(option.closest("optgroup:disabled")),
    ]);
  }

  // What a dropdown shows as chosen: its content, or what stands in the box around its search field.
  function shownBy(control) {
    if (control.type === "password") return "";
    const around = control.closest("[class*=select],[class*=combo],[class*=control],label") || control;
    return clean(control.value || control.innerText || around.innerText, 300);
  }

  function about(element) {
    const control = controlOf(element);
    return {
      tag: element.nodeName.toLowerCase(),
      control: control.nodeName.toLowerCase(),
      type: control.nodeName === "INPUT" ? control.type : "",
      role: element.getAttribute("role") || "",
      label: labelOf(element, control),
      disabled: element.matches(":disabled") || element.ariaDisabled === "true",
      readonly: Boolean(control.readOnly),
      maxlength: control.maxLength > 0 ? control.maxLength : null,
      editable: element.isContentEditable,
      checked: "checked" in control ? control.checked : element.ariaChecked === "true",
      options: optionsOf(control),
      multiple: control.nodeName === "SELECT" && control.multiple,
      shows: shownBy(control),
      is_typed: control.matches("input,textarea") && Boolean(control.value),
      covered_by: coverOf(element),
      has_area: hasArea(element),
      apart: wordsApart(element),
      is_drawn: control !== element && !(control.checkVisibility() && hasArea(control)),
    };
  }

  // A field named "action" or "getAttribute" stands in a form for the form's own property: each is
  // taken from its prototype.
  const attribute = (element, name) => Element.prototype.getAttribute.call(element, name);
  const isSubmitter = (each) =>
    each.nodeName === "BUTTON" ? each.type === "submit" : ["submit", "image"].includes(each.type);
  const addressed = (text) => {
    try {
      return new URL(text || location.href, document.baseURI).href;
    } catch {
      return String(text);
    }
  };

  function submittersOf(form) {
    const inside = Array.from(form.getRootNode().querySelectorAll("button,input"));
    return inside.filter((each) => each.form === form && isSubmitter(each));
  }

  function isSeen(control) {
    const options = { opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true };
    if (!control.checkVisibility(options)) return false;
    for (let each = control; each; each = each.parentElement)
      if (parseFloat(getComputedStyle(each).opacity) < 0.1) return false;
    const box = control.getBoundingClientRect();
    const right = box.right + scrollX;
    const bottom = box.bottom + scrollY;
    return box.width > 8 && box.height > 4 && right > 4 && bottom > 4 && !isClipped(control, box);
  }

  function isClipped(control, box) {
    for (let each = control.parentElement; each; each = each.parentElement) {
      if (getComputedStyle(each).overflow === "visible") continue;
      const around = each.getBoundingClientRect();
      if (around.width < 4 || around.height < 4) return true;
    }
    return box.width < 4;
  }

  function formOf(element) {
    const control = controlOf(element);
    const form = control.form instanceof HTMLFormElement ? control.form : null;
    const submitters = form ? submittersOf(form) : [];
    const overriding = submitters.filter((each) => each.hasAttribute("formaction"));
    return {
      destinations: form
        ? [attribute(form, "action"), ...overriding.map((each) => attribute(each, "formaction"))].map(addressed)
        : [],
      submits: isSubmitter(control) && form !== null,
      posts: form !== null && (attribute(form, "method") || "").toLowerCase() === "post",
      submitters: submitters.map((each) => labelOf(each, each)),
      seen: isSeen(control),
    };
  }

  // What a field holds now. Of a password only whether there is one.
  function contentOf(element) {
    const control = controlOf(element);
    const secret = control.type === "password";
    const chosen = control.nodeName === "SELECT" ? Array.from(control.selectedOptions, (each) => clean(each.label, 200)) : [];
    const text = control.isContentEditable ? control.innerText : String(control.value ?? "");
    return {
      text: secret ? "" : text,
      filled: Boolean(text),
      seen: isSeen(control),
      focused: control.getRootNode().activeElement === control,
      chosen,
      checked: "checked" in control ? control.checked : element.ariaChecked === "true",
      name: attribute(control, "name") || "",
      form: control.form instanceof HTMLFormElement ? Array.prototype.indexOf.call(document.forms, control.form) : -1,
      values: valuesOf(control, secret),
      entries: secret ? [] : entriesBefore(control),
    };
  }

  // What a field has made of earlier texts: entries stand before it, in the box that looks like it.
  function entriesBefore(control) {
    let place = control;
    for (let up = 0; up < MOST_UP && place.parentElement && !place.previousElementSibling; up++) place = place.parentElement;
    const entries = [];
    for (let each = place.previousElementSibling; each; each = each.previousElementSibling)
      if (each.checkVisibility() && !each.matches(NO_ENTRY) && !each.querySelector(NO_ENTRY)) entries.push(...textsIn(each));
    return entries.slice(0, MOST_ENTRIES);
  }

  function textsIn(element) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const texts = [element.innerText];
    while (walker.nextNode()) texts.push(walker.currentNode.data);
    return texts.map((text) => clean(text, 300)).filter(Boolean);
  }

  // The field that has taken the focus from another, which nobody sees and only its form has.
  function standInOf(element) {
    const control = controlOf(element);
    const focused = control.getRootNode().activeElement;
    const takesText = focused && (focused.isContentEditable || focused.matches("input,textarea"));
    return takesText && focused !== control && !isSeen(control) ? [focused] : [];
  }

  // What a form would send of a field; of a password nothing is told.
  function valuesOf(control, secret) {
    if (secret) return [];
    if (control.nodeName === "SELECT") return Array.from(control.selectedOptions, (each) => each.value);
    return "value" in control ? [String(control.value)] : [];
  }

  // What a person would read together with a text: its row, item or paragraph.
  function textAround(element) {
    const whole = element.closest("tr,[role=row],li,dd,dt,p,label,figure,fieldset,article") || element;
    const text = clean(whole.innerText, MOST_AROUND);
    return text || labelOf(element, element);
  }

  const ANSWERS = { form: formOf, around: textAround, content: contentOf };

  // What lies at a point of the viewport: the ref of the innermost element that has one, and how the
  // thing there reads. Refs are kept by Playwright's snapshot, in this world.
  function pointAt(x, y) {
    const hit = topElementAt(x, y);
    if (!hit || hit === document.body || hit === document.documentElement) return null;
    const above = (each) => each.parentElement || (each.getRootNode() && each.getRootNode().host);
    let named = hit;
    while (named && !named._ariaRef) named = above(named);
    const box = hit.getBoundingClientRect();
    return {
      ref: named ? named._ariaRef.ref : "",
      label: labelOf(hit, hit),
      is_frame: hit.nodeName === "IFRAME",
      left: box.left + hit.clientLeft,
      top: box.top + hit.clientTop,
    };
  }

  function queryAll(root, body) {
    if (body === "control") return [controlOf(root)];
    if (body === "stand-in") return standInOf(root);
    const point = /^at (\d+) (\d+)$/.exec(body);
    if (point) {
      const told = document.createElement("data");
      told.textContent = JSON.stringify(pointAt(Number(point[1]), Number(point[2])));
      return [told];
    }
    const element = document.createElement("data");
    element.textContent = JSON.stringify((ANSWERS[body] || about)(root));
    return [element];
  }

  globalThis.skyvernEngines = { ...globalThis.skyvernEngines, "skyvern-target": queryAll };
  return { queryAll, query: (root, body) => queryAll(root, body)[0] || null };
})()
