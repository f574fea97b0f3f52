// The answer box: who will see it, in whose name, how long it may be, and that no word typed is lost.
//
// Marks: <form data-composer data-draft="conversation:12"> with
//   radios name="mode" value="reply|private|note", each data-shape="public|private|note" data-send="words on the button",
//   or data-send-public and data-send-private where a message that arrives may change the shape of an answer: a fragment that
//   brings <input data-aim="conversation:12" value="true"> says that the answer of that composer is public now;
//   [data-warn] shown only while the shape is public; textarea name="text";
//   select name="channel" whose options carry data-name, data-limit, data-count="mastodon|graphemes|characters";
//   data-placeholder on a radio is what the empty field says in that mode;
//   the limit may stand on the form instead; [data-count-shown]; button [data-send-button] with [data-send-words],
//   in which {name} is the chosen channel's name.
// Ctrl/Cmd+Enter sends; after that, or by Escape, the focus goes to [data-thread]. A response header HX-Trigger: {"undone": {"draft": "conversation:12"}} puts the taken-back text back.

import { onMark } from "./marks";

interface Sent { mode: string; text: string }

export function startComposer(page: Document, store: Storage): void {
  const composers = new Map<string, Composer>();
  onMark(page, "form[data-composer]", (form) => {
    const composer = new Composer(form as HTMLFormElement, store);
    composer.start();
    composers.set(composer.key, composer);
  });
  onMark(page, "[data-aim]", (input) => composers.get(input.dataset["aim"] ?? "")?.aimed((input as HTMLInputElement).value === "true"));
  page.addEventListener("undone", (event) => composers.get((event as CustomEvent<{ draft?: string }>).detail?.draft ?? "")?.takenBack());
  page.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target.matches("[name=mode]")) return; // the click below, inside a label that bears the mark
    const mode = target.closest<HTMLElement>("[data-compose]")?.dataset["compose"];
    const form = mode ? page.querySelector<HTMLFormElement>("form[data-composer]") : null;
    if (!form || !mode) return;
    event.preventDefault();
    form.querySelector<HTMLInputElement>(`[name=mode][value="${CSS.escape(mode)}"]:not(:disabled)`)?.click();
    form.querySelector<HTMLTextAreaElement>("textarea")?.focus();
  });
}


class Composer {
  readonly key: string;
  private mode: string;
  private readonly text: HTMLTextAreaElement;

  constructor(private form: HTMLFormElement, private store: Storage) {
    this.key = form.dataset["draft"] ?? "";
    this.text = form.querySelector<HTMLTextAreaElement>("textarea[name=text]")!;
    this.mode = this.chosen()?.value ?? "reply";
  }

  start(): void {
    if (!this.text.value) this.text.value = this.draft(this.mode);
    this.form.addEventListener("change", (event) => ((event.target as HTMLInputElement).name === "mode" ? this.switched() : this.show()));
    this.text.addEventListener("input", () => { this.keep(); this.show(); });
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) { event.stopPropagation(); this.leave(); }
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.button()?.click(); }
    });
    this.form.addEventListener("submit", (event) => this.submitted(event));
    for (const failure of ["htmx:responseError", "htmx:sendError"]) this.form.addEventListener(failure, () => this.keep());
    this.form.addEventListener("htmx:afterRequest", (event) => {
      if (event.target !== this.form) return;
      const { successful, xhr } = (event as CustomEvent<{ successful: boolean; xhr?: XMLHttpRequest }>).detail;
      if (!successful || (xhr?.status ?? 200) >= 400) return this.keep(); // refused with a reason (422): not a word is lost
      this.text.value = "";
      this.show();
      this.leave();
    });
    this.show();
  }

  // To the messages, so that the next single key is a key again; a focus that is elsewhere by now stays there.
  private leave(): void {
    const now = this.form.ownerDocument.activeElement;
    if (now && now !== this.form.ownerDocument.body && !this.form.contains(now)) return;
    const thread = this.form.ownerDocument.querySelector<HTMLElement>("[data-thread]");
    if (thread) thread.focus({ preventScroll: true });
    else this.text.blur();
  }

  // The message that is answered decides who will see the answer, and another one may have come since the page was opened.
  aimed(isPublic: boolean): void {
    const radio = this.form.querySelector<HTMLInputElement>("[name=mode][value=reply]");
    if (!radio || !this.form.isConnected) return;
    radio.dataset["shape"] = isPublic ? "public" : "private";
    radio.closest("label")?.querySelector("use")?.setAttribute("href", isPublic ? "#i-globe" : "#i-lock");
    this.show();
  }

  takenBack(): void {
    const sent = JSON.parse(this.store.getItem(`sent:${this.key}`) ?? "null") as Sent | null;
    if (!sent || !this.form.isConnected) return;
    const radio = [...this.form.querySelectorAll<HTMLInputElement>("[name=mode]")].find((one) => one.value === sent.mode);
    if (radio) radio.checked = true;
    this.mode = sent.mode;
    this.text.value = sent.text;
    this.keep();
    this.show();
    this.text.focus();
  }

  // A note never turns into an answer; an answer may turn into a private one.
  private switched(): void {
    const next = this.chosen()?.value ?? this.mode;
    const carried = this.mode !== "note" && next !== "note" && !this.draft(next) ? this.text.value : this.draft(next);
    this.keep();
    this.mode = next;
    this.text.value = carried;
    this.keep();
    this.show();
  }

  private submitted(event: Event): void {
    if (!this.text.value.trim() || this.isOver()) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return this.text.focus();
    }
    for (const menu of this.form.querySelectorAll<HTMLElement>("[popover]")) menu.hidePopover?.();
    this.store.setItem(`sent:${this.key}`, JSON.stringify({ mode: this.mode, text: this.text.value } satisfies Sent));
    this.store.removeItem(this.place(this.mode));
  }

  private show(): void {
    const chosen = this.chosen();
    const shape = chosen?.dataset["shape"] ?? "private";
    this.form.classList.toggle("is-public", shape === "public");
    this.form.classList.toggle("is-note", shape === "note");
    for (const one of this.form.querySelectorAll<HTMLElement>("[data-warn]")) one.hidden = shape !== "public";
    for (const one of this.form.querySelectorAll<HTMLElement>("[data-not-for-note]")) one.hidden = shape === "note";
    this.text.placeholder = chosen?.dataset["placeholder"] ?? this.text.placeholder;
    this.showButton(chosen, shape);
    this.showCount(shape);
  }

  private showButton(chosen: HTMLInputElement | null, shape: string): void {
    const button = this.button();
    if (!button) return;
    for (const one of this.form.querySelectorAll("[data-send-button], [data-send-more]")) {
      one.classList.toggle("public", shape === "public");
      one.classList.toggle("primary", shape === "private");
    }
    const words = button.querySelector("[data-send-words]") ?? button;
    const send = chosen?.dataset[shape === "public" ? "sendPublic" : "sendPrivate"] ?? chosen?.dataset["send"];
    if (send) words.textContent = send.replace("{name}", this.option()?.dataset["name"] ?? "");
    const icon = button.querySelector("use");
    icon?.setAttribute("href", shape === "public" ? "#i-globe" : shape === "note" ? "#i-note" : "#i-lock");
    button.disabled = this.isOver();
  }

  private showCount(shape: string): void {
    const limit = this.limit();
    for (const one of this.form.querySelectorAll<HTMLElement>("[data-count-shown]")) {
      one.hidden = !limit || shape === "note";
      const over = this.count() - limit;
      one.textContent = over > 0 ? `${over} too many` : `${this.count()} / ${limit}`;
      one.classList.toggle("over", over > 0);
    }
  }

  private isOver(): boolean {
    return this.chosen()?.dataset["shape"] !== "note" && this.limit() > 0 && this.count() > this.limit();
  }

  private count(): number {
    return length(this.text.value, this.option()?.dataset["count"] ?? this.form.dataset["count"] ?? "characters");
  }

  private limit(): number {
    return Number(this.option()?.dataset["limit"] ?? this.form.dataset["limit"] ?? 0);
  }

  private option(): HTMLOptionElement | null {
    const select = this.form.querySelector<HTMLSelectElement>("select[name=channel]");
    return select?.options[select.selectedIndex] ?? null;
  }

  private chosen(): HTMLInputElement | null {
    return [...this.form.querySelectorAll<HTMLInputElement>("[name=mode]")].find((one) => one.checked) ?? null;
  }

  private button(): HTMLButtonElement | null {
    return this.form.querySelector<HTMLButtonElement>("[data-send-button]");
  }

  private place(mode: string): string {
    return `draft:${this.key}:${mode}`;
  }

  private draft(mode: string): string {
    return this.store.getItem(this.place(mode)) ?? "";
  }

  private keep(): void {
    if (this.text.value) this.store.setItem(this.place(this.mode), this.text.value);
    else this.store.removeItem(this.place(this.mode));
  }
}

// A text's length as its network counts it. Mastodon: clusters of letters, every address 23, a mention without its server.
export function length(text: string, way: string): number {
  if (way === "mastodon")
    return clusters(text.replace(/https?:\/\/[^\s<>"]+/gi, "x".repeat(23)).replace(/(^|[^/\w])@(\w+(?:[.-]+\w+)*)@[\w.-]+[\w]/g, "$1@$2"));
  return way === "graphemes" ? clusters(text) : [...text].length;
}

function clusters(text: string): number {
  let count = 0;
  for (const _ of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)) count += 1;
  return count;
}
