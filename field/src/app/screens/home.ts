/** Today: what this person may do, how fresh the lists are, and what came back. */

import { phone } from "../database";
import { button, h } from "../dom";
import { kindWords, t, type Word } from "../words";
import { contacts } from "./contacts";
import { form, type FieldForm } from "./forms";
import { clockWords, saved, screen, type App } from "./frame";
import { boxes } from "./boxes";
import { courier } from "./courier";
import { duty as attendance } from "./duty";
import { inspection } from "./inspection";
import { sampling } from "./sampling";
import { tasks, type Task } from "./tasks";

export async function home(app: App): Promise<HTMLElement> {
  const { session } = app;
  const may = new Set(session.installation?.commands);
  const forms = await session.patch.rows<FieldForm>("forms");
  const mine = await session.patch.rows<Task>("hotline.tasks");
  const tiles: [Word | FieldForm, () => void, string?][] = [];
  if (may.has("forces.check_in")) tiles.push(["duty", () => app.show(attendance, true)]);
  if (may.has("testing.tube")) tiles.push(["sampling", () => app.show(sampling)]);
  if (may.has("testing.box")) tiles.push(["boxes", () => app.show(boxes, true)]);
  if (may.has("testing.handover")) tiles.push(["courier", () => app.show(courier, true)]);
  if (may.has("command.visit")) tiles.push(["inspection", () => app.show(inspection, true)]);
  if (may.has("hotline.progress")) tiles.push(["tasks", () => app.show(tasks), mine.length ? String(mine.length) : ""]);
  if (may.has("field.form")) {
    for (const one of forms) if (one.key !== "duty") tiles.push([one, () => app.show((again) => form(again, one))]);
  }
  tiles.push(["contacts", () => app.show(contacts, true)]);
  return h("main", {},
    h("p", { class: "who" }, session.installation?.name ?? ""),
    session.returned > 0 && button(`${t("returned")} (${session.returned})`, () => app.show(cameBack), "warn"),
    h("div", { class: "tiles" }, ...tiles.map(([word, press, count]) => {
      const made = button(typeof word === "string" ? t(word) : titleOf(word), press, "tile");
      if (count) made.append(h("b", {}, count));
      return made;
    })),
    may.has("field.form") && forms.some((one) => one.key === "duty") && duty(app),
    h("p", { class: "hint" }, session.lists_ms ? t("lists_at", { t: clockWords(session.lists_ms) }) : t("lists_none")),
    button(t("refresh"), () => session.refresh(), "plain"));
}

export function titleOf(one: FieldForm): string {
  return document.documentElement.lang === "en" ? one.title_en : one.title;
}

function duty(app: App): HTMLElement {
  const come = (answer: string) => (): Promise<string | null> =>
    saved(app, "field.form", { form: "duty", address: app.session.installation!.address, answers: { duty: answer } });
  return h("div", { class: "pair" }, button(t("on_duty"), come("on"), "second"), button(t("off_duty"), come("off"), "second"));
}

async function cameBack(app: App): Promise<HTMLElement> {
  const rows = await phone.returned.filter((row) => !row.seen).toArray();
  return screen(app, t("returned"), rows.length === 0 && h("p", {}, t("nothing_returned")), ...rows.map((row) =>
    h("section", { class: "card" }, h("h2", {}, t(row.outcome)), h("p", {}, row.words || row.reason),
      h("p", { class: "hint" }, `${kindWords(row.type)} · ${row.sequence}`),
      button(t("seen"), async () => { await phone.returned.update(row.id, { seen: true, shut: null }); await app.session.look(); app.show(cameBack); }, "second"))));
}
