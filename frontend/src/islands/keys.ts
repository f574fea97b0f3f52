// Keys are declared where their action stands, so the help can list exactly what this page can do.
//
// Marks: data-key="g i" on a link, button or field (clicked, or focused if it is a field), its name from data-key-label,
// aria-label or its text. [data-list] holds [data-item] rows: j and k walk, o and Enter open, x ticks. A key that stands in
// several rows is that of the row one is at, else of the first.
// <dialog data-key-help> is filled and opened by "?". No key works while somebody types or is in a menu.

const WAIT = 4000; // ms between two strokes of one sequence: no hand is hurried
const FIELD = "input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select, [contenteditable]";
const LIST_KEYS: [string, string][] = [["j", "Next in the list"], ["k", "Previous in the list"], ["o", "Open"], ["x", "Tick"]];

export function startKeys(page: Document): void {
  let typed = "";
  let since = 0;
  page.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const stroke = strokeOf(event);
    if (!stroke || (isTyping(event.target) && !stroke.startsWith("mod+"))) return;
    if ((event.target as Element).closest?.("[popover]") && !stroke.startsWith("mod+")) return; // a menu has its own keys
    if (page.querySelector("dialog[open]") && !stroke.startsWith("mod+")) return;
    const together = event.timeStamp - since < WAIT && typed ? `${typed} ${stroke}` : stroke;
    since = event.timeStamp;
    const done = act(page, together, event) || (together !== stroke && act(page, stroke, event));
    typed = done || !isBeginning(page, stroke) ? "" : stroke;
    if (done) event.preventDefault();
  });
  page.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target.closest("[data-opens-keys]")) { event.preventDefault(); help(page); }
    const dialog = target.closest<HTMLDialogElement>("dialog");
    if (dialog && (target === dialog || target.closest("[data-closes]"))) dialog.close();
  });
  page.addEventListener("focusin", (event) => {
    const item = (event.target as Element).closest<HTMLElement>("[data-item]");
    if (item) mark(item);
  });
}

export function strokeOf(event: KeyboardEvent): string {
  if (event.altKey || ["Shift", "Control", "Meta", "Alt"].includes(event.key)) return "";
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.ctrlKey || event.metaKey ? `mod+${key}` : key;
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(FIELD) !== null;
}

function act(page: Document, keys: string, event: KeyboardEvent): boolean {
  if (keys === "?") return help(page);
  const found = [...page.querySelectorAll<HTMLElement>("[data-key]")].filter((one) => keysOf(one).includes(keys) && isUsable(one));
  const marked = found.find((one) => one.closest("[data-item][data-at]")) ?? found.findLast((one) => !one.closest("[data-item]")) ?? found[0];
  if (marked) return use(marked);
  return walk(page, keys, event);
}

function keysOf(element: HTMLElement): string[] {
  return (element.dataset["key"] ?? "").split(",").map((one) => one.trim());
}

function isUsable(element: HTMLElement): boolean {
  return !element.hasAttribute("disabled") && element.closest("[hidden]") === null;
}

function use(element: HTMLElement): boolean {
  if (element.matches(FIELD)) {
    element.focus();
    if (element instanceof HTMLInputElement) element.select();
  } else element.click();
  return true;
}

function isBeginning(page: Document, stroke: string): boolean {
  return [...page.querySelectorAll<HTMLElement>("[data-key]")].some((one) => keysOf(one).some((keys) => keys.startsWith(`${stroke} `)));
}

function walk(page: Document, keys: string, event: KeyboardEvent): boolean {
  const list = listOf(page);
  if (!list) return false;
  const items = [...list.querySelectorAll<HTMLElement>("[data-item]")].filter(isUsable);
  const at = items.findIndex((one) => one.dataset["at"] !== undefined || one.getAttribute("aria-current") === "true");
  const current = items[at];
  if (keys === "j" || keys === "k") {
    const next = items[at < 0 ? 0 : Math.min(Math.max(at + (keys === "j" ? 1 : -1), 0), items.length - 1)];
    if (next) focus(next);
    return next !== undefined;
  }
  if (keys === "o" || (keys === "Enter" && event.target === current)) return current ? use(linkOf(current)) : false;
  const tick = keys === "x" ? current?.querySelector<HTMLInputElement>("[data-tick]") : null;
  tick?.click();
  return Boolean(tick);
}

// The list that is seen: a page may print one for wide windows and one for phones.
function listOf(page: Document): Element | null {
  const all = [...page.querySelectorAll("[data-list]")];
  return all.find((one) => one.checkVisibility?.() ?? true) ?? null;
}

// What opens a row is what says so, wherever it stands in it; a row that says nothing is opened by its first link.
function linkOf(item: HTMLElement): HTMLElement {
  if (item.matches("a, button")) return item;
  return item.querySelector<HTMLElement>("[data-open]") ?? item.querySelector<HTMLElement>("a") ?? item;
}

function focus(item: HTMLElement): void {
  mark(item);
  linkOf(item).focus({ preventScroll: true });
  item.scrollIntoView?.({ block: "nearest" });
}

function mark(item: HTMLElement): void {
  for (const one of item.closest("[data-list]")?.querySelectorAll<HTMLElement>("[data-at]") ?? []) delete one.dataset["at"];
  item.dataset["at"] = "";
}

function help(page: Document): boolean {
  const dialog = page.querySelector<HTMLDialogElement>("dialog[data-key-help]");
  const place = dialog?.querySelector<HTMLElement>("[data-key-list]");
  if (!dialog || !place) return false;
  place.replaceChildren(...groups(page).map(([name, rows]) => section(page, name, rows)));
  if (!dialog.open) dialog.showModal();
  return true;
}

export function groups(page: Document): [string, [string, string][]][] {
  const here: [string, string][] = [];
  const go: [string, string][] = [];
  const seen = new Set<string>();
  for (const one of page.querySelectorAll<HTMLElement>("[data-key]")) {
    const keys = keysOf(one)[0] ?? "";
    if (!keys || seen.has(keys) || !isUsable(one)) continue;
    seen.add(keys);
    (keys.startsWith("g ") ? go : here).push([keys, nameOf(one)]);
  }
  here.push(["?", "This list"]);
  const shown = listOf(page);
  const list = shown ? LIST_KEYS.filter(([key]) => key !== "x" || shown.querySelector("[data-tick]")) : [];
  return ([["Go to", go], ["In the list", list], ["On this page", here]] as [string, [string, string][]][]).filter(([, rows]) => rows.length > 0);
}

function nameOf(element: HTMLElement): string {
  return (element.dataset["keyLabel"] ?? element.getAttribute("aria-label") ?? element.textContent ?? "").replace(/\s+/g, " ").trim();
}

function section(page: Document, name: string, rows: [string, string][]): HTMLElement {
  const box = page.createElement("section");
  const heading = page.createElement("h3");
  heading.textContent = name;
  const list = page.createElement("ul");
  for (const [keys, words] of rows) {
    const row = page.createElement("li");
    const label = page.createElement("span");
    label.textContent = words;
    const strokes = page.createElement("span");
    for (const key of keys.split(" ")) {
      const cap = page.createElement("kbd");
      cap.className = "kbd";
      cap.textContent = shown(key, page);
      strokes.append(cap);
    }
    row.append(label, strokes);
    list.append(row);
  }
  box.append(heading, list);
  return box;
}

function shown(key: string, page: Document): string {
  const mac = /Mac|iP(hone|ad)/.test(page.defaultView?.navigator.platform ?? "");
  return key.replace("mod+", mac ? "⌘ " : "Ctrl ").replace("Enter", "↵").replace("Escape", "Esc").replace(/ ([a-z])$/, (_, one: string) => ` ${one.toUpperCase()}`);
}
