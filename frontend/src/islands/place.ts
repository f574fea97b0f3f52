// Keeps one's place: which row of the inbox is open, and which customer comes next in the list one came from.
//
// Marks: [data-open-row="row-12"] names the open conversation's link in [data-list]. A list of customers is remembered for this
// tab when one of its links to /customers/12/ is followed; on the customer's page [data-walk-prev] and [data-walk-next] get
// their addresses, [data-walk-count] says "4 of 23", and [data-walk-back] leads back to the list. [data-focus-on="id_t1a"] names
// the field that is worked on in a form that was drawn anew.

import { onMark } from "./marks";

interface Walk { back: string; ways: string[] }

const KEPT = "walk";
const CUSTOMER = /^\/customers\/\d+\/$/;

export function startPlace(page: Document, store: Storage, here: { pathname: string; search: string }): void {
  onMark(page, "[data-open-row]", (open) => markRow(page, open.dataset["openRow"] ?? ""));
  page.addEventListener("htmx:afterSettle", () => markRow(page, page.querySelector<HTMLElement>("[data-open-row]")?.dataset["openRow"] ?? ""));
  onMark(page, "[data-focus-on]", (box) => page.getElementById(box.dataset["focusOn"] ?? "")?.focus());
  page.addEventListener("click", (event) => remember(store, here, event.target as Element));
  walk(page, store, here);
}

function markRow(page: Document, id: string): void {
  if (!id) return;
  for (const row of page.querySelectorAll<HTMLElement>("[data-list] [data-item]")) {
    const link = row.querySelector<HTMLElement>("[data-open]");
    const isOpen = link?.id === id;
    for (const one of [row, link]) isOpen ? one?.setAttribute("aria-current", "true") : one?.removeAttribute("aria-current");
    if (isOpen) { link?.classList.remove("unread"); link?.querySelector(".un")?.remove(); }
  }
}

function pathOf(link: HTMLAnchorElement): string {
  const path = (link.getAttribute("href") ?? "").split(/[?#]/)[0] ?? "";
  return CUSTOMER.test(path) ? path : "";
}

function remember(store: Storage, here: { pathname: string; search: string }, target: Element): void {
  const link = target.closest<HTMLAnchorElement>("a[href]");
  const list = link && pathOf(link) ? link.closest("[data-list]") : null;
  if (!list) return;
  const ways = [...new Set([...list.querySelectorAll<HTMLAnchorElement>("a[href]")].map(pathOf).filter(Boolean))];
  store.setItem(KEPT, JSON.stringify({ back: here.pathname + here.search, ways } satisfies Walk));
}

function walk(page: Document, store: Storage, here: { pathname: string }): void {
  const kept = JSON.parse(store.getItem(KEPT) ?? "null") as Walk | null;
  const at = kept?.ways.indexOf(here.pathname) ?? -1;
  if (!kept || at < 0) return;
  step(page.querySelector("[data-walk-prev]"), kept.ways[at - 1]);
  step(page.querySelector("[data-walk-next]"), kept.ways[at + 1]);
  page.querySelector("[data-walk-back]")?.setAttribute("href", kept.back);
  const count = page.querySelector("[data-walk-count]");
  if (count) count.textContent = `${at + 1} of ${kept.ways.length}`;
}

function step(link: Element | null, way: string | undefined): void {
  if (!(link instanceof HTMLElement) || !way) return;
  link.setAttribute("href", way);
  link.hidden = false;
}
