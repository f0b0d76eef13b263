import { canonical } from "./canonical";
import { newId } from "./ids";
import type { Body, Meta, Ports, Waiting } from "./ports";

/** Where records wait. A record is saved once it is in the durable store with its number, and never before. */
export class Outbox {
  private line: Promise<unknown> = Promise.resolve();

  constructor(private readonly ports: Ports) {}

  /** Keep a record for good; resolves when it may be called saved.
   * @throws StoreFull when there is no room: nothing was kept. */
  save(type: string, body: Body, base: number | null = null): Promise<Waiting> {
    return this.inTurn(async () => {
      const { store, clock, chance, hash } = this.ports;
      const meta = await this.meta();
      const at_ms = Math.floor(clock.now());
      const record: Waiting = {
        id: newId(at_ms, chance), sequence: meta.next, type, base, at_ms, offset_ms: meta.offset_ms,
        digest: await hash(canonical(body)), body,
      };
      await store.append(record, { ...meta, next: meta.next + 1 });
      return record;
    });
  }

  /** Start over under the number of a new installation: what still waits is numbered anew, its ids stay. */
  enrol(epoch: number): Promise<void> {
    return this.inTurn(async () => {
      const { store } = this.ports;
      const before = await store.meta();
      const left = before === null ? [] : await store.first(Number.MAX_SAFE_INTEGER);
      const waiting = left.map((record, at) => ({ ...record, sequence: at + 1 }));
      await store.begin({ epoch, next: waiting.length + 1, offset_ms: null, unsure: false }, waiting);
    });
  }

  /** Change what is remembered beside the records, and drop those that are settled, in one transaction. */
  settle(sequences: number[], returned: Parameters<Ports["store"]["settle"]>[1], change: Partial<Meta>): Promise<void> {
    return this.inTurn(async () => {
      const meta = await this.meta();
      await this.ports.store.settle(sequences, returned, { ...meta, ...change });
    });
  }

  async meta(): Promise<Meta> {
    const meta = await this.ports.store.meta();
    if (meta === null) throw new Error("not enrolled");
    return meta;
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const next = this.line.then(work, work);
    this.line = next.catch(() => undefined);
    return next;
  }
}
