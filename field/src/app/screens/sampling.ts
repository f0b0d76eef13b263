/** The sampling table: open a tube, scan people into it, close it. An open tube survives the phone being switched off. */

import type { Body } from "../../sync/ports";
import type { Beside } from "../database";
import { button, choices, field, h } from "../dom";
import { scanner } from "../scan";
import { t } from "../words";
import { closedTubes } from "./boxes";
import { held, screen, type App } from "./frame";
import { tubeScreen } from "./tube";

export interface Round { id: string; number: number; pool_size: number; address: string }
export interface Point { id: string; round: string; name: string; address: string }
export interface Listed { id: string; name: string; room: string; address: string; born: number | null; sampled: boolean; round: string }

/** An open tube; people in the form of a record. */
export interface Open {
  tube: string;
  round: string;
  point: string;
  pool: number;
  opened_at: string;
  people: { name: string; door: string; sample: Body }[];
}

const TUBE = /^[0-9A-Z][0-9A-Z-]{3,31}$/;

// Thirty-two that are not taken for one another, as the house reads them (`rules/bodies.py`).
const LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const LETTERS_TO_A_RECEIPT = 4;

/** Letters that with the tube's code open one person's result: drawn by chance, no two alike in a tube. */
export function receipt(people: Open["people"]): string {
  const drawn = [...crypto.getRandomValues(new Uint8Array(LETTERS_TO_A_RECEIPT))].map((byte) => LETTERS[byte % LETTERS.length]).join("");
  return people.some((one) => one.sample.receipt === drawn) ? receipt(people) : drawn;
}

export function moment(now_ms = Date.now()): string {
  return new Date(now_ms).toISOString();
}

export function tubeCode(typed: string): string | null {
  const code = typed.trim().toUpperCase();
  return TUBE.test(code) ? code : null;
}

export async function sampling(app: App): Promise<HTMLElement> {
  const open = await app.session.draft<Open>();
  if (open !== null) return tubeScreen(app, open);
  const [rounds, points] = await Promise.all([app.session.patch.rows<Round>("testing.rounds"), app.session.patch.rows<Point>("testing.points")]);
  const today = points.filter((point) => rounds.some((round) => round.id === point.round));
  if (today.length === 0) return screen(app, t("sampling"), h("p", {}, t("no_round")));
  const point = choices(today.map((one) => [one.id, one.name]), localStorage.getItem("point") ?? "");
  const said = h("p", { class: "bad", role: "alert" });
  const input = h("input", { autocapitalize: "characters", autocomplete: "off", "aria-label": t("tube") });
  const begin = async (typed: string): Promise<void> => {
    const code = tubeCode(typed);
    said.textContent = code ? "" : t("tube_wrong");
    const chosen = today.find((one) => one.id === point.value)!;
    const round = rounds.find((one) => one.id === chosen.round)!;
    if (!code) return;
    if ((await usedTubes(app)).includes(code)) {
      said.textContent = t("tube_again");
      return;
    }
    localStorage.setItem("point", chosen.id);
    const made: Open = { tube: code, round: round.id, point: chosen.id, pool: round.pool_size, opened_at: moment(), people: [] };
    if (await held(() => app.session.keepDraft(made))) app.show((again) => tubeScreen(again, made));
  };
  const count = await counted(app);
  return screen(app, t("sampling"), field(t("point"), point), field(t("tube"), input), scanner((code) => void begin(code)), said,
    button(t("open_tube"), () => begin(input.value), "first"), h("p", { class: "hint" }, t("tubes_today", { n: count.tubes, p: count.people })));
}

interface Day { day: string; tubes: string[]; people: string[] }

async function day(app: App): Promise<Day> {
  const kept = await app.session.shutValue<Day>("day");
  const today = new Date().toDateString();
  return kept?.day === today ? kept : { day: today, tubes: [], people: [] };
}

/** What this phone remembers of a closed tube: a second scan is noticed without the server, and the tube can be packed. */
export async function remembered(app: App, open: Open): Promise<Beside> {
  const [now, left] = await Promise.all([day(app), closedTubes(app)]);
  now.tubes.push(open.tube);
  now.people.push(...open.people.map((one) => String(one.sample.person ?? one.name)));
  const times = open.people.map((one) => Date.parse(String(one.sample.at)));
  const { tube, round, point } = open;
  const closed = [...left, { tube, round, point, oldest_ms: Math.min(...times) }];
  return { dropped: ["draft"], kept: () => ({ day: now, closed }) };
}

export async function sampledHere(app: App): Promise<Set<string>> {
  return new Set((await day(app)).people);
}

async function usedTubes(app: App): Promise<string[]> {
  return (await day(app)).tubes;
}

async function counted(app: App): Promise<{ tubes: number; people: number }> {
  const now = await day(app);
  return { tubes: now.tubes.length, people: now.people.length };
}
