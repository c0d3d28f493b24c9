// A consumer of order events: a ticket for each failure or replacement, and the latest status of each order.

import { IdempotencyConfig, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import type { BasePersistenceLayer } from "@aws-lambda-powertools/idempotency/persistence";
import { ConditionalCheckFailedException, DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { Context } from "aws-lambda";
import { isOutpostsEvent, isTruncated } from "outposts-order-notifier-events";
import type { Common, LineItemReference, OutpostsEvent, Truncated } from "outposts-order-notifier-events";

const A_YEAR = 366 * 24 * 3600; // for so long the archive can replay an event, in seconds

/** What a consumer needs of the world; tests have their own. */
export interface World {
  /** Where Powertools stores which events were processed. */
  processed: BasePersistenceLayer;
  /** Store an order's status, unless that of a later event is stored. */
  remember(detail: Common): Promise<void>;
  /** Open a ticket. */
  open(text: string): Promise<void>;
}

/** Return the handler: it acts on an event, and ignores one of a type that a later version adds. */
export function consumer(world: World): (event: unknown, context: Context) => Promise<void> {
  const config = new IdempotencyConfig({
    eventKeyJmesPath: "eventId",
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds: A_YEAR,
  });
  // Once for each eventId, in whatever order events arrive.
  const openOnce = makeIdempotent(async (_: { eventId: string }, text: string) => world.open(text), {
    persistenceStore: world.processed,
    config,
  });
  return async (event, context) => {
    if (!isOutpostsEvent(event)) return;
    config.registerLambdaContext(context);
    await world.remember(event.detail);
    const text = ticket(event);
    if (text !== undefined) await openOnce({ eventId: event.detail.eventId }, text);
  };
}

/** Return the text of the ticket that an event causes, if any. */
export function ticket(event: OutpostsEvent): string | undefined {
  const order = `order ${event.detail.orderId}`;
  switch (event["detail-type"]) {
    case "Outposts Order Status Change":
      return event.detail.status === "ERROR" ? `${order} is in error: contact AWS Support` : undefined;
    case "Outposts Line Item Status Change": {
      const item = `line item ${shown(event.detail.lineItemId)} of ${order}`;
      if (event.detail.status === "ERROR") return `${item} is in error: contact AWS Support`;
      if (event.detail.status === "REPLACED") return `${item} is replaced by ${place(event.detail.replacedBy)}`;
    }
  }
  return undefined;
}

/** Return a value as text, also if it was too large for an event. */
function shown(value: string | Truncated): string {
  return isTruncated(value) ? `${value.start}…` : value;
}

function place(item: LineItemReference | Truncated | undefined): string {
  if (item === undefined) return "a line item that is not known yet";
  if (isTruncated(item)) return shown(item);
  return `line item ${shown(item.lineItemId)} of order ${shown(item.orderId)}`;
}

/** Return the real world: a DynamoDB table with the key `id` and the time to live `expiration`. */
export function aws(tableName: string): World {
  const dynamodb = new DynamoDBClient();
  return {
    processed: new DynamoDBPersistenceLayer({ tableName, awsSdkV3Client: dynamodb }),
    async remember(detail) {
      const update = new UpdateItemCommand({
        TableName: tableName,
        Key: { id: { S: detail.orderId } },
        UpdateExpression: "SET orderStatus = :status, eventSequence = :sequence",
        ConditionExpression: "attribute_not_exists(eventSequence) OR eventSequence < :sequence",
        ExpressionAttributeValues: {
          ":status": { S: detail.orderStatus ?? "UNKNOWN" },
          ":sequence": { N: String(detail.sequence) },
        },
      });
      try {
        await dynamodb.send(update);
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
    async open(text) {
      console.log(text); // call your ticket system here
    },
  };
}
