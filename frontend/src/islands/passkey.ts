// Passkeys and security keys: the browser asks for a finger, face or key, and the form carries the answer.
//
// Marks: <form data-passkey="create|get"> with a hidden input name="credential" and [data-said] for words; the options stand in the
// script that data-options names, else they are asked from the form's own address. Such a form may be hidden until it can work.
// At an address that is a number (127.0.0.1) no browser keeps passkeys; the form then says so and links to localhost.
// A checkbox name="passwordless" asks for a key that remembers who it is for.

import { onMark } from "./marks";

const LOOPBACK = ["127.0.0.1", "[::1]"];

interface Options { publicKey: Record<string, unknown> & { authenticatorSelection?: Record<string, unknown> } }
interface Told { creation_options?: Options; request_options?: Options }
export interface Outside {
  fetch(url: string, how: RequestInit): Promise<Response>;
  create(options: Record<string, unknown>): Promise<unknown>;
  get(options: Record<string, unknown>): Promise<unknown>;
  works: boolean;
  numbered: string; // the host where it is a number, for which browsers keep no passkeys; "" where it has a name
}

export function startPasskey(page: Document, outside: Outside): void {
  onMark(page, "form[data-passkey]", (element) => {
    const form = element as HTMLFormElement;
    if (outside.numbered) return elsewhere(page, form, outside.numbered);
    if (!outside.works) return say(form, form.hidden ? "" : "This browser knows no passkeys on this address.");
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void ask(page, form, outside);
    });
  });
}

function elsewhere(page: Document, form: HTMLFormElement, host: string): void {
  form.hidden = false;
  for (const button of form.querySelectorAll<HTMLButtonElement>("button[type=submit]")) button.hidden = true;
  const place = form.querySelector("[data-said]");
  if (!place) return;
  place.classList.replace("t-late", "ink2");
  place.textContent = "Passkeys need an address with a name; this one is a number. ";
  if (!LOOPBACK.includes(host)) return;
  const way = page.createElement("a");
  const there = new URL(page.location.href);
  there.hostname = "localhost";
  way.href = there.href;
  way.className = "link";
  way.textContent = `Go to ${there.host}`;
  place.append(way);
}

async function ask(page: Document, form: HTMLFormElement, outside: Outside): Promise<void> {
  const input = form.elements.namedItem("credential") as HTMLInputElement;
  say(form, "");
  try {
    const told = await options(page, form, outside);
    const wanted = form.dataset["passkey"] === "create" ? told.creation_options : told.request_options;
    if (!wanted) throw new Error("no options");
    const answer = form.dataset["passkey"] === "create" ? outside.create(remembering(form, wanted)) : outside.get(wanted.publicKey);
    input.value = JSON.stringify(await answer);
    form.submit();
  } catch (error) {
    const stopped = error instanceof Error && error.name === "NotAllowedError";
    say(form, stopped ? "Stopped, or it took too long. Try again." : "That did not work with this key.");
  }
}

async function options(page: Document, form: HTMLFormElement, outside: Outside): Promise<Told> {
  const place = form.dataset["options"];
  if (place) return JSON.parse(page.getElementById(place)?.textContent ?? "{}") as Told;
  const answer = await outside.fetch(form.action, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as Told;
}

export function remembering(form: HTMLFormElement, wanted: Options): Record<string, unknown> {
  const box = form.elements.namedItem("passwordless") as HTMLInputElement | null;
  if (!box) return wanted.publicKey;
  const key = { residentKey: box.checked ? "required" : "discouraged", requireResidentKey: box.checked };
  const asks = box.checked ? { userVerification: "required" } : {};
  return { ...wanted.publicKey, authenticatorSelection: { ...wanted.publicKey.authenticatorSelection, ...key, ...asks } };
}

function say(form: HTMLFormElement, words: string): void {
  const place = form.querySelector("[data-said]");
  if (place) place.textContent = words;
}
