import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, ledger } from "./ledger.js";

const said = new Map([
  ["ann", 3],
  ["bob", 1],
]);

function read(...lines: [by: string, n: number][]) {
  const it = ledger();
  lines.forEach(([by, n]) => it.take(by, n));
  return JSON.parse(JSON.stringify(it.state));
}

const all = () => read(["ann", 1], ["ann", 2], ["bob", 1], ["ann", 3]);

test("all lines, once and in order, over a reload", () => {
  const half = ledger(read(["ann", 1], ["ann", 2]));
  half.take("bob", 1);
  half.take("ann", 3);
  assert.deepEqual(half.state, all());
  assert.deepEqual(compare(said, [all(), half.state]), { lost: 0, repeated: 0, reordered: 0 });
});

test("what is lost, repeated or reordered is counted", () => {
  const found = (...lines: [string, number][]) => compare(said, [all(), read(...lines), all()]);
  const tail = found(["ann", 1], ["ann", 2], ["bob", 1]);
  assert.deepEqual(tail, { lost: 1, repeated: 0, reordered: 0 });
  const hole = found(["ann", 1], ["bob", 1], ["ann", 3]);
  assert.deepEqual(hole, { lost: 1, repeated: 0, reordered: 0 });
  const nothing = found();
  assert.deepEqual(nothing, { lost: 4, repeated: 0, reordered: 0 });
  const twice = found(["ann", 1], ["ann", 2], ["ann", 2], ["bob", 1], ["ann", 3]);
  assert.deepEqual(twice, { lost: 0, repeated: 1, reordered: 0 });
  const late = found(["ann", 1], ["ann", 3], ["ann", 2], ["bob", 1]);
  assert.deepEqual(late, { lost: 0, repeated: 0, reordered: 1 });
  const other = found(["bob", 1], ["ann", 1], ["ann", 2], ["ann", 3]);
  assert.deepEqual(other, { lost: 0, repeated: 0, reordered: 1 });
});
