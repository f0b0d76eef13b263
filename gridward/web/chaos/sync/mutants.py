"""Mistakes to plant, one at a time: whoever tells enough stories must notice each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gridward.web.trouble import Trouble


@dataclass(frozen=True)
class Mutant:
    """One mistake: in a file, words replaced by others."""

    name: str
    file: str
    old: str
    new: str

    def plant(self, source: Path) -> None:
        """Make the mistake in a copy of the source.

        Raises: Trouble if the words are not there exactly once.
        """
        path = source / self.file
        text = path.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise Trouble(f"The mutant “{self.name}” fits {self.file} {text.count(self.old)} times, not once.")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


MUTANTS = (
    Mutant(
        "the watermark is the highest number, not the highest without a gap",
        "sim/model.ts",
        "    while (this.taken.has(`${this.epoch}/${mark + 1}`)) mark += 1;\n    return mark;",
        "    for (const key of this.taken.keys()) if (key.startsWith(`${this.epoch}/`)) "
        "mark = Math.max(mark, Number(key.split('/')[1]));\n    return mark;",
    ),
    Mutant(
        "a record is called saved before it is stored",
        "sync/outbox.ts",
        "      await store.append(record, { ...meta, next: meta.next + 1 });",
        "      void store.append(record, { ...meta, next: meta.next + 1 }).catch(() => undefined);",
    ),
    Mutant(
        "whatever is sent counts as stored",
        "sync/upload.ts",
        "const settled = batch.filter((record) => isFinal(told.get(record.id)?.outcome));",
        "const settled = batch;",
    ),
    Mutant(
        "answers are matched by their place, not by their id",
        "sync/upload.ts",
        "const told = new Map(receipt.results.map((one) => [one.id, one]));",
        "const told = new Map(receipt.results.map((one, at) => [batch[at]?.id ?? one.id, one]));",
    ),
    Mutant(
        "a record that is sent again gets a new id",
        "sync/upload.ts",
        "items: batch });",
        "items: batch.map((one) => ({ ...one, id: newId(asked, this.ports.chance) })) });",
    ),
    Mutant(
        "the number of a record is not kept with it",
        "sync/outbox.ts",
        "{ ...meta, next: meta.next + 1 });\n      return record;",
        "meta);\n      return record;",
    ),
    Mutant(
        "what waits keeps the numbers of the installation before",
        "sync/outbox.ts",
        "({ ...record, sequence: at + 1 })",
        "({ ...record, sequence: record.sequence || at })",
    ),
    Mutant(
        "rejections are dropped without a word",
        "sync/upload.ts",
        'if (told.outcome !== "conflict" && told.outcome !== "rejected") return [];',
        'if (told.outcome !== "conflict") return [];',
    ),
    Mutant(
        "a full store is not told to anybody",
        "sync/outbox.ts",
        "      await store.append(record, { ...meta, next: meta.next + 1 });",
        "      await store.append(record, { ...meta, next: meta.next + 1 }).catch(() => undefined);",
    ),
    Mutant(
        "what waits is thrown away when the app is enrolled anew",
        "sync/outbox.ts",
        "const left = before === null ? [] : await store.first(Number.MAX_SAFE_INTEGER);",
        "const left: Awaited<ReturnType<typeof store.first>> = []; void before;",
    ),
    Mutant(
        "an answer without sense ends the upload",
        "sync/upload.ts",
        'if (!isReceipt(receipt) || receipt.epoch !== epoch) return { kind: "wait", asked_s: null, why: "server" };',
        "if (!isReceipt(receipt) || receipt.epoch !== epoch) "
        "{ await this.outbox.settle(batch.map((one) => one.sequence), [], {}); return { kind: 'idle' }; }",
    ),
    Mutant(
        "the server does not know a record again",
        "sim/model.ts",
        "    if (before !== undefined) {",
        "    if (before !== undefined && this.epoch < 0) {",
    ),
    Mutant(
        "after a lost answer nothing is ever sent again",
        "sync/upload.ts",
        "{ unsure: false, offset_ms });\n    return null;",
        '{ offset_ms });\n    return { kind: "wait", asked_s: null, why: "server" };',
    ),
    Mutant(
        "two savings at once take one number",
        "sync/outbox.ts",
        "    const next = this.line.then(work, work);",
        "    const next = work();",
    ),
)
