/** Checking in at one's post and out again: by the code on the poster, without the network. */

import { button, field, h } from "../dom";
import { scanner } from "../scan";
import { t } from "../words";
import { sha256 } from "../vault";
import { codeInput } from "./codes";
import { clockWords, hourWords, saved, screen, sheet, type App } from "./frame";

interface Shift {
  id: string;
  post: string;
  shift: string;
  address: string;
  place: string;
  starts_ms: number;
  ends_ms: number;
  code_sha: string;
  came_ms: number;
  went_ms: number;
}

/** What this phone noted: kept beside the record, so that the screen can say where it is. */
interface Noted { id: string; way: "in" | "out"; at_ms: number; shift: string; post: string }

const KEPT_MS = 24 * 3_600_000;
const POSTER = /(?:^|\/at\/)([A-Za-z0-9_-]{32})\/?$/;

async function noted(app: App): Promise<Noted[]> {
  const all = (await app.session.shutValue<Noted[]>("marks")) ?? [];
  return all.filter((one) => one.at_ms > Date.now() - KEPT_MS);
}

/** Where one is now by this phone's own marks. */
function present(marks: Noted[]): Noted | null {
  const last = marks.at(-1);
  return last?.way === "in" ? last : null;
}

export async function duty(app: App): Promise<HTMLElement> {
  const [shifts, marks] = await Promise.all([app.session.patch.rows<Shift>("forces.shifts"), noted(app)]);
  const fates = await app.session.fates(marks.map((one) => one.id));
  const line = (mark: Noted): HTMLElement => h("p", { class: "noted" },
    t(mark.way === "in" ? "came_at" : "went_at", { t: hourWords(mark.at_ms) }), " · ", t(`fate_${fates.get(mark.id) ?? "sent"}`));
  const taken = marks.filter((mark) => fates.get(mark.id) !== "returned");
  const here = present(taken) ?? known(shifts, taken);
  const others = marks.filter((mark) => !shifts.some((one) => one.id === mark.shift));
  return screen(app, t("duty"),
    here && h("p", { class: "count", role: "status" }, t("at_post", { p: here.post || t("other_post") })),
    ...shifts.map((one) => card(one, marks, line)),
    shifts.length === 0 && h("p", {}, t("no_shifts")),
    ...others.map((mark) => h("section", { class: "card" }, h("h2", {}, mark.post || t("other_post")), line(mark))),
    h("div", { class: "foot" }, here
      ? button(t("check_out"), () => leave(app, here), "first")
      : button(t("check_in"), () => app.show((again) => reading(again, "in")), "first")));
}

/** The house may know of a check-in that another phone made. */
function known(shifts: Shift[], marks: Noted[]): Noted | null {
  const one = shifts.find((shift) => shift.came_ms > 0 && shift.went_ms === 0 && !marks.some((mark) => mark.shift === shift.id));
  return one ? { id: "", way: "in", at_ms: one.came_ms, shift: one.id, post: one.post } : null;
}

function card(one: Shift, marks: Noted[], line: (mark: Noted) => HTMLElement): HTMLElement {
  const own = marks.filter((mark) => mark.shift === one.id);
  const told = own.length === 0 && one.came_ms > 0;
  return h("section", { class: "card" }, h("h2", {}, one.post), h("p", {}, one.place),
    h("p", { class: "hint" }, `${one.shift} · ${clockWords(one.starts_ms)} – ${hourWords(one.ends_ms)}`),
    ...own.map(line),
    told && h("p", { class: "noted" }, t("came_at", { t: hourWords(one.came_ms) })),
    told && one.went_ms > 0 && h("p", { class: "noted" }, t("went_at", { t: hourWords(one.went_ms) })),
    own.length === 0 && !told && h("p", { class: "hint" }, t("not_yet")));
}

function leave(app: App, here: Noted): void {
  sheet(t("check_out_note"),
    [t("check_out_here"), () => app.show((again) => reading(again, "out")), "first"],
    [t("check_out_gone"), () => note(app, "out", "", { id: here.shift, post: here.post })]);
}

function reading(app: App, way: "in" | "out"): HTMLElement {
  const input = codeInput(t("post_code"));
  input.autocapitalize = "off";
  const said = h("p", { class: "bad", role: "alert" });
  const read = async (typed: string): Promise<void> => {
    const code = POSTER.exec(typed.trim())?.[1];
    said.textContent = code ? "" : t("post_wrong");
    if (!code) return;
    const shifts = await app.session.patch.rows<Shift>("forces.shifts");
    const digest = await sha256(code);
    const [now, hits] = [Date.now(), shifts.filter((one) => one.code_sha === digest)];
    const shift = hits.find((one) => one.starts_ms - KEPT_MS / 12 <= now && now < one.ends_ms) ?? hits[0];
    if (shift || way === "out") await note(app, way, code, shift);
    else sheet(t("post_other"), [t("check_in_here"), () => note(app, way, code), "first"]);
  };
  return screen(app, t(way === "in" ? "check_in" : "check_out"), scanner((code) => void read(code)), field(t("post_code"), input), said,
    h("div", { class: "foot" }, button(t("ok"), () => read(input.value), "first")));
}

/** Keep a mark. Only what is on the phone for good is told as noted. */
async function note(app: App, way: "in" | "out", code: string, shift?: { id: string; post: string; address?: string }): Promise<void> {
  const marks = await noted(app);
  const before = present(marks);
  const body = { ...(code ? { post: code } : {}), ...(shift?.address ? { address: shift.address } : {}) };
  const of = shift ?? (way === "out" && before ? { id: before.shift, post: before.post } : { id: "", post: "" });
  const made = { way, at_ms: Date.now(), shift: of.id, post: of.post };
  const beside = { kept: (id: string) => ({ marks: [...marks, { ...made, id }] }) };
  if (await saved(app, way === "in" ? "forces.check_in" : "forces.check_out", body, beside)) app.show(duty, true);
}
