// What every page can do a little better with script. No page depends on it.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Whether single-key shortcuts are on; people who speak to their device switch them off. */
export function shortcutsAreOn(storage) {
  try { return storage.getItem("portico.shortcuts") !== "off"; } catch { return true; }
}

/** "just now", "3 minutes ago", "in 2 hours"; null beyond a day, where the date says it better. */
export function relativeWords(milliseconds) {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  if (seconds >= 86400) return null;
  if (seconds < 45) return "just now";
  const [count, unit] = seconds < 3570 ? [Math.max(1, Math.round(seconds / 60)), "minute"] : [Math.round(seconds / 3600), "hour"];
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return milliseconds < 0 ? `in ${words}` : `${words} ago`;
}

/** "59:03", or "" when the time is up. */
export function countdownWords(milliseconds) {
  if (milliseconds <= 0) return "";
  const seconds = Math.ceil(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function isTyping(element) {
  return Boolean(element?.closest?.("input, textarea, select, [contenteditable]"));
}

function keepShortcuts() {
  for (const box of all("[data-shortcuts]")) {
    box.checked = shortcutsAreOn(localStorage);
    box.closest("label").hidden = false;
    box.addEventListener("change", () => localStorage.setItem("portico.shortcuts", box.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return closeMenus(null, true);
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    const field = one("[data-slash]");
    if (!field || isTyping(event.target) || !shortcutsAreOn(localStorage)) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}

function closeMenus(except, returnFocus) {
  for (const menu of all("details.menu[open]")) {
    if (menu === except || menu.contains(except)) continue;
    menu.open = false;
    if (returnFocus) one("summary", menu).focus();
  }
}

function keepTimes() {
  const formats = new Map();
  const tick = () => {
    const now = Date.now();
    for (const time of all("time[data-relative]")) {
      if (!formats.has(time)) formats.set(time, time.textContent);
      time.title = formats.get(time);
      time.textContent = relativeWords(now - Date.parse(time.dateTime)) ?? formats.get(time);
    }
    for (const guard of all("[data-until]")) {
      const words = countdownWords(Date.parse(guard.dataset.until) - now);
      const place = one("[data-left]", guard);
      if (place) place.textContent = words;
      if (!words) guard.hidden = true;
    }
  };
  tick();
  setInterval(tick, 1000);
}

/** How many entries a page of this person keeps on the device for sending later. */
function waiting() {
  try { return Number(localStorage.getItem("portico.waiting")) || 0; } catch { return 0; }
}

/** Asks a question in a dialog; resolves to whether the answer was yes. */
export function ask(question, yes) {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    const text = document.createElement("p");
    text.textContent = question;
    text.id = "question";
    const form = document.createElement("form");
    form.method = "dialog";
    form.className = "buttons";
    for (const [label, value, weight] of [[yes, "yes", "danger"], ["Cancel", "no", "secondary"]]) {
      const button = document.createElement("button");
      button.className = `button ${weight}`;
      button.value = value;
      button.textContent = label;
      button.autofocus = value === "no";
      form.append(button);
    }
    dialog.setAttribute("aria-labelledby", "question");
    dialog.append(text, form);
    dialog.addEventListener("close", () => { resolve(dialog.returnValue === "yes"); dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function guardForms() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const button = event.submitter;
    if (form.method === "dialog" || event.defaultPrevented) return;
    if (form.matches("[data-sign-out]") && !form.dataset.confirmed && waiting() > 0) {
      event.preventDefault();
      const count = waiting();
      const words = `${count} ${count === 1 ? "entry waits" : "entries wait"} on this device until you sign in here again. Sign out?`;
      if (!await ask(words, "Sign out")) return;
      form.dataset.confirmed = "yes";
      return form.requestSubmit();
    }
    if (button?.dataset.confirm && !form.dataset.confirmed) {
      event.preventDefault();
      if (!await ask(button.dataset.confirm, button.textContent.trim())) return button.focus();
      form.dataset.confirmed = "yes";
      form.requestSubmit(button);
      delete form.dataset.confirmed;
      return;
    }
    if (form.method !== "post") return;
    // What is kept for work without a network must not outlive the person who worked.
    if (form.matches("[data-sign-out]")) navigator.serviceWorker?.controller?.postMessage({ type: "forget" });
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));
}

/** Reads one block of the page again and puts it in place. */
async function retry(link) {
  const id = link.dataset.retry;
  link.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(link.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(id);
    if (answer.ok && fresh) document.getElementById(id).replaceWith(document.adoptNode(fresh));
  } catch { /* Still away: the link stays for another try. */ }
  link.removeAttribute("aria-busy");
}

/** Keeps a part of the page current: reads it again every so many seconds while somebody looks at it and nobody is in it. */
function keepCurrent(id, seconds) {
  setInterval(async () => {
    const part = document.getElementById(id);
    if (!part || document.hidden || part.contains(document.activeElement) || one("dialog")) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(id);
      if (answer.ok && fresh) part.replaceWith(document.adoptNode(fresh));
    } catch { /* Away: what was last known stays. */ }
  }, seconds * 1000);
}

if (typeof document !== "undefined") {
  keepShortcuts();
  keepTimes();
  guardForms();
  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest?.("details.menu"), false);
    const link = event.target.closest?.("a[data-retry]");
    if (!link) return;
    event.preventDefault();
    retry(link);
  });
  for (const button of all("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
  for (const part of all("[data-current][id]")) keepCurrent(part.id, Math.max(2, Number(part.dataset.current) || 5));
  one("[data-focus]")?.focus();
}
