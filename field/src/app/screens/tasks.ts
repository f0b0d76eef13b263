/** The crew's tasks and deliveries: one next step each, done with words and a photo. */

import type { Body } from "../../sync/ports";
import { button, field, h } from "../dom";
import { photoField } from "../photo";
import { isEnglish, t } from "../words";
import { clockWords, saved, screen, type App } from "./frame";

export interface Task {
  id: string;
  state: string;
  category: string;
  category_en: string;
  words: string;
  place: string;
  address: string;
  caller: string;
  phone: string;
  code: string;
  due_ms: number;
}

const NEXT = { offered: "accepted", accepted: "under_way", under_way: "arrived", arrived: "done" } as const;
/** What was done here since the list came. */
const stepped = new Map<string, string>();

export async function tasks(app: App): Promise<HTMLElement> {
  const rows = await app.session.patch.rows<Task>("hotline.tasks");
  const left = rows.map((row) => ({ ...row, state: stepped.get(row.id) ?? row.state }))
    .filter((row) => row.state !== "done" && row.state !== "declined");
  return screen(app, t("tasks"), left.length === 0 && h("p", {}, t("no_tasks")), ...left.map((row) => card(app, row)));
}

function card(app: App, task: Task): HTMLElement {
  const next = NEXT[task.state as keyof typeof NEXT] ?? "accepted";
  const step = async (state: string, more: Body = {}): Promise<void> => {
    const body = { task: task.id, state, address: task.address, ...more };
    if (!(await saved(app, "hotline.progress", body))) return;
    stepped.set(task.id, state);
    app.show(tasks);
  };
  return h("section", { class: "card" }, h("h2", {}, isEnglish() ? task.category_en : task.category),
    h("p", {}, task.place), h("p", {}, task.words),
    h("p", { class: "hint" }, `${task.code} · ${clockWords(task.due_ms)}`),
    task.phone !== "" && h("a", { class: "button plain", href: `tel:${task.phone}` }, t("ring", { p: `${task.caller} ${task.phone}` })),
    button(t(next), () => next === "done" ? app.show((again) => proof(again, task, step)) : step(next), "first"),
    task.state !== "arrived" && button(t("done"), () => app.show((again) => proof(again, task, step)), "second"),
    button(t("declined"), () => app.show((again) => refusal(again, step)), "plain"));
}

function proof(app: App, task: Task, step: (state: string, more: Body) => Promise<void>): HTMLElement {
  const words = h("textarea", { rows: 2, maxlength: 2000 });
  let photo = "";
  const said = h("p", { class: "bad", role: "alert" });
  const done = async (): Promise<void> => {
    if (!words.value.trim() && !photo) {
      said.textContent = t("missing", { f: t("done_how") });
      return;
    }
    await step("done", { words: words.value.trim(), ...(photo ? { photo } : {}) });
  };
  return screen(app, t("done"), h("p", {}, task.place), field(t("done_how"), words), photoField((made) => { photo = made; }), said,
    h("div", { class: "foot" }, button(t("save"), done, "first")));
}

function refusal(app: App, step: (state: string, more: Body) => Promise<void>): HTMLElement {
  const words = h("textarea", { rows: 2, maxlength: 500 });
  return screen(app, t("declined"), field(t("why_not"), words), h("div", { class: "foot" },
    button(t("save"), async () => { if (words.value.trim()) await step("declined", { words: words.value.trim() }); }, "first")));
}
