/** A server as docs/reference/sync.md describes it, in memory; what the core is held against. */

import type { Body } from "../sync/ports";
import type { Server } from "./device";

interface Sent { id: string; sequence: number; digest: string; body: { n: number; kind: string } }
interface Kept { epoch: number; sequence: number; digest: string; outcome: string }

export class ModelServer implements Server {
  readonly type = "sim";
  epoch = 0;
  readonly records = new Map<string, Kept>();
  /** How often the work behind each payload was really done. */
  readonly done = new Map<number, number>();
  private readonly taken = new Map<string, string>();

  /** The text itself: as good as a digest where nobody forges, and quicker. */
  hash(text: string): string {
    return text;
  }

  body(n: number, kind: string): Body {
    return { n, kind };
  }

  enrol(): number {
    this.epoch += 1;
    return this.epoch;
  }

  handle(method: string, path: string, epoch: number, body: string | undefined, now_ms: number): { status: number; body: unknown } {
    if (epoch !== this.epoch) return { status: 401, body: { code: "unknown_device" } };
    if (method === "GET") return { status: 200, body: this.state(path, now_ms) };
    const batch = JSON.parse(body ?? "{}") as { epoch: number; items: Sent[] };
    if (batch.epoch !== this.epoch) return { status: 422, body: { code: "not_a_batch" } };
    const results = batch.items.map((item) => ({ id: item.id, ...this.take(item) }));
    return { status: 200, body: { now_ms, epoch: this.epoch, watermark: this.watermark(), results } };
  }

  private take(item: Sent): { outcome: string; reason?: string } {
    const before = this.records.get(item.id);
    if (before !== undefined) {
      if (before.digest !== item.digest) return { outcome: "rejected", reason: "id_taken" };
      return before.outcome === "stored" ? { outcome: "same" } : { outcome: before.outcome, reason: "again" };
    }
    const number = `${this.epoch}/${item.sequence}`;
    if (this.taken.has(number)) {
      this.records.set(item.id, { epoch: this.epoch, sequence: 0, digest: item.digest, outcome: "rejected" });
      return { outcome: "rejected", reason: "sequence_taken" };
    }
    const outcome = item.body.kind === "bad" ? "rejected" : item.body.kind === "clash" ? "conflict" : "stored";
    this.taken.set(number, item.id);
    this.records.set(item.id, { epoch: this.epoch, sequence: item.sequence, digest: item.digest, outcome });
    if (outcome === "stored") this.done.set(item.body.n, (this.done.get(item.body.n) ?? 0) + 1);
    return outcome === "stored" ? { outcome } : { outcome, reason: item.body.kind };
  }

  private watermark(): number {
    let mark = 0;
    while (this.taken.has(`${this.epoch}/${mark + 1}`)) mark += 1;
    return mark;
  }

  private state(path: string, now_ms: number): unknown {
    const first = Number(/from=(\d+)/.exec(path)?.[1] ?? 0);
    const returned = [...this.records]
      .filter(([, one]) => one.epoch === this.epoch && one.outcome !== "stored" && (one.sequence >= first || one.sequence === 0))
      .map(([id, one]) => ({ id, sequence: one.sequence, outcome: one.outcome, reason: "again" }));
    return { now_ms, epoch: this.epoch, watermark: this.watermark(), returned };
  }
}
