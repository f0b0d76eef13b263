/** A real house behind HTTP, as the stories see it. */

import type { Body } from "../sync/ports";
import type { Server } from "./device";

export interface House { url: string; address: string; codes: string[]; first: number }

export class RealServer implements Server {
  readonly type = "field.form";
  readonly records = new Map<string, { outcome: string }>();
  readonly done = new Map<number, number>();
  /** Tokens by installation. Each is a device of its own here, whose epoch is 1: the stories' numbers are ours. */
  private readonly tokens: string[] = [];

  constructor(private readonly house: House) {}

  async hash(text: string): Promise<string> {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** Another phone of the same account: every code was made for one. */
  async enrol(): Promise<number> {
    const code = this.house.codes.shift();
    const answer = await fetch(`${this.house.url}/sync/enrolment`, { method: "POST", body: JSON.stringify({ code }) });
    if (answer.status !== 201) throw new Error(`enrolment: ${answer.status} ${await answer.text()}`);
    return this.tokens.push(((await answer.json()) as { token: string }).token);
  }

  body(n: number, kind: string): Body {
    const answers: Body = { note: String(this.house.first + n) };
    if (kind === "good") answers.met = "yes";
    return { form: "visit", address: this.house.address, answers };
  }

  async handle(method: string, path: string, epoch: number, body: string | undefined): Promise<{ status: number; body: unknown }> {
    const headers = { Authorization: `Bearer ${this.tokens[epoch - 1]}`, "Content-Type": "application/json", Accept: "application/json" };
    const sent = body === undefined ? undefined : JSON.stringify({ ...(JSON.parse(body) as object), epoch: 1 });
    const answer = await fetch(this.house.url + path, sent === undefined ? { method, headers } : { method, headers, body: sent });
    const said = (await answer.json()) as { results: { id: string; outcome: string }[] };
    if (method === "POST" && answer.status === 200) this.remember(body ?? "", said);
    return { status: answer.status, body: answer.status === 200 ? { ...said, epoch } : said };
  }

  private remember(body: string, said: { results: { id: string; outcome: string }[] }): void {
    const items = (JSON.parse(body) as { items: { id: string; body: { answers: { note: string } } }[] }).items;
    for (const { id, outcome } of said.results) {
      if (outcome !== "stored") {
        if (!this.records.has(id)) this.records.set(id, { outcome });
        continue;
      }
      this.records.set(id, { outcome });
      const n = Number(items.find((item) => item.id === id)!.body.answers.note) - this.house.first;
      this.done.set(n, (this.done.get(n) ?? 0) + 1);
    }
  }
}
