/** The simulator's process: a line of JSON in, a line of JSON out. `{from, count}` tells seeds, `{seed, ops}` one story. */

import { RealServer, type House } from "./house";
import { told, type Found, type Op } from "./scenario";

declare const process: {
  stdin: AsyncIterable<Uint8Array>;
  stdout: { write(text: string): void };
};

interface Asked { from?: number; count?: number; stop_at?: number; seed?: number; ops?: Op[]; house?: House }

function isBad(found: Found): boolean {
  return found.lost + found.double + found.stuck + found.silent > 0;
}

async function answer(asked: Asked): Promise<unknown> {
  if (asked.house) return told(asked.seed ?? 1, undefined, new RealServer(asked.house));
  if (asked.ops) return told(asked.seed ?? 1, asked.ops);
  const sum: Found & { stories: number; bad: number[] } =
    { stories: 0, saved: 0, stored: 0, lost: 0, double: 0, stuck: 0, silent: 0, bad: [] };
  for (let at = 0; at < (asked.count ?? 0); at++) {
    const found = await told((asked.from ?? 0) + at);
    sum.stories += 1;
    for (const key of ["saved", "stored", "lost", "double", "stuck", "silent"] as const) sum[key] += found[key];
    if (isBad(found)) sum.bad.push((asked.from ?? 0) + at);
    if (asked.stop_at !== undefined && sum.bad.length >= asked.stop_at) break;
  }
  return sum;
}

const decoder = new TextDecoder();
let text = "";
for await (const part of process.stdin) {
  text += decoder.decode(part, { stream: true });
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
    const line = text.slice(0, end);
    text = text.slice(end + 1);
    let said: unknown;
    try {
      said = await answer(JSON.parse(line) as Asked);
    } catch (error) {
      said = { error: String((error as Error).stack ?? error) };
    }
    process.stdout.write(`${JSON.stringify(said)}\n`);
  }
}
