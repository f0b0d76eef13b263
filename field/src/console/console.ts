import "@tabler/core/dist/css/tabler.min.css";
import "./console.css";
import htmx from "htmx.org";
import { keepDrafts } from "./drafts";
import { startFeed } from "./feed";
import { listenForKeys } from "./keys";
import { confirmBeforeSending, toggleOnClick } from "./forms";

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
  (event as CustomEvent).detail.headers["X-CSRFToken"] = token;
});
// A refusal is worth showing where the answer was expected.
document.addEventListener("htmx:beforeSwap", (event) => {
  const detail = (event as CustomEvent).detail;
  if (detail.xhr.status >= 400 && detail.xhr.status < 500 && detail.xhr.status !== 401) {
    detail.shouldSwap = true;
    detail.isError = false;
  }
});

keepDrafts();
confirmBeforeSending();
toggleOnClick();
listenForKeys();
startFeed();
