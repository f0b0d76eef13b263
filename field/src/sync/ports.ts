/** What the sync core is given from outside, so that the same code runs in a browser and in the simulator. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Body = { [key: string]: Json };

/** One record as it waits on the device; `body` is whatever the store keeps (sealed in the app). */
export interface Waiting {
  id: string;
  sequence: number;
  type: string;
  base: number | null;
  at_ms: number;
  offset_ms: number | null;
  digest: string;
  body: Body;
}

/** What the server said of a record that it did not simply store; shown until somebody has seen it. */
export interface Returned {
  id: string;
  sequence: number;
  type: string;
  outcome: "conflict" | "rejected";
  reason: string;
  words: string;
  body: Body | null;
}

export interface Meta {
  epoch: number;
  next: number;
  offset_ms: number | null;
  /** An upload went out and no answer came: ask how far things are known before sending anything again. */
  unsure: boolean;
}

/** Durable storage. Each call is one transaction: when it resolves, all of it is kept; when it rejects, none of it.
 * Whatever writes rejects with `StoreFull` where the device has no room. */
export interface Store {
  meta(): Promise<Meta | null>;
  begin(meta: Meta, waiting: Waiting[]): Promise<void>;
  append(record: Waiting, meta: Meta): Promise<void>;
  first(most: number): Promise<Waiting[]>;
  settle(sequences: number[], returned: Returned[], meta: Meta): Promise<void>;
  count(): Promise<number>;
}

export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface Answer {
  status: number;
  body: unknown;
  /** Seconds, from Retry-After. */
  wait_s: number | null;
}

/** Speaks to the server; rejects where no answer came. */
export interface Network {
  ask(method: "GET" | "POST", path: string, body?: string): Promise<Answer>;
}

export interface Chance {
  /** Evenly from 0 to 1. */
  share(): number;
  bytes(count: number): Uint8Array;
}

export type Hash = (text: string) => Promise<string> | string;

export interface Ports {
  store: Store;
  clock: Clock;
  network: Network;
  chance: Chance;
  hash: Hash;
}

/** The device has no room: nothing was saved, and the person has to be told. */
export class StoreFull extends Error {}
