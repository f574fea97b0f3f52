// htmx under a strict policy: no inline styles, no eval, requests to ourselves only, and the token that proves a form is ours.

export interface Htmx {
  config: { includeIndicatorStyles: boolean; allowEval: boolean; selfRequestsOnly: boolean; allowScriptTags: boolean; historyCacheSize: number; inlineStyleNonce: string; responseHandling: object[]; refreshOnHistoryMiss: boolean };
}

export function startHtmx(htmx: Htmx, page: Document): void {
  Object.assign(htmx.config, {
    includeIndicatorStyles: false,
    allowEval: false,
    allowScriptTags: false,
    selfRequestsOnly: true,
    historyCacheSize: 0, // customers' words are not kept in the browser's storage
    refreshOnHistoryMiss: true,
    // A refused form (422, 409) comes back with its reasons and is shown; other errors leave the page as it was.
    responseHandling: [
      { code: "204", swap: false },
      { code: "[23]..", swap: true },
      { code: "409|422", swap: true, error: false },
      { code: "[45]..", swap: false, error: true },
    ],
  });
  page.addEventListener("htmx:configRequest", (event) => {
    const token = page.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content;
    const detail = (event as CustomEvent<{ headers: Record<string, string>; verb: string }>).detail;
    if (token && detail.verb !== "get") detail.headers["X-CSRFToken"] = token;
  });
  page.addEventListener("htmx:afterSettle", () => chosenEarly(page));
  page.addEventListener("htmx:responseError", (event) => failed(page, (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail.xhr.status));
  page.addEventListener("htmx:sendError", () => failed(page, 0));
}

// Menus marked [data-again] ask the server as soon as one chooses. In what was just drawn they listen some milliseconds later:
// what was chosen before that is told again, or the form would wait for an answer to a question that it never asked.
function chosenEarly(page: Document): void {
  for (const menu of page.querySelectorAll<HTMLSelectElement>("select[data-again]")) {
    const drawn = [...menu.options].find((one) => one.hasAttribute("selected")) ?? menu.options[0];
    if (drawn && menu.value !== drawn.value) menu.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function failed(page: Document, status: number): void {
  page.body.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: { text: wording(status), failed: true } }));
}

export function wording(status: number): string {
  if (status === 0) return "No answer from the server. Nothing was changed; try again.";
  if (status === 401 || status === 403) return "You may not do this, or you were signed out. Nothing was changed.";
  if (status === 404) return "This is no longer there, or not yours to see.";
  if (status === 429) return "Too many requests at once. Wait a moment and try again.";
  return `The server could not do this (${status}). Nothing was changed; try again.`;
}
