// The picture of a draft, edited by hand: boxes are dragged, ways drawn, all of it by keys as well.
//
// Marks: <section data-drawn="/processes/5/draw/" data-forms="/processes/5/edit/" hidden> with the draft as JSON in a script,
// [data-canvas], [data-side] for the server's own forms, buttons [data-do], and [data-said] for what is read aloud. Each act is
// one post, answered by the draft as it is then; [data-drawn-text] (the text form) and #checked follow. Without script nothing
// of it is shown, and the forms stay. A text that was typed and not written yet is never written over: acts wait for it.

import { onMark } from "./marks";
import { drawn, nearest, pathOf, HIGH, WIDE, type Draft, type Step } from "./processdraw";
import type { Toast } from "./toast";

export interface Tools { fetch: (url: string, how: RequestInit) => Promise<Response> }
interface Picked { step: string; to: string } // `to` "" = the step itself
interface Answer extends Draft { words?: string; key?: string }

const FAR = 5; // px that a press moves before it drags
const STEP = 20;
const MOST = 100; // acts that are taken back
const WAYS: Record<string, [number, number]> = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

export function startProcess(page: Document, tools: Tools): void {
  onMark(page, "[data-drawn]", (root) => new Editor(root, tools));
}

class Editor {
  private draft: Draft;
  private picked: Picked;
  private linking = ""; // from which step a way is being drawn
  private past: Draft["body"][] = [];
  private coming: Draft["body"][] = [];
  private waiting: Promise<void> = Promise.resolve();
  private drag: { key: string; port: boolean; x: number; y: number; moved: boolean } | null = null;
  private readonly canvas: HTMLElement;
  private readonly side: HTMLElement;
  private readonly page: Document;

  constructor(private readonly root: HTMLElement, private readonly tools: Tools) {
    this.page = root.ownerDocument;
    this.canvas = root.querySelector<HTMLElement>("[data-canvas]")!;
    this.side = root.querySelector<HTMLElement>("[data-side]")!;
    this.draft = JSON.parse(root.querySelector("script")?.textContent ?? "{}") as Draft;
    this.picked = { step: this.draft.start, to: "" };
    root.hidden = false;
    this.text()?.setAttribute("data-written", this.text()!.value);
    root.addEventListener("click", (event) => this.click(event));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("pointerdown", (event) => this.press(event as PointerEvent));
    this.canvas.addEventListener("pointermove", (event) => this.moves(event as PointerEvent));
    this.canvas.addEventListener("pointerup", (event) => this.release(event as PointerEvent));
    this.canvas.addEventListener("dblclick", () => void this.open());
    this.side.addEventListener("submit", (event) => { event.preventDefault(); void this.send(event as SubmitEvent); });
    this.side.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); this.side.replaceChildren(); this.focus(); } });
    this.show();
  }

  // ---- what is shown

  private show(): void {
    this.canvas.innerHTML = drawn(this.draft, this.picked, this.linking);
    const form = this.root;
    form.querySelector<HTMLButtonElement>('[data-do="undo"]')?.toggleAttribute("disabled", !this.past.length);
    form.querySelector<HTMLButtonElement>('[data-do="redo"]')?.toggleAttribute("disabled", !this.coming.length);
    form.querySelector('[data-do="link"]')?.setAttribute("aria-pressed", String(this.linking !== ""));
  }

  private focus(): void {
    const { step, to } = this.picked;
    const found = this.canvas.querySelector<SVGElement>(to ? `[data-way="${step} ${to}"]` : `[data-step="${step}"]`);
    found?.focus();
    found?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  }

  private pick(step: string, to = ""): void {
    this.picked = { step, to };
    this.show();
    this.focus();
  }

  private tell(words: string): void {
    const said = this.root.querySelector("[data-said]");
    if (said) said.textContent = words;
  }

  private step(key: string): Step | undefined {
    return this.draft.steps.find((one) => one.key === key);
  }

  private name(key: string): string {
    return this.step(key)?.name ?? key;
  }

  private text(): HTMLTextAreaElement | null {
    return this.page.querySelector<HTMLTextAreaElement>("[data-drawn-text]");
  }

  // ---- the server

  // One act after the other: each says which draft it saw, so the next waits for the answer.
  private act(fields: Record<string, string>, words: string, back?: "undo" | "redo"): Promise<void> {
    this.waiting = this.waiting.then(() => this.post(this.root.dataset["drawn"] ?? "", form(fields), words, back));
    return this.waiting;
  }

  private async post(address: string, body: FormData, words: string, back?: "undo" | "redo"): Promise<void> {
    const text = this.text();
    if (text && text.value !== text.dataset["written"]) {
      this.show();
      return this.say({ text: "You have typed in the text. Write the draft first, then go on in the picture.", failed: true });
    }
    body.set("base", String(this.draft.base));
    body.set("seen", String(this.draft.seen));
    const token = this.page.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
    const answer = await this.tools.fetch(address, { method: "POST", body, headers: { "X-Part": "1", "X-CSRFToken": token } }).catch(() => null);
    if (answer?.status === 422 && !answer.headers.get("Content-Type")?.includes("json")) { this.put(await answer.text()); return; }
    if (!answer || ![200, 422].includes(answer.status)) {
      this.show();
      return this.say({ text: "No answer from the server. Nothing was changed; try again.", failed: true });
    }
    const told = (await answer.json()) as Answer;
    const before = this.draft;
    if (answer.status === 422) {
      if (told.base !== before.base || told.seen !== before.seen) { this.past = []; this.coming = []; }
      this.take(told);
      return this.say({ text: told.words ?? "This was refused.", failed: true });
    }
    if (JSON.stringify(told.body) !== JSON.stringify(before.body)) this.remember(before.body, back);
    if (told.key) this.picked = { step: told.key, to: body.get("do") === "link" ? String(body.get("to")) : "" };
    this.take(told);
    this.tell(told.words ?? words);
  }

  private remember(body: Draft["body"], back?: "undo" | "redo"): void {
    (back === "undo" ? this.coming : this.past).push(body);
    if (!back) this.coming = [];
    if (this.past.length > MOST) this.past.shift();
  }

  // The draft as it is: picture, text, check, and what the forms on the page say that they saw.
  private take(told: Draft): void {
    const within = this.canvas.contains(this.page.activeElement) || this.page.activeElement === this.page.body;
    this.draft = told;
    const here = this.step(this.picked.step);
    if (!here) this.picked = { step: told.start, to: "" };
    else if (!here.ways.some((one) => one.to === this.picked.to)) this.picked.to = "";
    const text = this.text();
    if (text) { text.value = told.text; text.dataset["written"] = told.text; }
    const checked = this.page.getElementById("checked");
    if (checked) checked.innerHTML = told.checked;
    for (const one of this.page.querySelectorAll<HTMLInputElement>("input[name=base]")) one.value = String(told.base);
    for (const one of this.page.querySelectorAll<HTMLInputElement>("input[name=seen]")) one.value = String(told.seen);
    this.show();
    if (within) this.focus();
  }

  private say(toast: Toast): void {
    this.page.body.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: toast }));
  }

  // ---- acts

  private async do(act: string): Promise<void> {
    const { step, to } = this.picked;
    if (act === "open") return this.open();
    if (act === "undo" || act === "redo") {
      const body = (act === "undo" ? this.past : this.coming).pop();
      if (!body) return this.tell(act === "undo" ? "There is nothing to take back." : "There is nothing to do again.");
      return this.act({ do: "body", body: JSON.stringify(body), step }, act === "undo" ? "Taken back." : "Done again.", act);
    }
    if (act === "add") {
      await this.act({ do: "add", step, to, name: "New step", owner: "stays" }, "A new step is there. Enter opens it.");
      return this.focus();
    }
    if (act === "lay") return this.act({ do: "lay", step }, "All boxes stand where they fall.");
    if (act === "link") {
      this.linking = this.linking ? "" : step;
      this.picked.to = "";
      this.show();
      this.focus();
      return this.tell(this.linking ? `A way from ${this.name(step)}: go to a step and press Enter. Escape stops.` : "No way is drawn.");
    }
    if (act === "remove") {
      this.side.replaceChildren();
      if (to) return this.act({ do: "unlink", step, to }, `The way from ${this.name(step)} to ${this.name(to)} is taken away.`);
      const gone = this.name(step);
      await this.act({ do: "remove", step }, `${gone} is taken away.`);
      return this.focus();
    }
  }

  private link(from: string, to: string): Promise<void> {
    this.linking = "";
    if (!to || from === to) { this.show(); this.focus(); this.tell("No way is drawn."); return Promise.resolve(); }
    return this.act({ do: "link", step: from, to }, `A way leads from ${this.name(from)} to ${this.name(to)}.`);
  }

  private place(key: string, x: number, y: number): Promise<void> {
    const at = [x, y].map((one) => String(Math.max(0, Math.round(one)))) as [string, string];
    const here = this.step(key);
    if (here) { here.x = Number(at[0]); here.y = Number(at[1]); this.show(); this.focus(); }
    return this.act({ do: "move", step: key, x: at[0], y: at[1] }, `${this.name(key)} stands ${at[0]} right, ${at[1]} down.`);
  }

  // The server's own form of what is chosen.
  private async open(): Promise<void> {
    const { step, to } = this.picked;
    const address = `${this.root.dataset["forms"]}${step}/${to ? `to/${to}/` : ""}`;
    const answer = await this.tools.fetch(address, { headers: { "X-Part": "1" } }).catch(() => null);
    if (!answer?.ok) return this.say({ text: "No answer from the server. Try again.", failed: true });
    this.put(await answer.text());
  }

  private put(html: string): void {
    this.side.innerHTML = html;
    const head = this.page.createElement("h2");
    head.textContent = this.picked.to ? `${this.name(this.picked.step)} → ${this.name(this.picked.to)}` : this.name(this.picked.step);
    this.side.prepend(head);
    this.side.querySelector<HTMLElement>("input:not([type=hidden]), textarea")?.focus();
  }

  private async send(event: SubmitEvent): Promise<void> {
    const sent = event.target as HTMLFormElement;
    const body = new FormData(sent);
    const button = event.submitter as HTMLButtonElement | null;
    if (button?.name) body.set(button.name, button.value);
    const before = this.draft;
    this.waiting = this.waiting.then(() => this.post(sent.getAttribute("action") ?? "", body, "Written."));
    await this.waiting;
    if (this.draft !== before) { this.side.replaceChildren(); this.focus(); }
  }

  // ---- mouse

  private click(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>("[data-do]");
    if (button) void this.do(button.dataset["do"] ?? "");
  }

  private at(event: PointerEvent): { x: number; y: number } {
    const box = this.canvas.querySelector("svg")?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  }

  private under(x: number, y: number): string {
    return this.draft.steps.findLast((one) => x >= one.x && x <= one.x + WIDE && y >= one.y && y <= one.y + HIGH)?.key ?? "";
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    const target = event.target as Element;
    const way = target.closest<SVGElement>("[data-way]");
    const box = target.closest<SVGElement>("[data-step]");
    if (!way && !box) return;
    event.preventDefault();
    if (way) { const [step, to] = (way.dataset["way"] ?? " ").split(" ") as [string, string]; return this.pick(step, to); }
    const key = box?.dataset["step"] ?? "";
    if (this.linking) return void this.link(this.linking, key);
    this.pick(key);
    const point = this.at(event);
    this.drag = { key, port: target.closest("[data-port]") !== null, ...point, moved: false };
    try { this.canvas.setPointerCapture(event.pointerId); } catch { /* a pointer that is gone already */ }
  }

  private moves(event: PointerEvent): void {
    const drag = this.drag;
    const here = drag && this.step(drag.key);
    if (!drag || !here) return;
    const point = this.at(event);
    if (!drag.moved && Math.hypot(point.x - drag.x, point.y - drag.y) < FAR) return;
    drag.moved = true;
    if (drag.port) {
      this.canvas.querySelector("[data-rubber]")?.setAttribute("d", pathOf(here, { x: point.x, y: point.y - HIGH / 2 }));
      return;
    }
    const box = this.canvas.querySelector<SVGElement>(`[data-step="${drag.key}"]`);
    box?.setAttribute("transform", `translate(${point.x - drag.x} ${point.y - drag.y})`);
  }

  private release(event: PointerEvent): void {
    const drag = this.drag;
    this.drag = null;
    const here = drag && this.step(drag.key);
    if (!drag?.moved || !here) return;
    const point = this.at(event);
    if (drag.port) return void this.link(drag.key, this.under(point.x, point.y));
    void this.place(drag.key, here.x + point.x - drag.x, here.y + point.y - drag.y);
  }

  // ---- keys

  private key(event: KeyboardEvent): void {
    if (!this.pressed(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private pressed(event: KeyboardEvent): boolean {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const here = this.step(this.picked.step);
    const way = WAYS[key];
    if (event.ctrlKey || event.metaKey) {
      if (key !== "z" && key !== "y") return false;
      void this.do(key === "y" || event.shiftKey ? "redo" : "undo");
      return true;
    }
    if (way && here && event.altKey) void this.place(here.key, here.x + way[0] * STEP, here.y + way[1] * STEP);
    else if (way && here) { const to = nearest(this.draft.steps, here, way); if (to) this.pick(to.key); }
    else if (event.altKey) return false;
    else if (key === "w" && here?.ways.length) this.pick(here.key, here.ways[(here.ways.findIndex((one) => one.to === this.picked.to) + 1) % here.ways.length]!.to);
    else if (key === "Enter" || key === " ") void (this.linking ? this.link(this.linking, this.picked.step) : this.open());
    else if (key === "a") void this.do("add");
    else if (key === "l") void this.do("link");
    else if (key === "Delete" || key === "Backspace") void this.do("remove");
    else if (key === "Escape" && (this.linking || this.picked.to)) { this.linking = ""; this.pick(this.picked.step); }
    else return false;
    return true;
  }
}

function form(fields: Record<string, string>): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.set(name, value);
  return made;
}
