import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./support/assets.mjs";

const { countsOf, gathered, numberAt } = await load("dashboard.js");

test("many messages have the page read again once, and later ones once more", () => {
  const planned = [];
  let times = 0;
  const refresh = gathered(() => { times += 1; }, 3000, (work, span) => planned.push([work, span]));
  for (let number = 0; number < 50; number += 1) refresh();
  assert.equal(planned.length, 1);
  assert.equal(planned[0][1], 3000);
  assert.equal(times, 0);
  planned[0][0]();
  assert.equal(times, 1);
  refresh();
  assert.equal(planned.length, 2);
});

test("only scans of bags change the counts of today", () => {
  assert.deepEqual(countsOf({ kind: "child", outcome: "undone" }), { undone: 1, linked: -1 });
  assert.deepEqual(countsOf({ kind: "child", outcome: "linked" }), { linked: 1 });
  assert.deepEqual(countsOf({ kind: "parent", outcome: "created" }), {});
});

test("a number that a message does not have changes nothing", () => {
  assert.equal(numberAt({ bills: { open: 3 } }, "bills.open"), 3);
  assert.equal(numberAt({ bills: {} }, "bills.open"), null);
});
