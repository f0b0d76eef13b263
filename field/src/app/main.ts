/** The field app: one page, opened by a PIN, at work with or without the network. */

import "./field.css";
import { keep, kept } from "./database";
import { button, h } from "./dom";
import { Session } from "./session";
import { enrol, locked, needServer, newPin } from "./screens/door";
import { stateWords, tellAges, troubleOf, type App, type Screen } from "./screens/frame";
import { home } from "./screens/home";
import { isEnglish, speak, t } from "./words";

const session = new Session();
const bar = h("header", {});
const state = h("p", { class: "state", role: "status", id: "state" });
const note = h("p", { class: "note", role: "status", id: "note" });
const place = h("div", { id: "place" });
let quiet: ReturnType<typeof setTimeout> | undefined;
let turn = 0;
/** A screen that only shows, and what it showed when it was drawn: drawn anew when that changes under it. */
let drawn = "";
let live: Screen | null = null;

const app: App = {
  session,
  show(screen, shows = false) {
    const mine = ++turn;
    const again = shows && live === screen;
    [live, drawn] = shows ? [screen, seen()] : [null, ""];
    void Promise.resolve(screen(app)).then((made) => {
      if (mine !== turn) return;
      place.replaceChildren(made);
      if (!again) scrollTo(0, 0);
    });
  },
  home() {
    app.show(front, true);
  },
  say(words, bad = false) {
    note.textContent = words;
    note.className = bad ? "note is-bad" : "note";
    clearTimeout(quiet);
    quiet = setTimeout(() => { note.textContent = ""; }, 6000);
  },
};

function seen(): string {
  return `${session.waiting} ${session.returned} ${session.lists_ms} ${session.wiped}`;
}

async function front(again: App): Promise<HTMLElement> {
  const door = await session.door();
  if (door === "open") return home(again);
  if (door === "locked") return locked(again);
  if (door === "server") return needServer(again);
  return session.installation && !session.wiped ? newPin(again) : enrol(again);
}

function dress(): void {
  const other = button(t("language"), async () => {
    speak(isEnglish() ? "zh" : "en");
    await keep("language", isEnglish() ? "en" : "zh");
    dress();
    app.home();
  }, "plain");
  bar.replaceChildren(h("strong", {}, `Gridward ${t("app")}`), other);
  showState();
}

function showState(): void {
  state.hidden = session.installation === null;
  state.textContent = stateWords(session);
  state.className = troubleOf(session) ? "state is-off" : "state";
}

async function start(): Promise<void> {
  document.body.append(bar, state, note, place);
  speak((await kept<string>("language")) ?? navigator.language);
  dress();
  session.onChange(() => {
    showState();
    if (session.wiped && !place.querySelector(".door input")) app.home();
    // Never under fingers: a screen that waits for a PIN or a code is left as it is.
    else if (live && drawn !== seen() && !place.querySelector(".door")) app.show(live, true);
  });
  setInterval(tellAges, 20_000);
  await session.start();
  const code = /enrol=([A-Z0-9]+)/.exec(location.hash)?.[1];
  history.replaceState(null, "", location.pathname);
  if (code) app.show((again) => enrol(again, code));
  else app.home();
}

if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/field/worker.js", { scope: "/field/", type: "module" });

// Two windows on one outbox would give out one number twice.
void navigator.locks.request("gridward-field", { ifAvailable: true }, async (held) => {
  if (held === null) {
    speak(navigator.language);
    document.body.append(h("main", { class: "door" }, h("p", {}, t("other_window"))));
    return;
  }
  await start();
  await new Promise(() => undefined);
});
