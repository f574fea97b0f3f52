// Ticked rows and what to do with all of them. The bar itself appears by CSS as soon as one box is ticked.
//
// Marks: one <form> around the list; [data-tick] on each row's box, [data-tick-all] in the head, [data-bulk-count] in the bar,
// [data-bulk-clear]. Shift takes the rows between. The row (closest tr or li) gets aria-selected (tr) or data-selected (li).

export function startBulk(page: Document): void {
  let last: HTMLInputElement | null = null;
  page.addEventListener("click", (event) => {
    const target = event.target as Element;
    const box = target.closest<HTMLInputElement>("[data-tick]");
    if (box?.form) {
      if (event.shiftKey && last?.isConnected && last.form === box.form) between(box.form, last, box);
      last = box;
    }
    if (target.closest("[data-bulk-clear]")) clear(target.closest("form"));
  });
  page.addEventListener("change", (event) => {
    const box = event.target as HTMLInputElement;
    if (box.matches("[data-tick-all]")) for (const one of boxes(box.form)) one.checked = box.checked;
    if (box.matches("[data-tick], [data-tick-all]")) show(box.form);
  });
  page.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || page.querySelector("dialog[open], :popover-open")) return;
    const ticked = page.querySelector<HTMLInputElement>("[data-tick]:checked");
    if (ticked) clear(ticked.form);
  });
  page.addEventListener("htmx:load", () => { for (const form of page.forms) if (boxes(form).length) show(form); });
  for (const form of page.forms) if (boxes(form).length) show(form);
}

function boxes(form: HTMLFormElement | null): HTMLInputElement[] {
  return form ? [...form.querySelectorAll<HTMLInputElement>("[data-tick]")] : [];
}

function between(form: HTMLFormElement, from: HTMLInputElement, to: HTMLInputElement): void {
  const all = boxes(form);
  const [first, end] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b) as [number, number];
  for (const one of all.slice(first, end + 1)) one.checked = to.checked;
  show(form);
}

function clear(form: HTMLFormElement | null): void {
  for (const one of boxes(form)) one.checked = false;
  show(form);
}

function show(form: HTMLFormElement | null): void {
  if (!form) return;
  const all = boxes(form);
  const ticked = all.filter((one) => one.checked);
  for (const one of all) {
    one.closest("tr")?.setAttribute("aria-selected", String(one.checked));
    one.closest("li")?.toggleAttribute("data-selected", one.checked);
  }
  for (const one of form.querySelectorAll<HTMLInputElement>("[data-tick-all]")) {
    one.checked = all.length > 0 && ticked.length === all.length;
    one.indeterminate = ticked.length > 0 && ticked.length < all.length;
  }
  for (const one of form.querySelectorAll("[data-bulk-count]")) one.textContent = `${ticked.length} selected`;
}
