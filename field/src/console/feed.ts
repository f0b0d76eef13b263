import htmx from "htmx.org";
import { word } from "./words";

interface News {
  cursor: string;
  more: boolean;
  events: { verb: string; kind: string; id: string; address: string; at: string }[];
}

const EVERY_MS = 2000;
const LONGEST_MS = 30000;

let cursor = document.body.dataset.cursor ?? "";
let pause = EVERY_MS;

/** Ask every two seconds what is new, and let the regions of the page that show it fetch themselves again. */
export function startFeed(): void {
  if (!cursor) return;
  window.setTimeout(ask, EVERY_MS);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void ask();
  });
}

let asking = false;

async function ask(): Promise<void> {
  if (asking) return;
  asking = true;
  try {
    await once();
    pause = EVERY_MS;
    show(true);
  } catch {
    pause = Math.min(pause * 2, LONGEST_MS);
    show(false);
  } finally {
    asking = false;
    window.setTimeout(ask, document.hidden ? LONGEST_MS : pause);
  }
}

async function once(): Promise<void> {
  const answer = await fetch(`/feed?since=${encodeURIComponent(cursor)}`, { headers: { Accept: "application/json" } });
  if (answer.status === 204) {
    cursor = answer.headers.get("X-Cursor") ?? cursor;
    return;
  }
  if (answer.status === 410 || answer.redirected) {
    window.location.reload();
    return;
  }
  if (!answer.ok) throw new Error(String(answer.status));
  const news: News = await answer.json();
  cursor = news.cursor;
  announce(news);
}

function announce(news: News): void {
  const kinds = new Set(news.events.map((event) => event.kind));
  document.querySelectorAll<HTMLElement>("[data-live]").forEach((region) => {
    const wanted = (region.dataset.live ?? "").split(" ");
    const busy = region.contains(document.activeElement) && document.activeElement instanceof HTMLInputElement;
    if (!busy && wanted.some((kind) => kinds.has(kind))) htmx.trigger(region, "refresh");
  });
  const said = document.getElementById("live-news");
  if (said) said.textContent = word("news").replace("{n}", String(news.events.length));
}

function show(connected: boolean): void {
  const sign = document.getElementById("live-state");
  if (!sign) return;
  sign.textContent = word(connected ? "live" : "reconnecting");
  sign.classList.toggle("is-cut", !connected);
}
