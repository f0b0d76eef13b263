import htmx from "htmx.org";
import { word } from "./words";

const EVERY_MS = 15_000;
const NEAR_S = 15 * 60;
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

// The house's clock, not this device's: a drill runs at another time, and a tablet's clock may be wrong.
const ahead_ms = (Date.parse(document.body.dataset.now ?? "") || Date.now()) - Date.now();

/** Keep "12 minutes ago" and "20 minutes left" true while a page stays open. */
export function tick(): void {
  window.setInterval(tellTimes, EVERY_MS);
  document.addEventListener("htmx:afterSettle", tellTimes);
  tellTimes();
}

function tellTimes(): void {
  const now = Date.now() + ahead_ms;
  document.querySelectorAll<HTMLElement>("time[data-ago]").forEach((element) => {
    const seconds = (now - Date.parse(element.getAttribute("datetime") ?? "")) / 1000;
    element.textContent = seconds < MINUTE_S && seconds >= 0 ? word("just_now") : word(seconds < 0 ? "in" : "ago", { t: coarse(Math.abs(seconds)) });
  });
  document.querySelectorAll<HTMLElement>("time[data-due]").forEach((element) => tellDue(element, now));
}

function tellDue(element: HTMLElement, now: number): void {
  const seconds = (Date.parse(element.getAttribute("datetime") ?? "") - now) / 1000;
  const wasLate = element.classList.contains("is-late");
  element.textContent = word(seconds < 0 ? "late" : "left", { t: fine(Math.abs(seconds)) });
  element.classList.toggle("is-late", seconds < 0);
  element.classList.toggle("is-near", seconds >= 0 && seconds < NEAR_S);
  const region = element.closest("[data-live]");
  if (seconds < 0 && !wasLate && region) htmx.trigger(region, "refresh");
}

function coarse(seconds: number): string {
  if (seconds < HOUR_S) return word("minutes", { n: Math.floor(seconds / MINUTE_S) });
  if (seconds < DAY_S) return word("hours", { n: Math.floor(seconds / HOUR_S) });
  return word("days", { n: Math.floor(seconds / DAY_S) });
}

function fine(seconds: number): string {
  const minutes = Math.round(seconds / MINUTE_S);
  if (seconds < MINUTE_S) return word("seconds", { n: Math.round(seconds) });
  if (minutes < 60) return word("minutes", { n: minutes });
  if (minutes < 48 * 60) return word("hours_minutes", { h: Math.floor(minutes / 60), m: minutes % 60 });
  return word("days_hours", { d: Math.floor(minutes / 1440), h: Math.floor((minutes % 1440) / 60) });
}
