// A Playwright selector engine that tells how a document is doing, from the isolated world.
//
//   skyvern-state=pulse   how long it has been quiet, and whether it is about to leave
//   skyvern-state=full    also a fingerprint of what it shows, and the notices on it
(() => {
  const MOST_NOTICES = 12;
  const NOTICES = "[role=alert],[role=status],[role=alertdialog],[aria-live]:not([aria-live=off]),output";
  const ERROR_LIKE =
    "[class*=error i],[class*=invalid i],[class*=warning i],[class*=alert i],[class*=danger i]," +
    "[class*=flash i],[class*=toast i],[class*=notice i],[class*=success i],[id*=error i]";
  const ACTS = ["click", "dblclick", "mousedown", "mouseup", "keydown", "keyup", "input", "change", "drop"];
  const AT_ONCE = 30;
  const LATE = 150; // by how much timers are late on a machine that is busy
  const MOST_CHAINED = 4; // a clock's timers go on for ever
  const LONGEST_WORK = 5000;
  const SAYS_WORKING = "[aria-busy=true],[role=progressbar]:not([aria-valuenow]),progress:not([value])";
  const LOOKS_WORKING = "[class*=spinner i],[class~=loading i],[class~=is-loading i],[class*=skeleton i]";
  const LONGEST_REFRESH = 3; // seconds: what is longer is read by people first
  const FIELDS = "input,select,textarea";
  let stirred = performance.now(); // the last change of the document
  let leaving = -1; // when a navigation away from this document was asked for
  let downloads = 0; // how many downloads the page asked for by link
  let acted = -Infinity; // when somebody last did something on the page
  let due = 0; // when the last timer ends that was started by what somebody did
  let refreshSeen = -1; // when it was first seen that the page goes on by itself
  let chained = 0; // how many timers in a row the last one is away from what somebody did
  const seenWorking = new WeakMap(); // when each sign of work was first seen
  let openings = 0; // how many new tabs the page asked for

  const clean = (text) => (text || "").replace(/\s+/g, " ").trim();

  function watch() {
    const observer = new MutationObserver(() => (stirred = performance.now()));
    observer.observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
      attributeFilter: ["class", "hidden", "disabled", "open", "aria-expanded", "aria-busy", "src", "href"],
    });
    for (const kind of ACTS) addEventListener(kind, () => (acted = performance.now()), true);
    document.addEventListener("skyvern.timer", onTimer);
    addEventListener("click", onClick, true);
    addEventListener("submit", onSubmit, true);
    document.addEventListener("skyvern.opening", () => (openings += 1));
    if (globalThis.navigation) navigation.addEventListener("navigate", onNavigate);
  }

  // Timers of a clock or a carousel aren't the action's; those that follow at once on it are, and
  // those that follow on these: a list is asked for after a pause, and drawn after another one.
  function onTimer(event) {
    const now = performance.now();
    if (now - acted < AT_ONCE) chained = 0;
    else if (chained < MOST_CHAINED && now > due - AT_ONCE && now < due + LATE) chained += 1;
    else return;
    due = Math.max(due, now + event.detail);
  }

  // What has come up since the last action and says that the page is at work. Words in classes say so
  // only when they come up by what somebody did: a page may have them for something else.
  function isWorking(now) {
    let working = false;
    const signs = acted === -Infinity ? SAYS_WORKING : `${SAYS_WORKING},${LOOKS_WORKING}`;
    for (const element of document.querySelectorAll(signs)) {
      if (!seenWorking.has(element)) seenWorking.set(element, now);
      const since = seenWorking.get(element);
      working ||= since > acted && now - since < LONGEST_WORK && isShown(element);
    }
    return working;
  }

  // Whether the page has its own ideas about an event is known only when it is over.
  function countOpening(event, target) {
    if (target === "_blank") setTimeout(() => (openings += event.defaultPrevented ? 0 : 1));
  }

  function onClick(event) {
    const link = event.composedPath().find((node) => node.nodeName === "A" && node.href);
    if (link && isExternal(link.href)) event.preventDefault();
    const opens = link && !link.hasAttribute("download") && /^(https?|blob):/.test(link.href);
    if (opens) countOpening(event, link.target);
  }

  function onSubmit(event) {
    const submitter = event.submitter;
    countOpening(event, (submitter && submitter.formTarget) || event.target.target);
  }

  // For mailto: and the like Chromium asks which program to start, in a dialog of its own that
  // nobody sees and that swallows every later click.
  function isExternal(url) {
    return !/^(https?|blob|data|javascript|about|file|chrome-error):/i.test(url);
  }

  function onNavigate(event) {
    stirred = performance.now();
    if (event.cancelable && isExternal(event.destination.url)) event.preventDefault();
    if (event.downloadRequest !== null) downloads += 1;
    else if (event.destination.url.startsWith("blob:")) saveBlob(event);
    else if (leavesTo(event.destination)) leaving = performance.now();
  }

  function leavesTo(destination) {
    return !destination.sameDocument && /^https?:/.test(destination.url);
  }

  // A PDF viewer would keep the file for itself, so that it is saved instead of shown.
  function saveBlob(event) {
    const url = event.destination.url;
    if (!event.cancelable || typeOfBlob(url).startsWith("text/html")) return;
    event.preventDefault();
    const link = document.createElement("a");
    link.href = url;
    link.download = "";
    link.click();
  }

  function typeOfBlob(url) {
    try {
      const request = new XMLHttpRequest();
      request.open("GET", url, false);
      request.send();
      return request.getResponseHeader("content-type") || "";
    } catch {
      return "";
    }
  }

  // <meta http-equiv=refresh content="2;url=/file.pdf">: the page goes on by itself. One that only
  // shows itself anew, again and again, doesn't.
  function refreshDue(now) {
    const meta = document.querySelector("meta[http-equiv=refresh i]");
    const [, delay, url] = /^\s*([\d.]+)\s*[;,]\s*url\s*=\s*['"]?([^'"]+)/i.exec((meta && meta.content) || "") || [];
    if (url === undefined || Number(delay) > LONGEST_REFRESH) return 0;
    const target = new URL(url, document.baseURI);
    // Where it leads away, nobody has asked for that.
    if (target.href === location.href || target.host !== location.host) return 0;
    refreshSeen = refreshSeen < 0 ? now : refreshSeen;
    return refreshSeen + Number(delay) * 1000 + AT_ONCE;
  }

  function hashOf(text) {
    let low = 0xdeadbeef;
    let high = 0x41c6ce57;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      low = Math.imul(low ^ code, 2654435761);
      high = Math.imul(high ^ code, 1597334677);
    }
    return (low >>> 0).toString(36) + (high >>> 0).toString(36);
  }

  function fieldState(field) {
    return [field.value, field.checked, field.disabled, field.ariaInvalid, field.matches(":user-invalid")].join("");
  }

  function fingerprint() {
    const states = [document.body ? document.body.innerText : ""];
    for (const field of document.querySelectorAll(FIELDS)) states.push(fieldState(field));
    for (const element of document.querySelectorAll("[aria-expanded],[aria-selected],[aria-pressed],dialog"))
      states.push([element.ariaExpanded, element.ariaSelected, element.ariaPressed, element.open].join());
    return hashOf(states.join(""));
  }

  function isShown(element) {
    return element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  }

  function validationMessages() {
    const found = [];
    for (const field of document.querySelectorAll("input:user-invalid,select:user-invalid,textarea:user-invalid")) {
      const label = field.labels && field.labels[0] ? clean(field.labels[0].innerText) : "";
      const name = label || field.ariaLabel || field.placeholder || field.name;
      found.push(clean(name ? `${name}: ${field.validationMessage}` : field.validationMessage));
    }
    return found;
  }

  function notices() {
    const texts = validationMessages();
    for (const element of document.querySelectorAll(NOTICES + "," + ERROR_LIKE)) {
      if (element.matches(FIELDS + ",html,body,form,main,a,button") || !isShown(element)) continue;
      const text = clean(element.innerText);
      if (text && text.length < 300) texts.push(text);
    }
    return [...new Set(texts)].slice(0, MOST_NOTICES);
  }

  function pulse() {
    const now = performance.now();
    return {
      quiet: now - stirred,
      due: Math.max(0, due - now, refreshDue(now) - now),
      ready: document.readyState,
      working: isWorking(now),
      leaving: leaving < 0 ? null : now - leaving,
      downloads,
      openings,
    };
  }

  function answer(value) {
    const element = document.createElement("data");
    element.textContent = JSON.stringify(value);
    return element;
  }

  function queryAll(root, body) {
    if (body === "pulse") return [answer(pulse())];
    return [answer({ ...pulse(), fingerprint: fingerprint(), notices: notices() })];
  }

  watch();
  globalThis.skyvernEngines = { ...globalThis.skyvernEngines, "skyvern-state": queryAll };
  return { queryAll, query: (root, body) => queryAll(root, body)[0] || null };
})()
