// A file on its way up, with how far it is. Without script the form posts as any other.
//
// Marks: <form method="post" enctype="multipart/form-data" data-upload data-max="2147483648"> with one file input,
// [data-drop] to drop on, [data-progress] hidden around a <progress max="100"> and [data-said] for words.

import { onMark } from "./marks";

export interface Outside { request(): XMLHttpRequest; go(url: string): void }

export function startUpload(page: Document, outside: Outside): void {
  onMark(page, "form[data-upload]", (form) => new Upload(form as HTMLFormElement, outside).start());
}

class Upload {
  private readonly file: HTMLInputElement;
  private sending: XMLHttpRequest | null = null;

  constructor(private form: HTMLFormElement, private outside: Outside) {
    this.file = form.querySelector<HTMLInputElement>("input[type=file]")!;
  }

  start(): void {
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.file.addEventListener("change", () => this.picked());
    this.form.querySelector("[data-cancel]")?.addEventListener("click", () => this.sending?.abort());
    const drop = this.form.querySelector<HTMLElement>("[data-drop]");
    for (const kind of ["dragenter", "dragover"]) drop?.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
    for (const kind of ["dragleave", "drop"]) drop?.addEventListener(kind, () => drop.classList.remove("over"));
    drop?.addEventListener("drop", (event) => {
      event.preventDefault();
      const files = (event as DragEvent).dataTransfer?.files;
      if (files?.length) { this.file.files = files; this.picked(); }
    });
  }

  private picked(): void {
    const file = this.file.files?.[0];
    if (!file) return this.say("");
    const most = Number(this.form.dataset["max"] ?? 0);
    if (most && file.size > most) {
      this.file.value = "";
      return this.say(`${file.name} is ${size(file.size)}. At most ${size(most)} can be taken at once; split the file.`, true);
    }
    this.say(`${file.name}, ${size(file.size)}`);
  }

  private send(): void {
    if (this.sending || !this.file.files?.length) return this.file.focus();
    const request = this.outside.request();
    this.sending = request;
    this.busy(true);
    request.upload.addEventListener("progress", (event) => this.sent(event.loaded, event.total));
    request.addEventListener("load", () => this.answered(request));
    request.addEventListener("error", () => this.stopped("The connection was lost. Nothing was taken in; send it again."));
    request.addEventListener("abort", () => this.stopped("Stopped. Nothing was taken in."));
    request.open("POST", this.form.action || this.form.ownerDocument.URL);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.send(new FormData(this.form));
  }

  private sent(done: number, all: number): void {
    const bar = this.form.querySelector<HTMLProgressElement>("progress");
    if (bar) bar.value = all ? Math.floor((100 * done) / all) : 0;
    this.say(done < all ? `${size(done)} of ${size(all)}` : "Received, being read…");
  }

  // The server leads on with a redirect, or says in plain text or JSON {"error"} what is wrong with the file.
  private answered(request: XMLHttpRequest): void {
    if (request.status < 400) return this.outside.go(request.responseURL);
    this.stopped(reason(request.responseText, request.status));
  }

  private stopped(words: string): void {
    this.sending = null;
    this.busy(false);
    this.say(words, true);
  }

  private busy(now: boolean): void {
    this.form.toggleAttribute("aria-busy", now);
    for (const one of this.form.querySelectorAll<HTMLElement>("[data-progress]")) one.hidden = !now;
    for (const one of this.form.querySelectorAll<HTMLButtonElement>("button[type=submit], button:not([type])")) one.disabled = now;
  }

  private say(words: string, wrong = false): void {
    const place = this.form.querySelector<HTMLElement>("[data-said]");
    if (!place) return;
    place.textContent = words;
    place.classList.toggle("t-late", wrong);
  }
}

export function size(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) { value /= 1000; unit += 1; }
  return `${unit && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function reason(body: string, status: number): string {
  try {
    const said = (JSON.parse(body) as { error?: unknown }).error;
    if (typeof said === "string") return said;
  } catch {
    if (body.length > 0 && body.length < 400 && !body.includes("<")) return body;
  }
  return status === 413 ? "This file is too large to be taken at once." : `The server could not take this file (${status}).`;
}
