import { refreshRegions, refreshStale } from "./live";
import { toast } from "./toasts";
import { word } from "./words";

interface News {
  cursor: string;
  more: boolean;
  events: { verb: string; kind: string; id: string; address: string; at: string }[];
}

const EVERY_MS = 1_500;
const HIDDEN_MS = 30_000;
const LONGEST_MS = 30_000;
const TOLD_TO_WAIT_MS = 2_000;

let cursor = "";
let pause = EVERY_MS;
let timer = 0;
let asking = false;

/** Ask every second and a half what is new, and let the regions of the page that show it fetch themselves again. */
export function startFeed(): void {
  cursor = document.body.dataset.cursor ?? "";
  if (!cursor) return;
  const askNow = (): void => { if (!document.hidden) void ask(); };
  document.addEventListener("visibilitychange", askNow);
  window.addEventListener("online", askNow);
  window.addEventListener("offline", () => show(false));
  void ask();
}

async function ask(): Promise<void> {
  if (asking) return;
  asking = true;
  window.clearTimeout(timer);
  let more = false;
  try {
    more = await askOnce();
    pause = EVERY_MS;
    show(true);
    refreshStale();
  } catch (failure) {
    // Asked to wait is not cut off: it comes again when it was told to, and not all at once.
    const wait = failure instanceof Error && failure.message === "429";
    pause = wait ? TOLD_TO_WAIT_MS * (1 + Math.random()) : Math.min(pause * 2, LONGEST_MS);
    show(wait);
  } finally {
    asking = false;
    timer = window.setTimeout(() => void ask(), more ? 0 : document.hidden ? HIDDEN_MS : pause);
  }
}

/** Returns: whether there is more to fetch at once. */
async function askOnce(): Promise<boolean> {
  const answer = await fetch(`/feed?since=${encodeURIComponent(cursor)}`, { headers: { Accept: "application/json", "X-Unattended": "1" } });
  if (answer.status === 204) {
    cursor = answer.headers.get("X-Cursor") ?? cursor;
    return false;
  }
  if (answer.status === 410 || answer.status === 401 || answer.redirected) {
    window.location.reload();
    return false;
  }
  if (!answer.ok) throw new Error(String(answer.status));
  const news: News = await answer.json();
  cursor = news.cursor;
  announce(news);
  return news.more;
}

function announce(news: News): void {
  refreshRegions(new Set(news.events.map((event) => event.kind)));
  const said = document.getElementById("live-news");
  if (said) said.textContent = word("news", { n: news.events.length });
  document.querySelectorAll<HTMLElement>("[data-tell]").forEach((region) => {
    const told = JSON.parse(region.dataset.tell ?? "{}") as Record<string, string>;
    for (const [verb, sentence] of Object.entries(told)) {
      const count = news.events.filter((event) => event.verb === verb).length;
      if (count) toast(count > 1 ? `${sentence} × ${count}` : sentence);
    }
  });
}

function show(connected: boolean): void {
  const sign = document.getElementById("live-state");
  const said = word(connected ? "live" : "reconnecting");
  if (sign && sign.textContent !== said) sign.textContent = said;
  sign?.classList.toggle("is-live", connected);
  sign?.classList.toggle("is-cut", !connected);
  const banner = document.getElementById("cut");
  if (banner) banner.hidden = connected;
}
