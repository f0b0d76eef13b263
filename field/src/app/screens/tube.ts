/** One open tube: who is in it, who comes next, and every way it can go otherwise. */

import type { Body } from "../../sync/ports";
import { button, field, h } from "../dom";
import { scanner } from "../scan";
import { t, type Word } from "../words";
import { held, saved, screen, sheet, type App } from "./frame";
import { places } from "./places";
import { moment, receipt, remembered, sampledHere, sampling, tubeCode, type Listed, type Open } from "./sampling";

const MOST_SHOWN = 12;
const REASONS: Word[] = ["unwilling", "unwell", "absent", "exempt", "other"];

export async function tubeScreen(app: App, open: Open): Promise<HTMLElement> {
  const [listed, before] = await Promise.all([app.session.patch.rows<Listed>("testing.people"), sampledHere(app)]);
  const here = listed.filter((one) => one.round === open.round);
  const again = (): void => app.show((next) => tubeScreen(next, open));
  const put = async (name: string, door: string, sample: Body): Promise<void> => {
    open.people.push({ name, door, sample: { ...sample, at: moment(), receipt: receipt(open.people) } });
    if (!(await held(() => app.session.keepDraft(open)))) open.people.pop();
    again();
  };
  const take = async (at: number): Promise<void> => {
    const left = { ...open, people: open.people.filter((_, seat) => seat !== at) };
    if (await held(() => app.session.keepDraft(left))) app.show((next) => tubeScreen(next, left));
  };
  const add = (one: Listed): void | Promise<void> => {
    if (open.people.some((other) => other.sample.person === one.id)) return app.say(t("in_tube"), true);
    const add_ = (): Promise<void> => put(one.name, one.room, { person: one.id, address: one.address });
    if (one.sampled || before.has(one.id)) return sheet(t("sample_again"), [t("yes_again"), add_]);
    return add_();
  };
  const full = open.people.length >= open.pool;
  return screen(app, `${t("tube")} ${open.tube}`,
    h("p", { class: full ? "count full" : "count", role: "status" }, t("people_of", { n: open.people.length, most: open.pool })),
    told(open),
    h("ol", { class: "people" }, ...open.people.map((one, at) => h("li", {}, `${one.name} ${one.door} `,
      h("b", { class: "receipt" }, String(one.sample.receipt ?? "")), button(t("remove"), () => take(at), "plain")))),
    full ? h("p", { class: "warn" }, t("tube_full"))
      : finder(here, before, add, (one) => notSampled(app, open, one), (code) => app.show((next) => newcomer(next, open, put, code))),
    !full && button(t("not_listed"), () => app.show((next) => newcomer(next, open, put)), "plain"),
    button(t("change_tube"), () => app.show((next) => changeTube(next, open)), "plain"),
    button(t("throw_tube"), () => sheet(t("throw_sure", { n: open.people.length }), [t("throw_tube"), async () => {
      await app.session.keepDraft(null);
      app.show(sampling);
    }, "warn"]), "plain"),
    open.people.length > 0 && h("div", { class: "foot" }, button(t("close_tube"), () => close(app, open), "first")));
}

/** What whoever was put in last is to write down, or to photograph: with it they look up their result. */
function told(open: Open): HTMLElement | false {
  const last = open.people.at(-1);
  if (!last?.sample.receipt) return false;
  return h("p", { class: "card", role: "status" }, t("receipt_of", { name: last.name, tube: open.tube }),
    h("strong", { class: "receipt" }, String(last.sample.receipt)), h("span", { class: "hint" }, t("receipt_where", { at: `${location.host}/testing/result` })));
}

async function close(app: App, open: Open): Promise<void> {
  const { tube, round, point, opened_at } = open;
  const samples = open.people.map((one) => one.sample);
  const body = { tube, round, point, opened_at, closed_at: moment(), samples };
  if (await saved(app, "testing.tube", body, await remembered(app, open))) app.show(sampling);
}

/** Search the list as one types. A scanned code is somebody of the list, or an ID number, which the list does not hold:
 * the server knows whose it is. */
function finder(here: Listed[], before: Set<string>, add: (one: Listed) => unknown, refuse: (one: Listed) => void,
  unlisted: (code: string) => void): HTMLElement {
  const input = h("input", { type: "search", autocomplete: "off", "aria-label": t("find"), placeholder: t("find") });
  const results = h("ul", { class: "found" });
  const show = (): void => {
    const words = input.value.trim().toLowerCase();
    const hits = words === "" ? [] : here.filter((one) => matches(one, words)).slice(0, MOST_SHOWN);
    results.replaceChildren(...hits.map((one) => h("li", {},
      button(`${one.name} ${one.room}${one.sampled || before.has(one.id) ? `（${t("sampled")}）` : ""}`, () => add(one), "second"),
      button(t("refusal"), () => refuse(one), "plain"))), ...(words !== "" && hits.length === 0 ? [h("li", {}, t("found_none"))] : []));
  };
  input.addEventListener("input", show);
  return h("div", {}, h("label", { class: "field" }, h("span", {}, t("find")), input),
    scanner((code) => {
      const one = here.find((other) => other.id === code);
      if (one) void add(one);
      else unlisted(code);
    }),
    results);
}

function matches(one: Listed, words: string): boolean {
  return one.id === words || one.name.toLowerCase().includes(words) || `${one.room}`.toLowerCase().startsWith(words);
}

function notSampled(app: App, open: Open, one: Listed): void {
  sheet(t("refusal_why", { name: one.name }), ...REASONS.map((reason): [string, () => unknown] => [t(reason), async () => {
    const body = { round: open.round, person: one.id, address: one.address, reason, at: moment() };
    if (await saved(app, "testing.refusal", body)) app.show((next) => tubeScreen(next, open));
  }]));
}

async function newcomer(app: App, open: Open, put: (name: string, door: string, sample: Body) => Promise<void>,
  known = ""): Promise<HTMLElement> {
  const name = h("input", { maxlength: 80, autocomplete: "off" });
  const telephone = h("input", { inputmode: "tel", maxlength: 32, autocomplete: "off" });
  const number = h("input", { maxlength: 32, autocomplete: "off", value: known });
  const place = await places(app);
  const said = h("p", { class: "bad", role: "alert" });
  const add = async (): Promise<void> => {
    said.textContent = name.value.trim() ? "" : t("missing", { f: t("name") });
    if (said.textContent) return;
    const sample: Body = { name: name.value.trim(), address: place.value };
    if (telephone.value.trim()) sample.phone = telephone.value.trim();
    if (number.value.trim()) sample.id_number = number.value.trim().toUpperCase();
    await put(name.value.trim(), "", sample);
  };
  return h("main", {}, h("div", { class: "way" }, button(`‹ ${t("back")}`, () => app.show((next) => tubeScreen(next, open)), "plain"), h("h1", {}, t("not_listed"))),
    field(t("name"), name), field(t("building"), place.element), field(t("phone"), telephone), field(t("id_number"), number),
    scanner((code) => { number.value = code; }), said, h("div", { class: "foot" }, button(t("add"), add, "first")));
}

function changeTube(app: App, open: Open): HTMLElement {
  const input = h("input", { autocapitalize: "characters", autocomplete: "off", "aria-label": t("tube") });
  const said = h("p", { class: "bad", role: "alert" });
  const change = async (typed: string): Promise<void> => {
    const code = tubeCode(typed);
    said.textContent = code ? "" : t("tube_wrong");
    if (!code) return;
    const changed = { ...open, tube: code };
    if (await held(() => app.session.keepDraft(changed))) app.show((next) => tubeScreen(next, changed));
  };
  return screen(app, t("change_tube"), open.people.length > 0 && h("p", { class: "warn" }, t("change_told", { n: open.people.length })),
    field(t("tube"), input), scanner((code) => void change(code)), said,
    h("div", { class: "foot" }, button(t("save"), () => change(input.value), "first")));
}
