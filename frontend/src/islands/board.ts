// Cards that are moved between columns: dragged, or by the menu of their button. Without script the button opens a form.
//
// Marks: [data-board] with data-goals (lines "key=Name", "…" at the end where going there asks for more); [data-lane] with
// [data-head] and [data-cards]; [data-card] with data-ways (keys); [data-move] a link to the card's form, which takes `to` and
// `was` by POST and answers as JSON what stands there now; [data-board-foot]. A refused card goes where the server says it is.

import type { Toast } from "./toast";

interface Answer { words: string; undo: string; lane: string; card: string; heads: Record<string, string>; foot: string }
export interface Tools { fetch: (url: string, how: RequestInit) => Promise<Response>; go: (url: string) => void; process: (element: Element) => void }

const MENU = "board-move";

export function startBoard(page: Document, tools: Tools): void {
  let dragged: HTMLElement | null = null;
  page.addEventListener("dragstart", (event) => {
    dragged = (event.target as Element).closest?.<HTMLElement>("[data-card][draggable]") ?? null;
    if (!dragged) return;
    event.dataTransfer?.setData("text/plain", dragged.dataset["card"] ?? "");
    dragged.classList.add("moving");
  });
  page.addEventListener("dragend", () => { dragged?.classList.remove("moving"); dragged = null; over(page, null); });
  page.addEventListener("dragover", (event) => {
    const lane = laneOf(event.target);
    if (!dragged || !lane) return;
    event.preventDefault();
    over(page, lane);
  });
  page.addEventListener("drop", (event) => {
    const lane = laneOf(event.target);
    if (!dragged || !lane) return;
    event.preventDefault();
    void move(page, tools, dragged, lane.dataset["lane"] ?? "");
  });
  page.addEventListener("click", (event) => {
    const target = event.target as Element;
    const link = target.closest<HTMLElement>("[data-move]");
    if (link && !event.ctrlKey && !event.metaKey) { event.preventDefault(); open(page, link); }
    const way = target.closest<HTMLElement>(`#${MENU} [data-to]`);
    const card = way && page.querySelector<HTMLElement>(`[data-card="${way.closest<HTMLElement>(`#${MENU}`)?.dataset["of"] ?? ""}"]`);
    if (way && card) {
      page.getElementById(MENU)?.hidePopover?.();
      void move(page, tools, card, way.dataset["to"] ?? "");
    }
  });
}

export function goalsOf(board: HTMLElement): Map<string, string> {
  return new Map((board.dataset["goals"] ?? "").split("\n").filter((line) => line.includes("=")).map((line) => {
    const at = line.indexOf("=");
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  }));
}

function laneOf(target: EventTarget | null): HTMLElement | null {
  return (target as Element | null)?.closest?.<HTMLElement>("[data-lane]") ?? null;
}

function over(page: Document, lane: HTMLElement | null): void {
  for (const one of page.querySelectorAll("[data-lane].over")) if (one !== lane) one.classList.remove("over");
  lane?.classList.add("over");
}

// One menu for all cards, filled for the one whose button was pressed; the focus returns to that button.
function open(page: Document, link: HTMLElement): void {
  const card = link.closest<HTMLElement>("[data-card]");
  const board = link.closest<HTMLElement>("[data-board]");
  if (!card || !board) return;
  page.getElementById(MENU)?.remove();
  const menu = page.createElement("div");
  menu.id = MENU;
  menu.className = "menu under";
  menu.popover = "auto";
  menu.dataset["of"] = card.dataset["card"] ?? "";
  menu.setAttribute("aria-label", link.getAttribute("aria-label") ?? "Move");
  const goals = goalsOf(board);
  for (const key of (card.dataset["ways"] ?? "").split(" ").filter((one) => goals.has(one))) {
    const way = page.createElement("button");
    way.type = "button";
    way.dataset["to"] = key;
    way.textContent = goals.get(key) ?? key;
    menu.append(way);
  }
  link.after(menu);
  menu.addEventListener("toggle", (event) => {
    if ((event as ToggleEvent).newState === "closed" && (menu.contains(page.activeElement) || page.activeElement === page.body)) link.focus();
  });
  (menu as unknown as { showPopover: (how: object) => void }).showPopover({ source: link });
  menu.querySelector("button")?.focus();
}

async function move(page: Document, tools: Tools, card: HTMLElement, to: string): Promise<void> {
  const link = card.querySelector<HTMLAnchorElement>("[data-move]");
  const from = laneOf(card);
  const board = card.closest<HTMLElement>("[data-board]");
  if (!link || !from || !board || from.dataset["lane"] === to) return;
  if (goalsOf(board).get(to)?.endsWith("…")) return tools.go(`${link.href}${link.href.includes("?") ? "&" : "?"}to=${encodeURIComponent(to)}`);
  const was = card.nextSibling;
  const place = board.querySelector<HTMLElement>(`[data-lane="${CSS.escape(to)}"] [data-cards]`);
  place?.prepend(card);
  card.querySelector<HTMLElement>("[data-move]")?.focus();
  const body = new FormData();
  body.set("to", to);
  body.set("was", from.dataset["lane"] ?? "");
  const token = page.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
  const back = (): void => { from.querySelector("[data-cards]")?.insertBefore(card, was); };
  try {
    const answer = await tools.fetch(link.href, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token } });
    if (![200, 409, 422].includes(answer.status)) { back(); return say(page, { text: `The server could not do this (${answer.status}). Nothing was changed; try again.`, failed: true }); }
    const told = (await answer.json()) as Answer;
    stand(page, tools, board, card, told);
    say(page, answer.status === 200 ? { text: told.words, ...(told.undo ? { undo: told.undo } : {}) } : { text: told.words, failed: true });
  } catch {
    back();
    say(page, { text: "No answer from the server. Nothing was changed; try again.", failed: true });
  }
}

// The card as the server has it, where the server has it; the heads of all columns with it.
function stand(page: Document, tools: Tools, board: HTMLElement, card: HTMLElement, told: Answer): void {
  const hadFocus = card.contains(page.activeElement);
  const place = board.querySelector<HTMLElement>(`[data-lane="${CSS.escape(told.lane)}"] [data-cards]`);
  const fresh = page.createElement("template");
  fresh.innerHTML = told.card;
  const now = fresh.content.querySelector<HTMLElement>("[data-card]");
  if (!place || !now) {
    const next = (card.nextElementSibling ?? card.previousElementSibling)?.querySelector<HTMLElement>("[data-move]");
    card.remove();
    if (hadFocus) (next ?? board.closest<HTMLElement>("[tabindex]"))?.focus();
  } else {
    if (card.closest("[data-cards]") === place) card.replaceWith(now);
    else { card.remove(); place.prepend(now); }
    tools.process(now);
    if (hadFocus) (now.querySelector<HTMLElement>("[data-move]") ?? now.querySelector<HTMLElement>("a"))?.focus();
  }
  for (const [key, head] of Object.entries(told.heads)) {
    const above = board.querySelector(`[data-lane="${CSS.escape(key)}"] [data-head]`);
    if (above) above.innerHTML = head;
  }
  const foot = page.querySelector("[data-board-foot]");
  if (foot) foot.innerHTML = told.foot;
}

function say(page: Document, toast: Toast): void {
  page.body.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: toast }));
}
