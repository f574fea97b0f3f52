// Ctrl/Cmd+K: open a record, go to a screen, run an act.
//
// Opened by any [data-opens-palette]; the key itself is declared on that button and worked by keys.ts.
// Marks: <dialog class="palette" data-palette data-search="/search/quick"> with an input, [data-found] and a
// <script type="application/json" id="commands"> (and "commands-here") list of {name, url, icon, group, keys, note}; a command with method "post"
// is sent as a form. The search answers {"groups": [{"name", "rows": [{"name", "note", "url", "icon", "initials", "tint"}]}]}.

export interface Command { name: string; url: string; icon?: string; group?: string; note?: string; keys?: string; method?: string; initials?: string; tint?: number }
export interface Outside {
  fetch(url: string, how: RequestInit): Promise<Response>;
  go(url: string): void;
  later(act: () => void, ms: number): number;
  stop(timer: number): void;
}

const PAUSE = 150; // ms of quiet before the server is asked
const SHOWN = 7;

export function startPalette(page: Document, outside: Outside): void {
  const dialog = page.querySelector<HTMLDialogElement>("dialog[data-palette]");
  const input = dialog?.querySelector<HTMLInputElement>("input");
  const place = dialog?.querySelector<HTMLElement>("[data-found]");
  if (!dialog || !input || !place) return;
  new Palette(dialog, input, place, outside).start();
}

class Palette {
  private commands: Command[] = [];
  private rows: Command[] = [];
  private at = 0;
  private timer = 0;
  private asked = 0;
  private readonly page: Document;

  constructor(private dialog: HTMLDialogElement, private input: HTMLInputElement, private place: HTMLElement, private outside: Outside) {
    this.page = dialog.ownerDocument;
  }

  start(): void {
    for (const place of ["commands-here", "commands"]) // what this page offers stands before what every page does
      this.commands.push(...(JSON.parse(this.page.getElementById(place)?.textContent || "[]") as Command[]));
    this.page.addEventListener("click", (event) => {
      if ((event.target as Element).closest("[data-opens-palette]")) { event.preventDefault(); this.open(); }
    });
    this.input.addEventListener("input", () => this.look());
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.place.addEventListener("click", (event) => {
      const row = (event.target as Element).closest<HTMLElement>("[role=option]");
      if (row) this.run(Number(row.dataset["row"]));
    });
  }

  private open(): void {
    if (this.dialog.open) return this.dialog.close();
    this.input.value = "";
    this.dialog.showModal();
    this.input.focus();
    this.look();
  }

  private look(): void {
    const words = this.input.value.trim();
    const asked = ++this.asked;
    this.show(group(ranked(this.commands, words)), words);
    this.outside.stop(this.timer);
    const address = this.dialog.dataset["search"];
    if (words.length < 2 || !address) return;
    this.timer = this.outside.later(() => void this.ask(address, words, asked), PAUSE);
  }

  private async ask(address: string, words: string, asked: number): Promise<void> {
    let found: [string, Command[]][] = [];
    try {
      const answer = await this.outside.fetch(`${address}?q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const body = (await answer.json()) as { groups: { name: string; rows: Command[] }[] };
      found = body.groups.map((one) => [one.name, one.rows]);
    } catch {
      found = [["Search did not answer", []]];
    }
    if (asked !== this.asked || !this.dialog.open) return; // somebody typed on
    const all: Command = { name: `Search everything for “${words}”`, url: `${this.dialog.dataset["all"] ?? "/search/"}?q=${encodeURIComponent(words)}`, icon: "search" };
    this.show([...found, ...group(ranked(this.commands, words)), ["Everywhere", [all]]], words);
  }

  private show(groups: [string, Command[]][], words: string): void {
    this.rows = groups.flatMap(([, rows]) => rows);
    this.at = 0;
    const parts = groups.filter(([name, rows]) => rows.length > 0 || name === "Search did not answer").flatMap(([name, rows]) => this.section(name, rows, words));
    if (parts.length === 0) {
      const none = this.page.createElement("p");
      none.className = "none";
      none.textContent = words.length < 2 ? "Type two letters or more." : "Searching…";
      parts.push(none);
    }
    this.place.replaceChildren(...parts);
    this.choose(0);
  }

  private section(name: string, rows: Command[], words: string): HTMLElement[] {
    const heading = this.page.createElement("div");
    heading.className = "g";
    heading.textContent = name;
    heading.setAttribute("role", "presentation");
    const list = this.page.createElement("ul");
    list.setAttribute("role", "group");
    list.setAttribute("aria-label", name);
    list.append(...rows.map((row) => this.row(row, words)));
    return [heading, list];
  }

  private row(command: Command, words: string): HTMLElement {
    const index = this.rows.indexOf(command);
    const item = this.page.createElement("li");
    item.id = `found-${index}`;
    item.dataset["row"] = String(index);
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.append(this.picture(command));
    const name = this.page.createElement("span");
    name.className = "cut";
    name.append(...marked(this.page, command.name, words));
    item.append(name);
    if (command.note) item.append(this.text("span", "nt cut", command.note));
    if (command.keys) {
      const keys = this.text("span", "push hrow", "");
      keys.append(...command.keys.split(" ").map((key) => this.text("kbd", "kbd", key)));
      item.append(keys);
    }
    return item;
  }

  private picture(command: Command): Element {
    if (command.initials) return this.text("span", `face s20 f${command.tint ?? 5}`, command.initials);
    const space = "http://www.w3.org/2000/svg";
    const svg = this.page.createElementNS(space, "svg");
    svg.setAttribute("class", "i");
    svg.setAttribute("aria-hidden", "true");
    const use = this.page.createElementNS(space, "use");
    use.setAttribute("href", `#i-${command.icon ?? "right"}`);
    svg.append(use);
    return svg;
  }

  private text(tag: string, kind: string, words: string): HTMLElement {
    const element = this.page.createElement(tag);
    element.className = kind;
    element.textContent = words;
    return element;
  }

  private key(event: KeyboardEvent): void {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) this.choose((this.at + step + this.rows.length) % Math.max(this.rows.length, 1));
    else if (event.key === "Enter") this.run(this.at);
    else return;
    event.preventDefault();
  }

  private choose(index: number): void {
    this.at = index;
    this.input.removeAttribute("aria-activedescendant");
    for (const row of this.place.querySelectorAll<HTMLElement>("[role=option]")) {
      const chosen = Number(row.dataset["row"]) === index;
      row.setAttribute("aria-selected", String(chosen));
      if (chosen) { this.input.setAttribute("aria-activedescendant", row.id); row.scrollIntoView?.({ block: "nearest" }); }
    }
  }

  private run(index: number): void {
    const command = this.rows[index];
    if (!command) return;
    this.dialog.close();
    if (command.method === "post") post(this.page, command.url);
    else if (isOurs(command.url)) this.outside.go(command.url);
  }
}

// Only addresses of this installation: an answer that carried another scheme or host is not followed.
export function isOurs(url: string): boolean {
  return /^\/(?![/\\])/.test(url);
}

function post(page: Document, url: string): void {
  if (!isOurs(url)) return;
  const form = page.createElement("form");
  form.method = "post";
  form.action = url;
  const token = page.createElement("input");
  token.type = "hidden";
  token.name = "csrfmiddlewaretoken";
  token.value = page.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
  form.append(token);
  page.body.append(form);
  form.requestSubmit();
}

// How well letters typed in order are found in a name: at a word's start 3, next to the last hit 2, elsewhere 1; 0 = not at all.
export function fits(name: string, words: string): number {
  const text = name.toLowerCase();
  let at = -1;
  let score = 0;
  for (const letter of words.toLowerCase().replace(/\s+/g, "")) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0) return 0;
    const starts = next === 0 || !/[\p{L}\p{N}]/u.test(text[next - 1] ?? "");
    score += starts ? 3 : next === at + 1 ? 2 : 1;
    at = next;
  }
  return text.startsWith(words.toLowerCase()) ? score + 5 : score;
}

export function ranked(commands: Command[], words: string): Command[] {
  if (!words) return commands.slice(0, SHOWN * 2);
  return commands
    .map((command) => ({ command, score: fits(command.name, words) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, SHOWN)
    .map((one) => one.command);
}

function group(commands: Command[]): [string, Command[]][] {
  const groups = new Map<string, Command[]>();
  for (const command of commands) groups.set(command.group ?? "Do", [...(groups.get(command.group ?? "Do") ?? []), command]);
  return [...groups];
}

function marked(page: Document, name: string, words: string): (Node | string)[] {
  const at = words ? name.toLowerCase().indexOf(words.toLowerCase()) : -1;
  if (at < 0) return [name];
  const mark = page.createElement("mark");
  mark.textContent = name.slice(at, at + words.length);
  return [name.slice(0, at), mark, name.slice(at + words.length)];
}
