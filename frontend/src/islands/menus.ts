// Menus by keyboard. The browser opens, places and closes a [popover]; this puts the focus where the hand expects it.
//
// Marks: <button popovertarget="x-menu"> and <div id="x-menu" class="menu" popover>. On opening, the focus goes to what bears
// autofocus, else to the current item ([aria-current=true] or a ticked radio), else to the first. In it arrows, Home and End
// walk, letters seek by the words of an item, Tab leaves a menu without fields (a .know is read, and Tab walks through it). On
// closing the focus returns to the opener.
// Where an open menu gets its items from the server, the focus goes to the new ones.
// Fields keep their own keys; Enter on a radio goes on to the item after its group instead of sending the form.

const ITEMS = "a[href], button:not(:disabled), input:not([type=hidden]):not(:disabled), select:not(:disabled), textarea:not(:disabled)";
const FIELDS = "input:not([type=hidden]), select, textarea";
const OWN_KEYS = "input:not([type=checkbox]), select, textarea"; // fields that do something with arrows themselves
const TYPED = "input:not([type=checkbox]):not([type=radio]), select, textarea";
const WAIT = 800; // ms between two letters of one word

export function startMenus(page: Document): void {
  const openers = new Map<Element, HTMLElement>();
  const left = new Set<Element>();
  let word = "";
  let since = 0;
  page.addEventListener("click", (event) => {
    const opener = (event.target as Element).closest<HTMLElement>("[popovertarget]");
    const menu = opener && page.getElementById(opener.getAttribute("popovertarget") ?? "");
    if (opener && menu) openers.set(menu, opener);
  }, true);
  page.addEventListener("beforetoggle", (event) => {
    const menu = menuOf(event);
    if (menu && stateOf(event) === "closed" && menu.contains(page.activeElement)) left.add(menu);
  }, true);
  page.addEventListener("toggle", (event) => {
    const menu = menuOf(event);
    if (!menu) return;
    word = "";
    if (stateOf(event) === "open") return enter(page, menu);
    const wasInside = left.delete(menu) || page.activeElement === page.body;
    if (wasInside) back(menu, openers);
  }, true);
  page.addEventListener("htmx:afterSwap", (event) => {
    const menu = (event as CustomEvent<{ target?: HTMLElement }>).detail?.target;
    if (!menu?.matches(".menu[popover]") || page.activeElement !== page.body) return;
    if (menu.matches(":popover-open")) enter(page, menu); // what had the focus was replaced
  });
  page.addEventListener("keydown", (event) => {
    const target = event.target as HTMLElement;
    const menu = target.closest?.<HTMLElement>(".menu[popover], .know[popover]");
    if (!menu || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Tab" && menu.matches(".menu") && !menu.querySelector(FIELDS)) {
      menu.hidePopover?.();
      return back(menu, openers);
    }
    if (event.timeStamp - since >= WAIT) word = "";
    if (event.key.length === 1 && (event.key !== " " || word) && !target.matches(TYPED)) {
      word += event.key.toLowerCase();
      since = event.timeStamp;
      event.preventDefault();
      return seek(menu, target, word);
    }
    const next = step(menu, target, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}

export function itemsOf(menu: Element): HTMLElement[] {
  const groups = new Set<string>();
  return [...menu.querySelectorAll<HTMLElement>(ITEMS)].filter((one) => {
    if (one.closest("[hidden]") || one.checkVisibility?.() === false) return false;
    if (!(one instanceof HTMLInputElement) || one.type !== "radio") return true;
    const ticked = menu.querySelector(`input[type=radio][name="${CSS.escape(one.name)}"]:checked`);
    if (groups.has(one.name) || (ticked && ticked !== one)) return false;
    groups.add(one.name);
    return true;
  });
}

function menuOf(event: Event): HTMLElement | null {
  const target = event.target;
  return target instanceof HTMLElement && target.hasAttribute("popover") ? target : null;
}

function stateOf(event: Event): string {
  return (event as ToggleEvent).newState;
}

function enter(page: Document, menu: HTMLElement): void {
  if (menu.contains(page.activeElement)) return; // autofocus was quicker
  const items = itemsOf(menu);
  const first = items.find((one) => one.getAttribute("aria-current") === "true") ?? items[0] ?? menu;
  if (first === menu) menu.tabIndex = -1;
  first.focus();
}

// The opener may stand in a menu that closed with this one; then its own opener gets the focus.
function back(menu: Element, openers: Map<Element, HTMLElement>): void {
  let opener = openers.get(menu);
  while (opener && opener.checkVisibility?.() === false) {
    const outer = opener.closest("[popover]");
    opener = outer ? openers.get(outer) : undefined;
  }
  opener?.focus({ preventScroll: true });
}

function step(menu: HTMLElement, target: HTMLElement, key: string): HTMLElement | undefined {
  const items = itemsOf(menu);
  const at = items.indexOf(target);
  const isRadio = target.matches("input[type=radio]");
  if (key === "Enter" && isRadio) return items[at + 1];
  if (target.matches(OWN_KEYS)) return undefined;
  if (key === "ArrowDown" || key === "ArrowRight") return items[(at + 1) % items.length];
  if (key === "ArrowUp" || key === "ArrowLeft") return items[(Math.max(at, 0) - 1 + items.length) % items.length];
  return key === "Home" ? items[0] : key === "End" ? items.at(-1) : undefined;
}

// From the item after this one on, round to itself; one letter again and again walks through all that begin with it.
function seek(menu: HTMLElement, target: HTMLElement, word: string): void {
  const all = [...menu.querySelectorAll<HTMLElement>(ITEMS)].filter((one) => one.checkVisibility?.() !== false);
  const isOneLetter = [...word].every((letter) => letter === word[0]);
  const wanted = isOneLetter ? word.slice(0, 1) : word;
  const at = all.indexOf(target) + (isOneLetter ? 1 : 0);
  const found = [...all.slice(at), ...all.slice(0, at)].find((one) => wordsOf(one).startsWith(wanted));
  found?.focus();
  if (found instanceof HTMLInputElement && found.type === "radio") found.click();
}

function wordsOf(item: HTMLElement): string {
  const label = item instanceof HTMLInputElement ? item.closest("label") : item;
  const copy = (label ?? item).cloneNode(true) as HTMLElement;
  for (const one of copy.querySelectorAll("[aria-hidden=true]")) one.remove();
  return (item.getAttribute("aria-label") ?? copy.textContent ?? "").trim().toLowerCase();
}
