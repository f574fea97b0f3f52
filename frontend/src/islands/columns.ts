// Which columns, how dense. The columns stand in the address, so that a list can be shared; the density is one's own taste.
//
// Marks: <form method="get" data-columns> with checkboxes inside a popover: sent when the popover closes after a change.
// <button data-density-set="dense|roomy"> acts on table[data-density]; kept in the browser.

import { onMark } from "./marks";

const PLACE = "density";

export function startColumns(page: Document, store: Storage): void {
  onMark(page, "form[data-columns]", (form) => {
    let changed = false;
    form.addEventListener("change", () => { changed = true; });
    const closed = (event: Event): void => {
      if ((event as ToggleEvent).newState === "closed" && changed) { changed = false; (form as HTMLFormElement).requestSubmit(); }
    };
    (form.closest("[popover]") ?? form.querySelector("[popover]"))?.addEventListener("toggle", closed);
  });
  onMark(page, "table[data-density]", () => show(page, store.getItem(PLACE) ?? "roomy"));
  page.addEventListener("click", (event) => {
    const density = (event.target as Element).closest<HTMLElement>("[data-density-set]")?.dataset["densitySet"];
    if (!density) return;
    store.setItem(PLACE, density);
    show(page, density);
  });
}

function show(page: Document, density: string): void {
  for (const table of page.querySelectorAll<HTMLElement>("table[data-density]")) table.dataset["density"] = density;
  for (const one of page.querySelectorAll<HTMLElement>("[data-density-set]"))
    one.setAttribute("aria-pressed", String(one.dataset["densitySet"] === density));
}
