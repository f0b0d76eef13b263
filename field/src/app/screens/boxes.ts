/** At the sampling point: closed tubes packed into a box under its seal, and the box handed to the courier. */

import { button, choices, field, h } from "../dom";
import type { Beside } from "../database";
import { scanner } from "../scan";
import type { Fate } from "../session";
import { t, type Word } from "../words";
import { codeField, codeInput, codeOf, wrongCode } from "./codes";
import { age, hourWords, held, saved, screen, sheet, type App } from "./frame";
import { moment, type Point, type Round } from "./sampling";

/** A tube this phone closed and did not pack yet. */
export interface Closed { tube: string; round: string; point: string; oldest_ms: number }

/** A box on the list of the house, or packed on this phone and not there yet. */
export interface BoxRow {
  box: string;
  seal: string;
  tubes: number;
  address: string;
  oldest_ms: number;
  step: string;
  step_ms: number;
}
type Own = BoxRow & { id: string };

/** A box that is being packed: survives the phone being switched off. */
interface Packing { point: string; tubes: string[]; others: string[] }

const KEPT_MS = 48 * 3_600_000;
const MOST_TUBES = 500;

export async function closedTubes(app: App): Promise<Closed[]> {
  const all = (await app.session.shutValue<Closed[]>("closed")) ?? [];
  return all.filter((one) => one.oldest_ms > Date.now() - KEPT_MS);
}

async function own(app: App): Promise<Own[]> {
  const all = (await app.session.shutValue<Own[]>("boxes")) ?? [];
  return all.filter((one) => one.step_ms > Date.now() - KEPT_MS);
}

export async function boxes(app: App): Promise<HTMLElement> {
  const [left, mine, listed] = await Promise.all([closedTubes(app), own(app), app.session.patch.rows<BoxRow>("testing.boxes")]);
  const fates = await app.session.fates(mine.map((one) => one.id));
  const rows = together(mine, listed);
  return screen(app, t("boxes"),
    left.length > 0 && h("section", { class: "card" }, h("h2", {}, t("tubes_left")), h("p", { class: "count" }, String(left.length)),
      age(Math.min(...left.map((one) => one.oldest_ms)))),
    rows.length === 0 && h("p", {}, t("no_boxes")),
    ...rows.map((row) => {
      const at = mine.find((one) => one.seal === row.seal);
      return card(app, row, at ? fates.get(at.id) : undefined);
    }),
    h("div", { class: "foot" }, button(t("pack"), () => app.show(packing), "first")));
}

/** The later word counts: the phone's own until the house says more. */
function together(mine: Own[], listed: BoxRow[]): BoxRow[] {
  const rows = new Map<string, BoxRow>(mine.map((one) => [one.seal, one]));
  for (const row of listed) {
    const own_ = rows.get(row.seal);
    if (!own_ || row.step !== "sealed") rows.set(row.seal, row);
  }
  return [...rows.values()].sort((one, other) => other.step_ms - one.step_ms);
}

function card(app: App, row: BoxRow, fate?: Fate): HTMLElement {
  return h("section", { class: "card" }, h("h2", {}, row.box), h("p", {}, t("box_line", { n: row.tubes, s: row.seal })),
    row.step === "received" ? null : age(row.oldest_ms),
    h("p", { class: "noted" }, `${t(`box_${row.step}` as Word)} · ${hourWords(row.step_ms)}${fate ? ` · ${t(`fate_${fate}`)}` : ""}`),
    row.step === "sealed" && fate !== "returned" ? button(t("give"), () => give(app, row), "second") : null);
}

function give(app: App, row: BoxRow): void {
  const hand = (intact: boolean) => async (): Promise<void> => {
    const body = { seal: row.seal, step: "given", address: row.address, at: moment(), intact };
    const rest = (await own(app)).filter((one) => one.seal !== row.seal);
    const made = { ...row, step: "given", step_ms: Date.now() };
    const beside = { kept: (id: string) => ({ boxes: [...rest, { ...made, id }] }) };
    if (await saved(app, "testing.giving", body, beside)) app.show(boxes, true);
  };
  sheet(t("give_sure", { s: row.seal, n: row.tubes }), [t("whole"), hand(true), "first"], [t("broken"), hand(false), "warn"]);
}

async function packing(app: App): Promise<HTMLElement> {
  const [left, rounds, points] = await Promise.all([closedTubes(app), app.session.patch.rows<Round>("testing.rounds"),
    app.session.patch.rows<Point>("testing.points")]);
  const open = points.filter((point) => rounds.some((round) => round.id === point.round));
  if (open.length === 0) return screen(app, t("pack"), h("p", {}, t("no_round")));
  const draft = await app.session.shutValue<Packing>("box");
  const point = open.find((one) => one.id === (draft?.point ?? left[0]?.point ?? localStorage.getItem("point"))) ?? open[0]!;
  const here = left.filter((one) => one.point === point.id);
  const now: Packing = draft?.point === point.id ? draft : { point: point.id, tubes: here.map((one) => one.tube), others: [] };
  const keep = async (next: Packing): Promise<void> => {
    if (await held(() => app.session.keepShut("box", next))) app.show(packing);
  };
  const where = choices(open.map((one) => [one.id, one.name]), point.id);
  where.addEventListener("change", () => {
    void keep({ point: where.value, tubes: left.filter((one) => one.point === where.value).map((one) => one.tube), others: [] });
  });
  const chosen = [...here.map((one) => one.tube).filter((code) => now.tubes.includes(code)), ...now.others];
  return screen(app, t("pack"), field(t("point"), where),
    h("p", { class: "count", role: "status" }, t("tubes_in", { n: chosen.length })),
    ...oldest(here, now),
    ...here.map((one) => toggle(one, now, keep)),
    here.length === 0 && h("p", { class: "hint" }, t("no_tubes")),
    ...now.others.map((code) => h("p", {}, code, button(t("remove"),
      () => keep({ ...now, others: now.others.filter((other) => other !== code) }), "plain"))),
    adder(chosen, (code) => keep(here.some((one) => one.tube === code)
      ? { ...now, tubes: [...now.tubes, code] } : { ...now, others: [...now.others, code] })),
    ...sealing(app, point, chosen, here));
}

function oldest(here: Closed[], now: Packing): HTMLElement[] {
  const times = here.filter((one) => now.tubes.includes(one.tube)).map((one) => one.oldest_ms);
  return times.length > 0 ? [age(Math.min(...times))] : [];
}

function toggle(one: Closed, now: Packing, keep: (next: Packing) => Promise<void>): HTMLElement {
  const inside = now.tubes.includes(one.tube);
  const made = button(`${inside ? "✓ " : ""}${one.tube}`, () => keep({
    ...now, tubes: inside ? now.tubes.filter((code) => code !== one.tube) : [...now.tubes, one.tube],
  }), "second");
  made.setAttribute("aria-pressed", String(inside));
  return made;
}

function adder(chosen: string[], add: (code: string) => Promise<void>): HTMLElement {
  const input = codeInput(t("tube_add"));
  const said = h("p", { class: "bad", role: "alert" });
  const put = async (typed: string): Promise<void> => {
    const code = codeOf(typed);
    said.textContent = code === null ? t("tube_wrong") : chosen.includes(code) ? t("tube_in_box")
      : chosen.length >= MOST_TUBES ? t("box_full") : "";
    if (code !== null && !said.textContent) await add(code);
  };
  return h("div", {}, field(t("tube_add"), input), h("div", { class: "pair" }, scanner((code) => void put(code)),
    button(t("add_tube"), () => put(input.value), "second")), said);
}

function sealing(app: App, point: Point, tubes: string[], here: Closed[]): HTMLElement[] {
  const [box, seal] = [codeField(t("box_code")), codeField(t("seal"))];
  const said = h("p", { class: "bad", role: "alert" });
  const close = async (): Promise<void> => {
    const [code, sealed] = [box.code(), seal.code()];
    said.textContent = tubes.length === 0 ? t("box_empty") : code === null ? wrongCode(t("box_code"))
      : sealed === null ? wrongCode(t("seal")) : "";
    if (code === null || sealed === null || said.textContent) return;
    const body = { box: code, seal: sealed, round: point.round, point: point.id, packed_at: moment(), tubes };
    const times = here.filter((one) => tubes.includes(one.tube)).map((one) => one.oldest_ms);
    const made: BoxRow = { box: code, seal: sealed, tubes: tubes.length, address: point.address, step: "sealed",
      step_ms: Date.now(), oldest_ms: Math.min(Date.now(), ...times) };
    if (await saved(app, "testing.box", body, await packed(app, made, tubes))) app.show(boxes, true);
  };
  return [box.element, seal.element, h("div", { class: "foot" }, said, button(t("box_close"), close, "first"))];
}

/** In the moment in which a box is kept, its tubes leave the list of those to pack, and it enters that of boxes. */
async function packed(app: App, made: BoxRow, tubes: string[]): Promise<Beside> {
  const [left, mine] = await Promise.all([closedTubes(app), own(app)]);
  const closed = left.filter((one) => !tubes.includes(one.tube));
  return { dropped: ["box"], kept: (id) => ({ closed, boxes: [...mine, { ...made, id }] }) };
}
