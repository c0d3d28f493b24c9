// The contract: this consumer bears every sample event, twice and in any order, and what later versions may add.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  IdempotencyItemAlreadyExistsError,
  IdempotencyItemNotFoundError,
  IdempotencyRecordStatus,
} from "@aws-lambda-powertools/idempotency";
import { BasePersistenceLayer, IdempotencyRecord } from "@aws-lambda-powertools/idempotency/persistence";
import type { Context } from "aws-lambda";
import type { Common, OutpostsEvent } from "outposts-order-notifier-events";
import { consumer, ticket } from "./order-consumer.ts";
import type { World } from "./order-consumer.ts";

const context = { getRemainingTimeInMillis: () => 30_000 } as Context;
const truncated = { truncated: true, sha256: "0".repeat(64), bytes: 300_000, start: "ooi-" };

/** Stores in this process which events were processed. */
class InMemory extends BasePersistenceLayer {
  private readonly records = new Map<string, IdempotencyRecord>();

  async _getRecord(key: string): Promise<IdempotencyRecord> {
    const found = this.records.get(key);
    if (found === undefined) throw new IdempotencyItemNotFoundError();
    return found;
  }

  async _putRecord(record: IdempotencyRecord): Promise<void> {
    const found = this.records.get(record.idempotencyKey);
    if (found !== undefined) throw new IdempotencyItemAlreadyExistsError("it exists", found);
    this.records.set(record.idempotencyKey, record);
  }

  async _updateRecord(record: IdempotencyRecord): Promise<void> {
    assert.equal(record.getStatus(), IdempotencyRecordStatus.COMPLETED);
    this.records.set(record.idempotencyKey, record);
  }

  async _deleteRecord(record: IdempotencyRecord): Promise<void> {
    this.records.delete(record.idempotencyKey);
  }
}

/** A world in this process, with the tickets that were opened and the orders that were remembered. */
class Here implements World {
  readonly processed = new InMemory();
  readonly tickets: string[] = [];
  readonly remembered: Common[] = [];

  async remember(detail: Common): Promise<void> {
    this.remembered.push(detail);
  }

  async open(text: string): Promise<void> {
    this.tickets.push(text);
  }
}

/** Return every sample: whole events, and entries of PutEvents as this consumer receives them. */
function samples(): Map<string, OutpostsEvent> {
  const folder = join(import.meta.dirname, "samples");
  const found = new Map<string, OutpostsEvent>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf-8" }).filter((each) => each.endsWith(".json"))) {
    const content = JSON.parse(readFileSync(join(folder, name), "utf-8"));
    for (const each of [content].flat())
      found.set(
        name,
        each.detail ? each : { source: each.Source, "detail-type": each.DetailType, detail: JSON.parse(each.Detail) },
      );
  }
  return found;
}

function statusChange(status: string, keys: object = {}, type = "Outposts Line Item Status Change") {
  const detail = { schemaVersion: "1.1", eventId: `id-${status}`, sequence: 1, orderId: "oo-1", orderStatus: "ERROR" };
  return {
    source: "outposts-order-notifier",
    "detail-type": type,
    detail: { ...detail, lineItemId: "ooi-1", status, ...keys },
  };
}

for (const [name, event] of samples())
  test(`${name} opens at most one ticket, however often it arrives`, async () => {
    const world = new Here();
    const handler = consumer(world);
    for (let i = 0; i < 3; i++) await handler(event, context);
    assert.deepEqual(world.tickets, [ticket(event)].filter((text) => text !== undefined));
    assert.equal(world.remembered.length, 3);
  });

test("some samples open a ticket, and others do not", () => {
  const opened = new Set([...samples().values()].map((event) => ticket(event) !== undefined));
  assert.deepEqual(opened, new Set([true, false]));
});

test("two events open two tickets, and a truncated value is shown", async () => {
  const world = new Here();
  const handler = consumer(world);
  await handler(statusChange("ERROR"), context);
  await handler(statusChange("REPLACED", { replacedBy: { orderId: "oo-2", lineItemId: truncated } }), context);
  assert.deepEqual(world.tickets, [
    "line item ooi-1 of order oo-1 is in error: contact AWS Support",
    "line item ooi-1 of order oo-1 is replaced by line item ooi-… of order oo-2",
  ]);
});

test("a ticket that could not be opened is opened when the event arrives again", async () => {
  const world = new Here();
  const opened = world.tickets;
  const failing: World = {
    processed: world.processed,
    remember: async () => {},
    open: async () => Promise.reject(new Error("no ticket system")),
  };
  await assert.rejects(consumer(failing)(statusChange("ERROR"), context));
  await consumer(world)(statusChange("ERROR"), context);
  assert.equal(opened.length, 1);
});

test("what later versions may add is ignored: a status, a key, and a type of event", async () => {
  const world = new Here();
  const handler = consumer(world);
  await handler(statusChange("PAINTED", { colour: "green", schemaVersion: "1.7" }), context);
  await handler(statusChange("ERROR", {}, "Outposts Order Painted"), context);
  assert.deepEqual(world.tickets, []);
});
