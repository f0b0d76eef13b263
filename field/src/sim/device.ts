/** A phone that dies at any moment, runs out of room, and shows the wrong time; what it stored durably survives. */

import { Outbox } from "../sync/outbox";
import { StoreFull, type Answer, type Body, type Meta, type Network, type Ports, type Returned, type Store, type Waiting } from "../sync/ports";
import { Uploader } from "../sync/upload";
import type { Seeded } from "./chance";

export type Fault =
  | "ok" | "drop" | "lost" | "twice" | "late" | "before" | "after" | "busy" | "broken" | "garbled" | "stale" | "cut";

export class Dead extends Error {}

/** Whoever answers: the model, or a real house; it remembers what was truly answered, whether or not that arrived. */
export interface Server {
  readonly type: string;
  /** Outcomes by record, and how often the work behind each payload was done. */
  readonly records: Map<string, { outcome: string }>;
  readonly done: Map<number, number>;
  hash(text: string): Promise<string> | string;
  enrol(): Promise<number> | number;
  body(n: number, kind: string): Body;
  handle(method: string, path: string, epoch: number, body: string | undefined, now_ms: number):
    { status: number; body: unknown } | Promise<{ status: number; body: unknown }>;
}

/** What is written to the flash of the phone. */
export class Flash {
  meta: Meta | null = null;
  waiting: Waiting[] = [];
  returned: Returned[] = [];
  /** How many writes find no room. */
  full = 0;
}

export class Life {
  alive = true;
  /** How many store calls until it dies, and whether the last one is still written. */
  left = Number.POSITIVE_INFINITY;
  written = false;
}

export class FlashStore implements Store {
  constructor(private readonly flash: Flash, private readonly life: Life) {}

  private async change(write: () => void): Promise<void> {
    if (!this.life.alive) throw new Dead();
    if (this.flash.full > 0) {
      this.flash.full -= 1;
      throw new StoreFull();
    }
    if (this.life.left-- <= 0) {
      this.life.alive = false;
      if (this.life.written) write();
      throw new Dead();
    }
    write();
  }

  async meta(): Promise<Meta | null> {
    if (!this.life.alive) throw new Dead();
    return this.flash.meta === null ? null : { ...this.flash.meta };
  }

  begin(meta: Meta, waiting: Waiting[]): Promise<void> {
    return this.change(() => { this.flash.meta = { ...meta }; this.flash.waiting = [...waiting]; });
  }

  append(record: Waiting, meta: Meta): Promise<void> {
    return this.change(() => { this.flash.waiting.push({ ...record }); this.flash.meta = { ...meta }; });
  }

  async first(most: number): Promise<Waiting[]> {
    if (!this.life.alive) throw new Dead();
    return [...this.flash.waiting].sort((one, other) => one.sequence - other.sequence).slice(0, most);
  }

  settle(sequences: number[], returned: Returned[], meta: Meta): Promise<void> {
    const gone = new Set(sequences);
    return this.change(() => {
      this.flash.waiting = this.flash.waiting.filter((record) => !gone.has(record.sequence));
      this.flash.returned.push(...returned);
      this.flash.meta = { ...meta };
    });
  }

  async count(): Promise<number> {
    return this.flash.waiting.length;
  }
}

export class World {
  time_ms = 1_700_000_000_000;
  skew_ms = 0;
  faults: Fault[] = [];
  /** Requests that are still somewhere on their way. */
  private adrift: (() => Promise<unknown>)[] = [];
  private lastAnswer: Answer | null = null;

  constructor(readonly server: Server, private readonly chance: Seeded) {}

  network(epoch: () => number): Network {
    return {
      ask: async (method, path, body) => {
        const fault = this.faults.shift() ?? "ok";
        const asked = epoch();
        const handle = async (): Promise<Answer> => {
          const answer = await this.server.handle(method, path, asked, body, this.time_ms);
          return { status: answer.status, body: JSON.parse(JSON.stringify(answer.body)), wait_s: null };
        };
        this.time_ms += 20 + this.chance.below(200);
        if (this.adrift.length > 0 && this.chance.share() < 0.4) await this.adrift.splice(this.chance.below(this.adrift.length), 1)[0]!();
        const answer = await this.faulty(fault, handle);
        if (method === "POST" && answer.status === 200) this.lastAnswer = answer;
        return answer;
      },
    };
  }

  private async faulty(fault: Fault, handle: () => Promise<Answer>): Promise<Answer> {
    switch (fault) {
      case "drop": case "before": throw new Error("no answer");
      case "lost": case "after": await handle(); throw new Error("no answer");
      case "late": this.adrift.push(handle); throw new Error("no answer");
      case "twice": await handle(); return handle();
      case "busy": return { status: 429, body: { code: "overloaded" }, wait_s: 2 };
      case "broken": return { status: 500, body: { code: "unexpected" }, wait_s: null };
      case "garbled": return { status: 200, body: this.chance.pick([null, "<html>", { results: 1 }, { hello: 1 }]), wait_s: null };
      case "stale": return this.lastAnswer ?? handle();
      case "cut": { const answer = await handle(); return { ...answer, body: shortened(answer.body) }; }
      default: return handle();
    }
  }

  /** Everything adrift arrives, and nothing goes wrong any more. */
  async heal(): Promise<void> {
    this.faults = [];
    for (const arrive of this.adrift.splice(0)) await arrive();
  }
}

/** An answer that lost some of its results, in another order. */
function shortened(body: unknown): unknown {
  const given = body as { results?: unknown[] };
  return Array.isArray(given?.results) ? { ...given, results: given.results.slice(1).reverse() } : body;
}

/** One life of the app on a flash: from start to the next death. */
export class App {
  readonly life = new Life();
  readonly outbox: Outbox;
  readonly uploader: Uploader;

  constructor(flash: Flash, world: World, chance: Seeded) {
    const ports: Ports = {
      store: new FlashStore(flash, this.life),
      clock: { now: () => world.time_ms + world.skew_ms, sleep: async (ms) => { world.time_ms += ms; } },
      network: world.network(() => flash.meta?.epoch ?? 0),
      chance,
      hash: (text) => world.server.hash(text),
    };
    this.outbox = new Outbox(ports);
    this.uploader = new Uploader(ports, this.outbox);
  }
}
