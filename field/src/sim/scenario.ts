/** One story of a phone, told op by op, and what must hold once everything is healed. */

import { StoreFull } from "../sync/ports";
import { Seeded } from "./chance";
import { App, Dead, Flash, World, type Fault, type Server } from "./device";
import { ModelServer } from "./model";

export type Op =
  | { op: "save"; count: number; kind: "good" | "bad" | "clash" }
  | { op: "push"; faults: Fault[] }
  | { op: "both"; count: number; faults: Fault[] }
  | { op: "die"; after: number; written: boolean }
  | { op: "full"; times: number }
  | { op: "skew"; ms: number }
  | { op: "enrol" }
  | { op: "reinstall" };

export interface Found {
  saved: number;
  stored: number;
  lost: number;
  double: number;
  stuck: number;
  silent: number;
}

const FAULTS: Fault[] = ["ok", "drop", "lost", "twice", "late", "before", "after", "busy", "broken", "garbled", "stale", "cut"];

/** A story by its seed. */
export function story(chance: Seeded): Op[] {
  const ops: Op[] = [];
  const faults = (): Fault[] => Array.from({ length: chance.below(5) }, () => chance.pick(FAULTS));
  for (let left = 4 + chance.below(16); left > 0; left--) {
    const turn = chance.share();
    if (turn < 0.34) ops.push({ op: "save", count: 1 + chance.below(4), kind: chance.pick(["good", "good", "good", "bad", "clash"]) });
    else if (turn < 0.62) ops.push({ op: "push", faults: faults() });
    else if (turn < 0.74) ops.push({ op: "both", count: 1 + chance.below(3), faults: faults() });
    else if (turn < 0.86) ops.push({ op: "die", after: chance.below(5), written: chance.share() < 0.5 });
    else if (turn < 0.9) ops.push({ op: "full", times: 1 + chance.below(3) });
    else if (turn < 0.94) ops.push({ op: "skew", ms: chance.pick([-86_400_000, -3_600_000, 90_000, 3_600_000, 31_536_000_000]) });
    else if (turn < 0.98) ops.push({ op: "enrol" });
    else ops.push({ op: "reinstall" });
  }
  return ops;
}

class Telling {
  private readonly chance: Seeded;
  private readonly world: World;
  private flash = new Flash();
  private app!: App;
  private count = 0;
  /** Payloads that were called saved and are on no phone that was thrown away, with what the server must say. */
  private readonly saved = new Map<number, { id: string; kind: string }>();
  private readonly refused = new Set<number>();

  constructor(seed: number, private readonly server: Server) {
    this.chance = new Seeded(seed);
    this.world = new World(this.server, this.chance);
  }

  async tell(ops: Op[]): Promise<Found> {
    await this.install();
    for (const op of ops) {
      try {
        await this.step(op);
      } catch (error) {
        // Dead, or without the room to note an answer: the next turn goes on from what the flash holds.
        if (!(error instanceof Dead || error instanceof StoreFull)) throw error;
      }
      if (!this.app.life.alive) this.start();
    }
    return this.healed();
  }

  private start(): void {
    this.app = new App(this.flash, this.world, this.chance);
  }

  private async install(): Promise<void> {
    this.flash = new Flash();
    this.start();
    await this.app.outbox.enrol(await this.server.enrol());
  }

  private async step(op: Op): Promise<void> {
    switch (op.op) {
      case "save": await this.save(op.count, op.kind); break;
      case "push": this.world.faults.push(...op.faults); await this.app.uploader.drain(2); break;
      case "both": {
        this.world.faults.push(...op.faults);
        const ends = await Promise.allSettled([this.app.uploader.drain(2), this.save(op.count, "good")]);
        for (const end of ends) {
          if (end.status === "rejected" && !(end.reason instanceof Dead || end.reason instanceof StoreFull)) throw end.reason;
        }
        break;
      }
      case "die": this.app.life.left = op.after; this.app.life.written = op.written; break;
      case "full": this.flash.full = op.times; break;
      case "skew": this.world.skew_ms += op.ms; break;
      case "enrol": await this.app.outbox.enrol(await this.server.enrol()); break;
      case "reinstall": this.forget(); this.flash.full = 0; await this.install(); break;
    }
  }

  /** The phone is wiped: what it had not sent is gone with it, as nobody can help. */
  private forget(): void {
    const waiting = new Set(this.flash.waiting.map((record) => record.id));
    for (const [n, { id, kind }] of this.saved) {
      if (kind !== "good" || (waiting.has(id) && !this.server.records.has(id))) this.saved.delete(n);
    }
  }

  private async save(count: number, kind: string): Promise<void> {
    for (let left = count; left > 0; left--) {
      const n = this.count++;
      try {
        const record = await this.app.outbox.save(this.server.type, this.server.body(n, kind));
        this.saved.set(n, { id: record.id, kind });
      } catch (error) {
        if (!(error instanceof StoreFull)) throw error;
        this.refused.add(n);
      }
    }
  }

  private async healed(): Promise<Found> {
    this.flash.full = 0;
    await this.world.heal();
    this.app.life.left = Number.POSITIVE_INFINITY;
    let last = await this.app.uploader.drain(30);
    if (last.kind === "stopped") {
      // It was shut out, as by dying in the middle of enrolling: it is enrolled again, and goes on.
      await this.app.outbox.enrol(await this.server.enrol());
      last = await this.app.uploader.drain(30);
    }
    const told = new Set(this.flash.returned.map((one) => one.id));
    const found: Found = { saved: this.saved.size, stored: 0, lost: 0, double: 0, stuck: 0, silent: 0 };
    for (const [n, { id, kind }] of this.saved) {
      const kept = this.server.records.get(id);
      if (kind === "good") found.lost += (this.server.done.get(n) ?? 0) === 0 ? 1 : 0;
      else if (kept === undefined) found.lost += 1;
      else if (!told.has(id)) found.silent += 1;
    }
    for (const [n, times] of this.server.done) {
      found.stored += 1;
      found.double += times > 1 || this.refused.has(n) ? 1 : 0;
    }
    found.stuck = this.flash.waiting.length + (last.kind === "idle" ? 0 : 1);
    return found;
  }
}

/** Tell one story and say what was found; all but `saved` and `stored` must be 0. */
export function told(seed: number, ops?: Op[], server: Server = new ModelServer()): Promise<Found> {
  return new Telling(seed ^ 0x5bd1e995, server).tell(ops ?? story(new Seeded(seed)));
}
