import "@tabler/core/dist/css/tabler.min.css";
import "./house.css";
import "./parts.css";
import "./narrow.css";
import "./print.css";
import htmx from "htmx.org";
import { tick } from "./clock";
import { confirmBeforeSending } from "./confirm";
import { keepDrafts } from "./drafts";
import { startFeed } from "./feed";
import { closeOnEscape, toggleOnClick } from "./forms";
import { listenForKeys } from "./keys";
import { keepPlace } from "./live";
import { nameCells } from "./tables";
import { openBranches } from "./tree";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

window.htmx = htmx;
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector<HTMLMetaElement>("meta[name=csrf]")?.content ?? "";
  const detail = (event as CustomEvent).detail;
  detail.headers["X-CSRFToken"] = token;
  // What a page fetches by itself keeps no session alive.
  if (detail.triggeringEvent?.type === "refresh") detail.headers["X-Unattended"] = "1";
});
// A refusal is worth showing where the answer was expected.
document.addEventListener("htmx:beforeSwap", (event) => {
  const detail = (event as CustomEvent).detail;
  if (detail.xhr.status >= 400 && detail.xhr.status < 500 && detail.xhr.status !== 401) {
    detail.shouldSwap = true;
    detail.isError = false;
  }
});

confirmBeforeSending();
keepDrafts();
toggleOnClick();
closeOnEscape();
listenForKeys();
openBranches();
nameCells();
keepPlace();
tick();
startFeed();
