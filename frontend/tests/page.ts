// A page for a test: its body, and small ways to act on it as a person would.

export function page(body: string, head = ""): Document {
  document.head.innerHTML = head;
  document.body.innerHTML = body;
  delete document.documentElement.dataset["theme"];
  return document;
}

// A document of its own, so that listeners of one test do not hear another's.
export function fresh(body: string, head = ""): Document {
  const made = new window.DOMParser().parseFromString(`<!doctype html><html><head>${head}</head><body>${body}</body></html>`, "text/html");
  return made as unknown as Document;
}

export function press(on: Document | Element, key: string, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  on.dispatchEvent(event);
  return event;
}

export class Clock {
  private waiting: { id: number; at: number; act: () => void }[] = [];
  private now = 0;
  private last = 0;
  later = (act: () => void, ms: number): number => {
    this.waiting.push({ id: ++this.last, at: this.now + ms, act });
    return this.last;
  };
  stop = (id: number): void => { this.waiting = this.waiting.filter((one) => one.id !== id); };
  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.waiting.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.stop(next.id);
      this.now = next.at;
      next.act();
    }
    this.now = end;
  }
}
