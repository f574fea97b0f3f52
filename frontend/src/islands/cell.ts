// A cell of a list that is written where it stands: its pen (or a double click beside it) opens the form, Enter saves, Esc leaves.
//
// Marks: <a data-cell href> in a td leads to the form's own page, which works without script; asked with X-Part it answers the
// form alone, [data-cell-form] with [data-cell-cancel]; posted with X-Part it answers { html, words, undo } or the form again.

import type { Toast } from "./toast";

interface Saved { html?: string; words?: string; undo?: string; gone?: boolean }
export interface Tools { fetch: (url: string, how: RequestInit) => Promise<Response>; go: (url: string) => void }

export function startCell(page: Document, tools: Tools): void {
  const before = new WeakMap<Element, string>();
  const leave = (cell: HTMLElement): void => {
    const html = before.get(cell);
    if (html === undefined) return;
    before.delete(cell);
    cell.innerHTML = html;
    cell.querySelector<HTMLElement>("[data-cell]")?.focus();
  };
  const open = async (link: HTMLAnchorElement): Promise<void> => {
    const cell = link.closest("td");
    if (!cell) return tools.go(link.href);
    const answer = await tools.fetch(link.href, { headers: { "X-Part": "1" } }).catch(() => null);
    if (!answer?.ok) return tools.go(link.href);
    before.set(cell, cell.innerHTML);
    put(cell, await answer.text());
  };
  const save = async (form: HTMLFormElement): Promise<void> => {
    const cell = form.closest("td");
    if (!cell) return;
    const token = page.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
    const answer = await tools.fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Part": "1", "X-CSRFToken": token } }).catch(() => null);
    if (!answer || ![200, 409, 422].includes(answer.status)) return say(page, { text: "The server could not do this. Nothing was changed; try again.", failed: true });
    if (answer.status !== 200) return put(cell, await answer.text());
    const told = (await answer.json()) as Saved;
    if (told.gone) { cell.closest("tr")?.remove(); return; }
    before.delete(cell);
    cell.innerHTML = told.html ?? "";
    cell.querySelector<HTMLElement>("[data-cell]")?.focus();
    if (told.words) say(page, { text: told.words, ...(told.undo ? { undo: told.undo } : {}) });
  };
  page.addEventListener("click", (event) => {
    const target = event.target as Element;
    const link = target.closest<HTMLAnchorElement>("td a[data-cell]");
    if (link && !event.ctrlKey && !event.metaKey) { event.preventDefault(); void open(link); }
    const cancel = target.closest("td [data-cell-cancel]");
    if (cancel) { event.preventDefault(); leave(cancel.closest("td") as HTMLElement); }
  });
  page.addEventListener("dblclick", (event) => {
    const target = event.target as Element;
    const link = target.closest("a, input, select") ? null : target.closest("td.editable")?.querySelector<HTMLAnchorElement>("a[data-cell]");
    if (link) void open(link);
  });
  page.addEventListener("submit", (event) => {
    const form = (event.target as Element).closest<HTMLFormElement>("td form[data-cell-form]");
    if (form) { event.preventDefault(); void save(form); }
  }, true); // on its way down: a browser lets no submit of a form within a form come up through the outer one
  page.addEventListener("keydown", (event) => {
    const cell = (event.target as Element).closest<HTMLElement>("td");
    if (event.key === "Escape" && cell?.querySelector("[data-cell-form]")) { event.preventDefault(); event.stopPropagation(); leave(cell); }
  });
}

// The list stands in a form of its own, in which no parser makes another one: the fields are read outside of it first.
function put(cell: HTMLElement, html: string): void {
  const read = cell.ownerDocument.createElement("template");
  read.innerHTML = html;
  cell.replaceChildren(read.content);
  const field = cell.querySelector<HTMLInputElement>("[autofocus], input:not([type=hidden]), select");
  field?.focus();
  if (field instanceof HTMLInputElement && field.type === "text") field.select();
}

function say(page: Document, toast: Toast): void {
  page.body.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: toast }));
}
