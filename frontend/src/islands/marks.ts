// Starts an island on each marked element, those of the page and those that a later fragment brings; once for each.

export function onMark(page: Document, selector: string, start: (element: HTMLElement) => void): void {
  const started = new WeakSet<Element>();
  const within = (root: ParentNode): void => {
    for (const one of root.querySelectorAll<HTMLElement>(selector)) {
      if (started.has(one)) continue;
      started.add(one);
      start(one);
    }
  };
  within(page);
  page.addEventListener("htmx:load", () => within(page));
}
