// Who else has the same record open. A beat every 20 s says that one is there, and its answer says who is beside one.
//
// Marks: [data-here="deal:5"] with data-here-url, data-here-editing where the page is a form. Hidden pages say nothing and leave;
// a "live" event (somebody came or went) asks at once. The first answer brings the star beside it as it is. [data-here-slot] holds the head of what a page shows that changes its
// record without being loaded anew: its address gives that head by ?about=.

export interface HereOutside {
  fetch(url: string, how: RequestInit): Promise<Response>;
  beacon(url: string, data: FormData): boolean;
  load(url: string, target: Element): void;
  put(old: Element, html: string): void;
  later(act: () => void, ms: number): number;
  stop(timer: number): void;
  path(): string;
}

export const BEAT = 20_000;
const SHOWN = /^\/inbox\/(\d+)\/$/;

export function startHere(page: Document, outside: HereOutside): void {
  let timer = 0;
  const known = new WeakSet<HTMLElement>();
  const all = () => [...page.querySelectorAll<HTMLElement>("[data-here]")];
  const token = () => page.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";

  function told(one: HTMLElement): FormData {
    const data = new FormData();
    data.set("about", one.dataset["here"] ?? "");
    data.set("csrfmiddlewaretoken", token());
    if (one.dataset["hereEditing"] !== undefined) data.set("editing", "1");
    return data;
  }

  async function beat(one: HTMLElement): Promise<void> {
    try {
      const data = told(one);
      const star = one.parentElement?.querySelector<HTMLElement>("form.star");
      if (star && !known.has(one)) data.set("first", "1");
      const answer = await outside.fetch(one.dataset["hereUrl"] ?? "", { method: "POST", body: data, credentials: "same-origin" });
      if (!answer.ok) return one.replaceChildren();
      const said = (await answer.json()) as { here: string; star: string | null };
      if (one.innerHTML !== said.here) one.innerHTML = said.here;
      const isStill = star?.isConnected && !star.matches(".htmx-request"); // not clicked meanwhile
      if (said.star && data.has("first") && star && isStill) outside.put(star, said.star);
      known.add(one);
    } catch {
      // no answer: the next beat tries again
    }
  }

  function beats(): void {
    outside.stop(timer);
    if (page.hidden || all().length === 0) return;
    for (const one of all()) void beat(one);
    timer = outside.later(beats, BEAT);
  }

  function leave(): void {
    outside.stop(timer);
    for (const one of all()) {
      const data = told(one);
      data.set("gone", "1");
      outside.beacon(one.dataset["hereUrl"] ?? "", data);
    }
  }

  function moved(): void {
    const slot = page.querySelector<HTMLElement>("[data-here-slot]");
    const number = SHOWN.exec(outside.path())?.[1];
    const about = number ? `conversation:${number}` : "";
    if (!slot || slot.querySelector<HTMLElement>("[data-here]")?.dataset["here"] === about) return;
    leave();
    slot.replaceChildren();
    if (about) outside.load(`${slot.dataset["hereSlot"] ?? ""}?about=${about}`, slot);
  }

  page.addEventListener("visibilitychange", () => (page.hidden ? leave() : beats()));
  page.defaultView?.addEventListener("pagehide", leave);
  page.addEventListener("live", (event) => {
    const one = (event.target as Element).closest<HTMLElement>("[data-here]");
    if (one && !page.hidden) void beat(one);
  });
  page.addEventListener("htmx:pushedIntoHistory", moved);
  page.addEventListener("htmx:load", (event) => {
    if ((event.target as Element).querySelector?.("[data-here]") || (event.target as Element).matches?.("[data-here]")) beats();
  });
  beats();
}
