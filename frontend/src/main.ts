// What every page runs. Each island finds its own marks in the page and does nothing where there are none.
import htmx from "htmx.org";
import { startAsking } from "./islands/asking";
import { startBoard } from "./islands/board";
import { startBulk } from "./islands/bulk";
import { startCell } from "./islands/cell";
import { startColumns } from "./islands/columns";
import { startComposer } from "./islands/composer";
import { startHere } from "./islands/here";
import { startHtmx } from "./islands/htmx";
import { startKeys } from "./islands/keys";
import { startLive } from "./islands/live";
import { startMention } from "./islands/mention";
import { startMenus } from "./islands/menus";
import { startPalette } from "./islands/palette";
import { startPasskey } from "./islands/passkey";
import { startPlace } from "./islands/place";
import { startProcess } from "./islands/process";
import { startTheme } from "./islands/theme";
import { startToast } from "./islands/toast";
import { startUpload } from "./islands/upload";
import { startZone } from "./islands/zone";

startHtmx(htmx, document);
startTheme(document);
startZone(document, Intl.DateTimeFormat().resolvedOptions().timeZone);
startToast(document);
startMenus(document);
startKeys(document);
startPalette(document, {
  fetch: (url, how) => fetch(url, how),
  go: (url) => window.location.assign(url),
  later: (act, ms) => window.setTimeout(act, ms),
  stop: (timer) => window.clearTimeout(timer),
});
startComposer(document, window.sessionStorage);
startColumns(document, window.localStorage);
startUpload(document, { request: () => new XMLHttpRequest(), go: (url) => window.location.assign(url) });
startBulk(document);
startBoard(document, { fetch: (url, how) => fetch(url, how), go: (url) => window.location.assign(url), process: (element) => htmx.process(element) });
startCell(document, { fetch: (url, how) => fetch(url, how), go: (url) => window.location.assign(url) });
startAsking(document);
startProcess(document, { fetch: (url, how) => fetch(url, how) });
startPlace(document, window.sessionStorage, window.location);
startLive(document, {
  open: (url) => new EventSource(url, { withCredentials: true }),
  refresh: (element) => htmx.trigger(element, "live", {}),
  later: (act, ms) => window.setTimeout(act, ms),
  stop: (timer) => window.clearTimeout(timer),
  chance: Math.random,
});
startHere(document, {
  fetch: (url, how) => fetch(url, how),
  beacon: (url, data) => navigator.sendBeacon(url, data),
  load: (url, target) => void htmx.ajax("get", url, { target, swap: "innerHTML" }),
  later: (act, ms) => window.setTimeout(act, ms),
  stop: (timer) => window.clearTimeout(timer),
  put: (old, html) => htmx.swap(old, html, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0 }),
  path: () => window.location.pathname,
});
startMention(document, {
  fetch: (url) => fetch(url),
  later: (act, ms) => window.setTimeout(act, ms),
  stop: (timer) => window.clearTimeout(timer),
});
startPasskey(document, {
  fetch: (url, how) => fetch(url, how),
  create: (options) => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options as unknown as PublicKeyCredentialCreationOptionsJSON) }),
  get: (options) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options as unknown as PublicKeyCredentialRequestOptionsJSON) }),
  numbered: /^[\d.]+$|^\[/.test(location.hostname) ? location.hostname : "",
  works: typeof PublicKeyCredential !== "undefined" && "parseCreationOptionsFromJSON" in PublicKeyCredential,
});
