// Questions that are answered by one key each, as fast as somebody types.
//
// Marks: [data-answers] holds [data-item] rows, each a form that htmx posts. What is answered leaves at once, so that the next
// key answers the next question that is read; answers are sent one after another (hx-sync), and what comes back adds further
// questions below. An answer that did not arrive comes back to where it stood.

export function startAsking(page: Document): void {
  page.addEventListener("submit", (event) => {
    const item = rowOf(event.target as Element);
    if (!item) return;
    const next = [...item.parentElement!.querySelectorAll<HTMLElement>("[data-item]")].find((one) => !one.hidden && follows(item, one));
    const hadFocus = item.contains(page.activeElement);
    delete item.dataset["at"];
    queueMicrotask(() => {
      item.hidden = true; // after htmx has read the form
      if (!next) return;
      next.dataset["at"] = "";
      if (hadFocus) next.querySelector<HTMLElement>("[data-open]")?.focus({ preventScroll: true });
    });
  });
  for (const failed of ["htmx:responseError", "htmx:sendError"]) {
    page.addEventListener(failed, (event) => {
      const item = rowOf(event.target as Element);
      if (item) item.hidden = false;
    });
  }
}

function rowOf(element: Element): HTMLElement | null {
  return element.closest?.<HTMLElement>("[data-answers] [data-item]") ?? null;
}

function follows(one: Node, other: Node): boolean {
  return (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
}
