/** An inspector's day: the route, the checklist at each stop, findings with a photo; all of it without the network. */

import type { Body } from "../../sync/ports";
import { button, h } from "../dom";
import type { Fate } from "../session";
import { isEnglish, t } from "../words";
import { held, hourWords, saved, screen, sheet, type App } from "./frame";
import { finding } from "./finding";

export interface Stop {
  id: string;
  address: string;
  place: string;
  position: number;
  planned_ms: number;
  state: string;
  results: Record<string, boolean>;
  findings: number;
  days_unseen: number;
}
export interface CheckItem { key: string; part: string; name: string; name_en: string }

/** What this phone noted of a stop: `results` in work or saved, `before` as it knew them when it began, `id` of the record. */
interface Noted { results: Record<string, boolean>; before: Record<string, boolean>; id: string; at_ms: number; findings: number }
type Book = Record<string, Noted>;

const KEPT_MS = 24 * 3_600_000;

async function book(app: App): Promise<Book> {
  const all = (await app.session.shutValue<Book>("visits")) ?? {};
  return Object.fromEntries(Object.entries(all).filter(([, one]) => one.at_ms > Date.now() - KEPT_MS));
}

/** The book with one stop changed. */
async function changed(app: App, stop: Stop, change: (own: Noted) => Partial<Noted>): Promise<Book> {
  const all = await book(app);
  const own = all[stop.id] ?? { results: stop.results, before: stop.results, id: "", findings: 0, at_ms: 0 };
  return { ...all, [stop.id]: { ...own, ...change(own), at_ms: Date.now() } };
}

export async function inspection(app: App): Promise<HTMLElement> {
  const [stops, all] = await Promise.all([app.session.patch.rows<Stop>("command.route"), book(app)]);
  const fates = await app.session.fates(Object.values(all).map((one) => one.id).filter(Boolean));
  return screen(app, t("inspection"), stops.length === 0 && h("p", {}, t("route_none")),
    ...stops.map((stop) => {
      const own = all[stop.id];
      return card(app, stop, own, own?.id ? fates.get(own.id) : undefined);
    }),
    h("div", { class: "foot" }, button(t("finding_new"), () => app.show((again) => finding(again, null, back)), "first")));
}

const back = (app: App): void => app.show(inspection, true);

function card(app: App, stop: Stop, own: Noted | undefined, fate: Fate | undefined): HTMLElement {
  const done = own?.id && fate !== "returned" ? own.results : stop.state === "done" ? stop.results : null;
  const values = Object.values(done ?? {});
  return h("section", { class: "card" }, h("h2", {}, stop.place),
    h("p", { class: "hint" }, `${t("stop", { n: stop.position, t: hourWords(stop.planned_ms) })} · ${t("unseen", { n: stop.days_unseen })}`),
    done && h("p", { class: "noted" }, t("visit_done", { n: values.length, w: values.filter((one) => !one).length })),
    fate && h("p", { class: "noted" }, t(`fate_${fate}`)),
    own?.findings ? h("p", { class: "noted" }, t("findings_kept", { n: own.findings })) : null,
    button(t(done ? "visit_again" : "visit_open"), () => app.show((again) => visit(again, stop)), done ? "second" : "first"));
}

async function visit(app: App, stop: Stop): Promise<HTMLElement> {
  const [items, all] = await Promise.all([app.session.patch.rows<CheckItem>("command.checklist"), book(app)]);
  const own = all[stop.id];
  const results: Record<string, boolean> = { ...(own?.results ?? stop.results) };
  const left = h("p", { class: "count", role: "status" });
  const count = (): number => items.filter((one) => results[one.key] === undefined).length;
  const tell = (): void => { left.textContent = t("items_left", { n: count() }); };
  let line = Promise.resolve();
  // One after the other: a fast thumb must not write over its own last press.
  const put = (key: string, value: boolean): Promise<void> => { line = line.then(() => noted(key, value)); return line; };
  const noted = async (key: string, value: boolean): Promise<void> => {
    const next = await changed(app, stop, () => ({ results: { ...results, [key]: value } }));
    if (!(await held(() => app.session.keepShut("visits", next)))) return;
    results[key] = value;
    tell();
  };
  tell();
  const parts = [...new Set(items.map((one) => one.part))];
  return screen(app, stop.place, left,
    ...parts.map((part) => h("section", {}, h("h2", { class: "part" }, part),
      ...items.filter((one) => one.part === part).map((one) => answer(one, results, put)))),
    button(t("finding_new"), async () => {
      const visits = await changed(app, stop, (own_) => ({ findings: own_.findings + 1 }));
      app.show((again) => finding(again, stop, (next) => next.show((more) => visit(more, stop)), { kept: () => ({ visits }) }));
    }, "second"),
    h("div", { class: "foot" }, button(t("visit_save"), () => {
      if (count() === 0) return keep(app, stop, results);
      sheet(t("items_sure", { n: count() }), [t("save_anyway"), () => keep(app, stop, results), "first"]);
      return undefined;
    }, "first")));
}

function answer(item: CheckItem, results: Record<string, boolean>, put: (key: string, value: boolean) => Promise<void>): HTMLElement {
  const name = isEnglish() ? item.name_en || item.name : item.name;
  const group = h("div", { class: "pair", role: "group", "aria-label": name });
  const show = (): void => {
    for (const [at, made] of [...group.children].entries()) made.setAttribute("aria-pressed", String(results[item.key] === (at === 0)));
  };
  for (const value of [true, false]) {
    group.append(button(t(value ? "in_order" : "not_in_order"), () => put(item.key, value).then(show), "second"));
  }
  show();
  return h("div", { class: "field" }, h("span", {}, name), group);
}

/** Keep a visit: what the phone knew when it began goes along, so that nobody's later word is written over. */
async function keep(app: App, stop: Stop, results: Record<string, boolean>): Promise<void> {
  const own = (await book(app))[stop.id];
  const cameBack = own?.id ? (await app.session.fates([own.id])).get(own.id) === "returned" : false;
  const body: Body = { visit: stop.id, address: stop.address, results, before: own && !cameBack ? own.before : stop.results };
  const visits = await changed(app, stop, () => ({ results, before: results }));
  const beside = { kept: (id: string) => ({ visits: { ...visits, [stop.id]: { ...visits[stop.id], id } } }) };
  if (await saved(app, "command.visit", body, beside)) back(app);
}

