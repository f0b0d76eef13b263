/** What stands around every screen: where I am, the way back, and in words what has been sent. */

import type { Body } from "../../sync/ports";
import { button, h } from "../dom";
import { StoreFull } from "../../sync/ports";
import type { Beside } from "../database";
import type { Session, Trouble } from "../session";
import { isEnglish, t } from "../words";

export type Screen = (app: App) => HTMLElement | Promise<HTMLElement>;

export interface App {
  session: Session;
  /** @param shows whether the screen only shows, and may be drawn anew when something was sent or came */
  show(screen: Screen, shows?: boolean): void;
  home(): void;
  say(words: string, bad?: boolean): void;
}

export function stateWords(session: Session): string {
  const { waiting, sending } = session;
  const trouble = troubleOf(session);
  const back = session.returned > 0 ? ` · ${t("returned_n", { n: session.returned })}` : "";
  const left = (waiting === 0 ? t("all_sent") : t(sending && trouble === "" ? "sending_n" : "waiting_n", { n: waiting })) + back;
  if (trouble === "") return left;
  return `${t(trouble)} · ${left}`;
}

/** What is wrong, also where nothing had to be sent yet. */
export function troubleOf(session: Session): Trouble {
  return session.trouble || (navigator.onLine ? "" : "offline");
}

export function screen(app: App, title: string, ...children: (Node | string | null | false)[]): HTMLElement {
  return h("main", {},
    h("div", { class: "way" }, button(`‹ ${t("back")}`, () => app.home(), "plain"), h("h1", {}, title)),
    ...children.filter((child): child is Node | string => child !== null && child !== false));
}

export function clockWords(moment_ms: number): string {
  const how: Intl.DateTimeFormatOptions = { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat(isEnglish() ? "en" : "zh-CN", how).format(moment_ms);
}

export function hourWords(moment_ms: number): string {
  return new Intl.DateTimeFormat(isEnglish() ? "en-GB" : "zh-CN", { hour: "2-digit", minute: "2-digit" }).format(moment_ms);
}

export function ageWords(span_ms: number): string {
  const minutes = Math.max(0, Math.floor(span_ms / 60_000));
  return minutes < 60 ? t("minutes", { m: minutes }) : t("hours", { h: Math.floor(minutes / 60), m: minutes % 60 });
}

/** How long ago the first sample of a box was taken; the words go on by themselves. */
export function age(since_ms: number): HTMLElement {
  return h("p", { class: "age", "data-since": since_ms }, t("since", { t: ageWords(Date.now() - since_ms) }));
}

export function tellAges(): void {
  for (const one of document.querySelectorAll<HTMLElement>("[data-since]")) {
    one.textContent = t("since", { t: ageWords(Date.now() - Number(one.dataset.since)) });
  }
}

/** Save a record and say so; what cannot be saved is said as loudly.
 * @returns the record's id once it is on the phone, else nothing. */
export async function saved(app: App, type: string, body: Body, beside: Beside = {}): Promise<string | null> {
  let id: string | null = null;
  if (await held(async () => { id = await app.session.save(type, body, beside); })) app.say(t("saved"));
  return id;
}

/** Do something that writes to the phone. What it has no room for was not kept, and stays on the screen until that is seen.
 * @returns whether it was kept. */
export async function held(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    notice(error instanceof StoreFull ? t("full") : t("cannot") + String(error));
    return false;
  }
}

/** Words that do not go away by themselves. */
function notice(words: string): void {
  const dialog = h("dialog", { role: "alertdialog", "aria-label": words }, h("p", { class: "bad" }, words));
  dialog.append(button(t("seen"), () => { dialog.close(); dialog.remove(); }, "first"));
  document.body.append(dialog);
  dialog.showModal();
}

export function sheet(words: string, ...actions: [string, () => unknown, string?][]): void {
  const dialog = h("dialog", {}, h("p", {}, words));
  const close = (): void => { dialog.close(); dialog.remove(); };
  for (const [name, act, look] of actions) dialog.append(button(name, () => { close(); return act(); }, look ?? "second"));
  dialog.append(button(t("cancel"), close, "plain"));
  document.body.append(dialog);
  dialog.showModal();
}
