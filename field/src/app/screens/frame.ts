/** What stands around every screen: where I am, the way back, and in words what has been sent. */

import type { Body } from "../../sync/ports";
import { button, h } from "../dom";
import { StoreFull } from "../../sync/ports";
import type { Session } from "../session";
import { isEnglish, t } from "../words";

export interface App {
  session: Session;
  show(screen: (app: App) => HTMLElement | Promise<HTMLElement>): void;
  home(): void;
  say(words: string, bad?: boolean): void;
}

export function stateWords(session: Session): string {
  const { waiting, trouble, sending } = session;
  const back = session.returned > 0 ? ` · ${t("returned_n", { n: session.returned })}` : "";
  const left = (waiting === 0 ? t("all_sent") : t(sending && trouble === "" ? "sending_n" : "waiting_n", { n: waiting })) + back;
  if (trouble === "") return left;
  return `${t(trouble)} · ${left}`;
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

/** Save a record and say so; what cannot be saved is said as loudly. Returns whether it is on the phone. */
export async function saved(app: App, type: string, body: Body, draft = false): Promise<boolean> {
  try {
    await app.session.save(type, body, draft);
    app.say(t("saved"));
    return true;
  } catch (error) {
    app.say(error instanceof StoreFull ? t("full") : t("cannot") + String(error), true);
    return false;
  }
}

export function sheet(words: string, ...actions: [string, () => unknown, string?][]): void {
  const dialog = h("dialog", {}, h("p", {}, words));
  const close = (): void => { dialog.close(); dialog.remove(); };
  for (const [name, act, look] of actions) dialog.append(button(name, () => { close(); return act(); }, look ?? "second"));
  dialog.append(button(t("cancel"), close, "plain"));
  document.body.append(dialog);
  dialog.showModal();
}
