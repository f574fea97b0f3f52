// Short words on what was done, with a way back. One place, read aloud, gone after their seconds.
//
// Marks: <div data-toasts role="status"> in the frame; each <div class="toast" data-toast data-seconds="8"> printed by the
// server counts down in its [data-left] and leaves. A response may bring one by the header
// HX-Trigger: {"toast": {"text": "Closed", "undo": "/inbox/7/reopen/", "seconds": 10, "failed": false}}.
// Undo is a form that posts; without script it works the same. Words that name their own seconds ("Leaves in 10 s") count there,
// and go with them: the server's clock runs on. Any other way back outlives its words: what remains is the button, reached by z
// or Tab however slow the hand is, until the page is left or the next way back takes its place.

export interface Toast { text: string; undo?: string; seconds?: number; failed?: boolean }

const SECONDS = 8;

export function startToast(page: Document): void {
  const place = page.querySelector<HTMLElement>("[data-toasts]");
  if (!place) return;
  for (const one of place.querySelectorAll<HTMLElement>("[data-toast]")) {
    const words = one.querySelector("[data-undo]") && one.querySelector<HTMLElement>("span");
    if (words) countInWords(one, words);
    run(one);
  }
  page.addEventListener("toast", (event) => {
    const toast = (event as CustomEvent<Toast & { value?: string }>).detail;
    const text = toast.text ?? toast.value;
    if (text) run(add(place, { ...toast, text }));
  });
  page.addEventListener("click", (event) => {
    (event.target as Element).closest("[data-toast-close]")?.closest("[data-toast]")?.remove();
  });
  page.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target as Element;
    if (form.matches?.("[data-undo]") && (event as CustomEvent<{ successful: boolean }>).detail.successful) form.closest("[data-toast]")?.remove();
  });
}

function add(place: HTMLElement, toast: Toast): HTMLElement {
  const page = place.ownerDocument;
  const box = page.createElement("div");
  box.className = toast.failed ? "toast failed" : "toast";
  box.dataset["toast"] = "";
  box.dataset["seconds"] = String(toast.seconds ?? SECONDS);
  const words = page.createElement("span");
  words.textContent = toast.text;
  const left = page.createElement("span");
  left.className = "left num";
  left.dataset["left"] = "";
  left.setAttribute("aria-hidden", "true");
  box.append(words, left);
  if (toast.undo) countInWords(box, words);
  box.append(toast.undo ? undo(page, toast.undo) : close(page));
  if (toast.undo) for (const one of place.querySelectorAll(".rests")) one.remove();
  while (place.children.length > 2) place.firstElementChild?.remove();
  place.append(box);
  return box;
}

// The seconds in the words become what counts down; read aloud they stay as they were.
function countInWords(box: HTMLElement, words: HTMLElement): void {
  const [named, seconds] = /\b(\d{1,3}) s\b/.exec(words.textContent ?? "") ?? [];
  if (!named || !seconds) return;
  const [before, after] = (words.textContent ?? "").split(named, 2) as [string, string];
  const left = words.ownerDocument.createElement("span");
  left.className = "num";
  left.dataset["left"] = "";
  left.setAttribute("aria-hidden", "true");
  const aloud = words.ownerDocument.createElement("span");
  aloud.className = "vh";
  aloud.textContent = named;
  box.querySelector("[data-left]")?.remove();
  words.replaceChildren(before, left, aloud, after);
  box.dataset["seconds"] = seconds;
  box.dataset["firm"] = "";
}

function undo(page: Document, address: string): HTMLElement {
  const form = page.createElement("form");
  form.method = "post";
  form.action = address;
  form.dataset["undo"] = "";
  const token = page.createElement("input");
  token.type = "hidden";
  token.name = "csrfmiddlewaretoken";
  token.value = page.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
  const button = page.createElement("button");
  button.className = "btn small";
  button.dataset["key"] = "z";
  button.dataset["keyLabel"] = "Undo";
  button.textContent = "Undo";
  form.append(token, button);
  return form;
}

function close(page: Document): HTMLElement {
  const button = page.createElement("button");
  button.type = "button";
  button.className = "btn small";
  button.dataset["toastClose"] = "";
  button.textContent = "OK";
  return button;
}

// Counts down once a second; waits while the pointer or the focus is on it, so that nobody loses the button they reach for.
function run(box: HTMLElement): void {
  let seconds = Number(box.dataset["seconds"] ?? SECONDS);
  const left = box.querySelector<HTMLElement>("[data-left]");
  const back = box.querySelector<HTMLElement>("[data-undo] button");
  const firm = box.dataset["firm"] !== undefined;
  if (back && !firm) left?.remove();
  const show = (): void => { if (left) left.textContent = `${seconds} s`; };
  show();
  const timer = setInterval(() => {
    if (!box.isConnected) return clearInterval(timer);
    if (!firm && box.matches(":hover, :focus-within")) return;
    seconds -= 1;
    show();
    if (seconds > 0) return;
    clearInterval(timer);
    if (back && !firm) rest(box, back);
    else box.remove();
  }, 1000);
}

// Only the button stays. Its name says what it takes back.
function rest(box: HTMLElement, back: HTMLElement): void {
  const words = box.querySelector<HTMLElement>(":scope > span");
  back.setAttribute("aria-label", `${(back.textContent ?? "").trim()}: ${(words?.textContent ?? "").trim()}`);
  back.title = (words?.textContent ?? "").trim();
  words?.remove();
  box.classList.add("rests");
}
