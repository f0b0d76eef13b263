/** A courier's boxes: fetched at the points by their seals, handed over at the laboratory, each step kept offline. */

import { button, field, h } from "../dom";
import { scanner } from "../scan";
import type { Fate } from "../session";
import { t } from "../words";
import { codeInput, codeOf, wrongCode } from "./codes";
import { age, hourWords, saved, screen, sheet, type App } from "./frame";
import { moment } from "./sampling";

interface Fetch {
  box: string;
  seal: string;
  tubes: number;
  address: string;
  place: string;
  oldest_ms: number;
  step_ms: number;
  mine: boolean;
  laboratory: string;
  laboratory_address: string;
}

/** What this phone did with a box last; the list of the house may not know yet. */
interface Carried extends Fetch { id: string; step: "taken" | "given"; at_ms: number }

const KEPT_MS = 48 * 3_600_000;

async function carried(app: App): Promise<Carried[]> {
  const all = (await app.session.shutValue<Carried[]>("carried")) ?? [];
  return all.filter((one) => one.at_ms > Date.now() - KEPT_MS);
}

interface Boxes { mine: Fetch[]; free: Fetch[]; own: Carried[]; fates: Map<string, Fate> }

/** What came back was not done, whatever this phone noted. */
async function sorted(app: App): Promise<Boxes> {
  const [listed, all] = await Promise.all([app.session.patch.rows<Fetch>("testing.fetching"), carried(app)]);
  const fates = await app.session.fates(all.map((one) => one.id));
  const own = all.filter((one) => fates.get(one.id) !== "returned");
  const done = new Map(own.map((one) => [one.seal, one]));
  const known = new Set(listed.map((row) => row.seal));
  const mine = [...listed.filter((row) => done.get(row.seal)?.step === "taken" || (row.mine && !done.has(row.seal))),
    ...own.filter((one) => one.step === "taken" && !known.has(one.seal))];
  return { mine, free: listed.filter((row) => !row.mine && !done.has(row.seal)), own, fates };
}

export async function courier(app: App): Promise<HTMLElement> {
  const { mine, free, own, fates } = await sorted(app);
  const given = own.filter((one) => one.step === "given");
  const fate = (seal: string): string => {
    const at = own.find((one) => one.seal === seal);
    return at ? t(`fate_${fates.get(at.id) ?? "sent"}`) : "";
  };
  return screen(app, t("courier"), h("h2", {}, t("on_me", { n: mine.length })),
    mine.length === 0 && h("p", { class: "hint" }, t("none_on_me")),
    ...mine.map((row) => card(row, t("box_taken"), fate(row.seal), button(t("deliver"), () => deliver(app, [row]), "second"))),
    mine.length > 1 && button(t("deliver_all", { n: mine.length }), () => deliver(app, mine), "second"),
    h("h2", {}, t("to_fetch", { n: free.length })),
    free.length === 0 && h("p", { class: "hint" }, t("none_to_fetch")),
    ...free.map((row) => card(row, t("box_sealed"), "", null)),
    ...given.map((row) => h("p", { class: "noted" },
      `${row.box || row.seal} · ${t("box_handed_over")} ${hourWords(row.at_ms)} · ${fate(row.seal)}`)),
    h("div", { class: "foot" }, button(t("take_box"), () => app.show(fetching), "first")));
}

function card(row: Fetch, state: string, fate: string, act: HTMLElement | null): HTMLElement {
  return h("section", { class: "card" }, h("h2", {}, row.box || row.seal), h("p", {}, row.place),
    h("p", {}, t("box_line", { n: row.tubes, s: row.seal })), row.oldest_ms > 0 ? age(row.oldest_ms) : null,
    h("p", { class: "hint" }, row.laboratory ? t("bound_for", { l: row.laboratory }) : t("unbound")),
    h("p", { class: "noted" }, fate ? `${state} · ${fate}` : state), act);
}

function fetching(app: App): HTMLElement {
  const input = codeInput(t("seal"));
  const said = h("p", { class: "bad", role: "alert" });
  const read = async (typed: string): Promise<void> => {
    const seal = codeOf(typed);
    said.textContent = seal === null ? wrongCode(t("seal")) : "";
    if (seal === null) return;
    const { mine, free } = await sorted(app);
    if (mine.some((row) => row.seal === seal)) {
      said.textContent = t("seal_mine");
      return;
    }
    const row = free.find((one) => one.seal === seal);
    const words = row ? t("take_sure", { p: row.place, b: row.box, s: seal, n: row.tubes }) : t("seal_unknown", { s: seal });
    const of = row ?? unlisted(app, seal);
    sheet(words, [t("take_whole"), () => take(app, of, true), "first"], [t("take_broken"), () => take(app, of, false), "warn"]);
  };
  return screen(app, t("take_box"), scanner((code) => void read(code)), field(t("seal"), input), said,
    h("div", { class: "foot" }, button(t("ok"), () => read(input.value), "first")));
}

/** A box that was packed after the list came. */
function unlisted(app: App, seal: string): Fetch {
  const { address } = app.session.installation!;
  return { box: "", seal, tubes: 0, address, place: "", oldest_ms: 0, step_ms: 0, mine: false, laboratory: "", laboratory_address: "" };
}

async function take(app: App, row: Fetch, intact: boolean): Promise<void> {
  if (await step(app, row, "taken", row.address, intact)) app.show(courier, true);
}

async function deliver(app: App, rows: Fetch[]): Promise<void> {
  const hand = (intact: boolean) => async (): Promise<void> => {
    for (const row of rows) if (!(await step(app, row, "given", row.laboratory_address || row.address, intact))) break;
    app.show(courier, true);
  };
  const tubes = rows.reduce((sum, row) => sum + row.tubes, 0);
  sheet(t("give_sure", { s: rows.map((row) => row.seal).join(" "), n: tubes }), [t("whole"), hand(true), "first"], [t("broken"), hand(false), "warn"]);
}

async function step(app: App, row: Fetch, what: "taken" | "given", address: string, intact: boolean): Promise<boolean> {
  const rest = (await carried(app)).filter((one) => one.seal !== row.seal);
  const made = { ...row, step: what, at_ms: Date.now() };
  const beside = { kept: (id: string) => ({ carried: [...rest, { ...made, id }] }) };
  return (await saved(app, "testing.handover", { seal: row.seal, step: what, address, at: moment(), intact }, beside)) !== null;
}
