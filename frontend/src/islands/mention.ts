// "@an" in a note offers the colleagues it may mean. Without script the words work as they are: the server reads them.
//
// Marks: textarea[data-mentions="/notices/colleagues/"], or the words of a composer that writes a note and of a remark. The list
// is a listbox that the field controls: arrows choose, Enter and Tab take, Escape closes.

export interface MentionOutside {
  fetch(url: string): Promise<Response>;
  later(act: () => void, ms: number): number;
  stop(timer: number): void;
}
interface Colleague { name: string; handle: string }

export const ASKS = "/notices/colleagues/";
const WAIT = 120; // ms after the last letter
const BEGUN = /(?:^|[^\w@.+/-])@([\p{L}\p{N}_.+-]{0,40})$/u;

export function startMention(page: Document, outside: MentionOutside): void {
  let list: HTMLElement | null = null;
  let field: HTMLTextAreaElement | null = null;
  let timer = 0;
  let asked = "";

  page.addEventListener("input", (event) => {
    const target = event.target;
    if (!(target instanceof HTMLTextAreaElement) || !isInternal(target)) return;
    outside.stop(timer);
    const said = begun(target);
    if (said === null) return close();
    timer = outside.later(() => void offer(target, said), WAIT);
  });
  page.addEventListener("keydown", (event) => {
    if (!list || event.target !== field) return;
    const rows = [...list.querySelectorAll<HTMLElement>("[role=option]")];
    const at = rows.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") choose(rows, (at + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey) take(rows[Math.max(at, 0)]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  page.addEventListener("focusout", () => outside.later(() => { if (page.activeElement !== field) close(); }, 150));

  async function offer(target: HTMLTextAreaElement, said: string): Promise<void> {
    asked = said;
    let items: Colleague[] = [];
    try {
      const answer = await outside.fetch(`${target.dataset["mentions"] || ASKS}?q=${encodeURIComponent(said)}`);
      items = answer.ok ? ((await answer.json()) as { items: Colleague[] }).items : [];
    } catch {
      return;
    }
    if (asked === said && begun(target) === said) draw(target, items);
  }

  function draw(target: HTMLTextAreaElement, items: Colleague[]): void {
    close();
    if (!items.length) return;
    field = target;
    list = page.createElement("ul");
    list.className = "mentions";
    list.id = "mentions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Colleagues");
    items.forEach((one, place) => {
      const row = page.createElement("li");
      row.id = `mention-${place}`;
      row.setAttribute("role", "option");
      row.dataset["handle"] = one.handle;
      row.textContent = one.name;
      const handle = page.createElement("span");
      handle.className = "s ink3";
      handle.textContent = ` @${one.handle}`;
      row.append(handle);
      row.addEventListener("mousedown", (event) => { event.preventDefault(); take(row); });
      list?.append(row);
    });
    target.after(list);
    target.setAttribute("aria-controls", "mentions");
    target.setAttribute("aria-autocomplete", "list");
    choose([...list.querySelectorAll<HTMLElement>("[role=option]")], 0);
  }

  function choose(rows: HTMLElement[], place: number): void {
    rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === place)));
    rows[place]?.scrollIntoView?.({ block: "nearest" });
    if (rows[place]) field?.setAttribute("aria-activedescendant", rows[place].id);
  }

  function take(row: HTMLElement | undefined): void {
    if (!row || !field) return;
    const from = field.selectionStart - (begun(field) ?? "").length;
    field.setRangeText(`${row.dataset["handle"] ?? ""} `, from, field.selectionStart, "end");
    const target = field;
    close();
    target.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function close(): void {
    list?.remove();
    for (const name of ["aria-controls", "aria-autocomplete", "aria-activedescendant"]) field?.removeAttribute(name);
    list = field = null;
  }
}

// What stands behind the last @ before the cursor; null where no mention is begun.
export function begun(field: HTMLTextAreaElement): string | null {
  return BEGUN.exec(field.value.slice(0, field.selectionStart))?.[1] ?? null;
}

// Only words that stay in the house: in an answer to a customer an @ is theirs.
export function isInternal(field: HTMLTextAreaElement): boolean {
  if (field.dataset["mentions"] !== undefined) return true;
  const form = field.form;
  if (form?.hasAttribute("data-composer")) return form.querySelector<HTMLInputElement>("[name=mode]:checked")?.value === "note";
  return form?.getAttribute("action")?.endsWith("/remark/") ?? false;
}
