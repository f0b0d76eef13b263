import { pause } from "./backoff";
import type { Outbox } from "./outbox";
import type { Answer, Ports, Returned, Waiting } from "./ports";

export const MOST_ITEMS = 200;
const MOST_CHARACTERS = 600_000;

/** What became of one try. */
export type Step =
  | { kind: "idle" }
  | { kind: "sent"; count: number }
  | { kind: "wait"; asked_s: number | null; why: "offline" | "busy" | "server" }
  | { kind: "stopped"; why: "unknown_device" | "wiped" | "refused" };

interface Told { id: string; outcome: string; reason?: string; words?: string }
interface Receipt { now_ms: number; epoch: number; results: Told[]; wipe?: boolean }
interface Known { now_ms: number; epoch: number; watermark: number; returned: (Told & { sequence: number })[] }

/** Brings the outbox to the server: one batch at a time, each item kept until it is answered by name. */
export class Uploader {
  constructor(private readonly ports: Ports, private readonly outbox: Outbox) {}

  /** Try until nothing waits or nothing helps; between tries it backs off. `tries` bounds the failures in a row.
   * @throws StoreFull where there is no room to note what was answered: what was sent waits still, and is asked for. */
  async drain(tries = Number.POSITIVE_INFINITY): Promise<Step> {
    let failed = 0;
    for (;;) {
      const step = await this.step();
      if (step.kind === "sent") failed = 0;
      else if (step.kind !== "wait" || ++failed > tries) return step;
      else await this.ports.clock.sleep(pause(failed, step.asked_s, this.ports.chance));
    }
  }

  /** One try. */
  async step(): Promise<Step> {
    const meta = await this.outbox.meta();
    if (meta.unsure) {
      const step = await this.reconcile();
      if (step !== null) return step;
    }
    const batch = fitting(await this.ports.store.first(MOST_ITEMS));
    return batch.length === 0 ? { kind: "idle" } : this.send(batch, meta.epoch);
  }

  private async send(batch: Waiting[], epoch: number): Promise<Step> {
    const asked = Math.floor(this.ports.clock.now());
    // Kept before anything goes out: whoever dies now knows on waking that the server may know more than we do.
    await this.outbox.settle([], [], { unsure: true });
    const content = JSON.stringify({ epoch, sent_ms: asked, items: batch });
    const answer = await this.answer("POST", "/sync/upload", content);
    if (answer === null) return { kind: "wait", asked_s: null, why: "offline" };
    const receipt = answer.body as Receipt;
    // Turned away at the door, before anything was read: nothing to be unsure of.
    if (answer.status === 429) await this.outbox.settle([], [], { unsure: false });
    if (answer.status !== 200) return this.refused(answer);
    if (!isReceipt(receipt) || receipt.epoch !== epoch) return { kind: "wait", asked_s: null, why: "server" };
    const told = new Map(receipt.results.map((one) => [one.id, one]));
    const settled = batch.filter((record) => isFinal(told.get(record.id)?.outcome));
    const returned = settled.flatMap((record) => asReturned(record, told.get(record.id)!));
    const offset_ms = offset(asked, this.ports.clock.now(), receipt.now_ms);
    await this.outbox.settle(settled.map((record) => record.sequence), returned, { unsure: false, offset_ms });
    // Reported lost: everything that waits is handed in first.
    if (receipt.wipe && (await this.ports.store.count()) === 0) return { kind: "stopped", why: "wiped" };
    return settled.length > 0 ? { kind: "sent", count: settled.length } : { kind: "wait", asked_s: null, why: "server" };
  }

  /** After an answer was lost: what the server knows without a gap need not be sent again. */
  private async reconcile(): Promise<Step | null> {
    const meta = await this.outbox.meta();
    const waiting = await this.ports.store.first(MOST_ITEMS);
    const from = waiting[0]?.sequence ?? meta.next;
    const asked = Math.floor(this.ports.clock.now());
    const answer = await this.answer("GET", `/sync/state?from=${from}`);
    if (answer === null) return { kind: "wait", asked_s: null, why: "offline" };
    if (answer.status !== 200) return this.refused(answer);
    const known = answer.body as Known;
    if (!isKnown(known)) return { kind: "wait", asked_s: null, why: "server" };
    if (known.epoch !== meta.epoch) return { kind: "stopped", why: "unknown_device" };
    const settled = waiting.filter((record) => record.sequence <= known.watermark);
    const told = new Map(known.returned.map((one) => [one.id, one]));
    const returned = settled.flatMap((record) => {
      const one = told.get(record.id);
      return one === undefined ? [] : asReturned(record, one);
    });
    const offset_ms = offset(asked, this.ports.clock.now(), known.now_ms);
    await this.outbox.settle(settled.map((record) => record.sequence), returned, { unsure: false, offset_ms });
    return null;
  }

  private async answer(method: "GET" | "POST", path: string, body?: string): Promise<Answer | null> {
    try {
      return await this.ports.network.ask(method, path, body);
    } catch {
      return null;
    }
  }

  private refused(answer: Answer): Step {
    const code = (answer.body as { code?: string } | null)?.code ?? "";
    if (answer.status === 401) return { kind: "stopped", why: code === "wiped" ? "wiped" : "unknown_device" };
    if (answer.status === 429) return { kind: "wait", asked_s: answer.wait_s, why: "busy" };
    // A frame that this server does not understand: an update of the app helps, time does not.
    if (answer.status === 422 || answer.status === 413) return { kind: "stopped", why: "refused" };
    return { kind: "wait", asked_s: answer.wait_s, why: "server" };
  }
}

/** As many of the first records as one upload may hold; always one at least. */
export function fitting(waiting: Waiting[]): Waiting[] {
  let characters = 0;
  let count = 0;
  for (const record of waiting) {
    characters += JSON.stringify(record).length;
    if (count > 0 && characters > MOST_CHARACTERS) break;
    count++;
  }
  return waiting.slice(0, Math.min(count, MOST_ITEMS));
}

/** By how much our clock is ahead of the server's, taken in the middle between asking and hearing. */
export function offset(asked_ms: number, heard_ms: number, server_ms: number): number | null {
  const way = heard_ms - asked_ms;
  return way < 0 || way > 30_000 ? null : Math.round(asked_ms + way / 2 - server_ms);
}

function isFinal(outcome: string | undefined): boolean {
  return outcome === "stored" || outcome === "same" || outcome === "conflict" || outcome === "rejected";
}

function asReturned(record: Waiting, told: Told): Returned[] {
  if (told.outcome !== "conflict" && told.outcome !== "rejected") return [];
  const { id, sequence, type, body } = record;
  return [{ id, sequence, type, outcome: told.outcome, reason: told.reason ?? "", words: told.words ?? "", body }];
}

function isReceipt(body: unknown): body is Receipt {
  const given = body as Receipt | null;
  return typeof given === "object" && given !== null && Array.isArray(given.results) && Number.isFinite(given.now_ms);
}

function isKnown(body: unknown): body is Known {
  const given = body as Known | null;
  return typeof given === "object" && given !== null && Number.isInteger(given.watermark) && Array.isArray(given.returned);
}
