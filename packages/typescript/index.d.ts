// The events as types, for subscribers. `make docs` generates this file from their schemas.

/** The `source` of every event. */
export declare const SOURCE: "outposts-order-notifier";
/** The version of the schemas that these types are generated from. */
export declare const SCHEMA_VERSION: "1.1";

/** An open enumeration: any text, of which this version knows some. */
export type Open<Known extends string> = Known | (string & Record<never, never>);

export type OrderType =
  | "OUTPOST"
  | "REPLACEMENT";
export type OrderStatus =
  | "PREPARING"
  | "IN_PROGRESS"
  | "DELIVERED"
  | "COMPLETED"
  | "CANCELLED"
  | "ERROR"
  | "RECEIVED"
  | "PENDING"
  | "PROCESSING"
  | "INSTALLING"
  | "FULFILLED";
export type LineItemStatus =
  | "PREPARING"
  | "BUILDING"
  | "SHIPPED"
  | "DELIVERED"
  | "INSTALLING"
  | "INSTALLED"
  | "ERROR"
  | "CANCELLED"
  | "REPLACED";
export type Carrier =
  | "DHL"
  | "DBS"
  | "FEDEX"
  | "UPS"
  | "EXPEDITORS";

/** The placeholder of a value that is too large for an event. */
export interface Truncated {
  /** Always true. */
  truncated: true;
  /** SHA-256 of the value's canonical JSON (sorted keys, no white space), in hex. */
  sha256: string;
  /** The length of that JSON in bytes. */
  bytes: number;
  /** The first 200 characters of that JSON. */
  start: string;
}

/** A line item of any order. */
export interface LineItemReference {
  /** The line item's order. */
  orderId: string | Truncated;
  /** The line item's id. */
  lineItemId: string | Truncated;
}

/** A line item's shipment. */
export interface Shipment {
  /** As returned by the API, such as `DHL`; null if unknown. */
  carrier: Open<Carrier> | Truncated | null;
  /** As returned by the API; null if unknown. */
  trackingNumber: string | Truncated | null;
  /** The carrier's tracking page; null if none is known. */
  trackingUrl: string | Truncated | null;
}

/** One changed member. */
export interface Amendment {
  /** JSON Pointer into the order, with line items keyed by id. */
  path: string | Truncated;
  /** The new value; null if the member was removed. */
  value: unknown;
  /** The old value; null if the member is new. */
  previousValue: unknown;
}

/** The keys of every event. */
export interface Common {
  /** `1.1`. Versions with the same first number only add to each other. */
  schemaVersion: string;
  /** When the order was read: ISO 8601, UTC. */
  observedAt: string;
  /** The order's account; the envelope's is the notifier's. */
  account: string;
  /** The order's region; the envelope's is the notifier's. */
  region: string;
  /** The order's id. */
  orderId: string;
  /** The order's Outpost; null if the API returns none. */
  outpostId: string | null;
  /** As returned by the API, such as `OUTPOST` or `REPLACEMENT`. */
  orderType: Open<OrderType> | null;
  /** The order's status after this observation. */
  orderStatus: Open<OrderStatus> | null;
  /** Whether it was observed by the source's first poll. */
  baseline: boolean;
  /** The same at every retry and redelivery: use it to deduplicate. */
  eventId: string;
  /** 1, 2, 3 … per order, in the order of observation. */
  sequence: number;
  /** Present (always true) in a sample that somebody sent: its order does not exist. */
  test?: true;
}

/** An order is seen for the first time. */
export interface OrderDiscovered {
  /** The whole order as returned by the API, times as ISO 8601. */
  order: Record<string, unknown>;
  /** Present (always true) in what `snapshot` prints: the order as last read. Never on the bus. */
  snapshot?: true;
}

/** The order's status changed. */
export interface OrderStatusChange {
  /** As returned by the API; new values may appear at any time. */
  status: Open<OrderStatus> | Truncated | null;
  /** The status before. */
  previousStatus: Open<OrderStatus> | Truncated | null;
  /** How long the previous status lasted, in seconds. */
  secondsInPreviousStatus: number;
  /** Present (always true) if that status was reported as stalled. */
  wasStalled?: boolean;
}

/** A line item's status changed. */
export interface LineItemStatusChange {
  /** The line item's id; a line item without a unique id is named by its position, such as `#1`. */
  lineItemId: string | Truncated;
  /** The catalog item that was ordered, such as `OR-RACKM5A`. */
  catalogItemId: string | Truncated | null;
  /** The number that was ordered. */
  quantity: number | string | Truncated | null;
  /** As returned by the API; new values may appear at any time. */
  status: Open<LineItemStatus> | Truncated | null;
  /** The status before. */
  previousStatus: Open<LineItemStatus> | Truncated | null;
  /** How long the previous status lasted, in seconds. */
  secondsInPreviousStatus: number;
  /** Present (always true) if that status was reported as stalled. */
  wasStalled?: boolean;
  /** If the replacement was itself replaced: the last replacement of the chain. */
  currentReplacement?: LineItemReference | Truncated;
  /** For `REPLACED`, if known: the line item that replaces it. */
  replacedBy?: LineItemReference | Truncated;
}

/** The carrier or tracking number of a line item appeared or changed. */
export interface LineItemShipmentChange {
  /** The line item's id; a line item without a unique id is named by its position, such as `#1`. */
  lineItemId: string | Truncated;
  /** The catalog item that was ordered, such as `OR-RACKM5A`. */
  catalogItemId: string | Truncated | null;
  /** The number that was ordered. */
  quantity: number | string | Truncated | null;
  /** The new shipment; null if it was withdrawn. */
  shipment: Shipment | Truncated | null;
  /** The old shipment; null if there was none. */
  previousShipment: Shipment | Truncated | null;
}

/** The assets of a line item, or their MAC addresses, appeared or changed. */
export interface LineItemAssetsChange {
  /** The line item's id; a line item without a unique id is named by its position, such as `#1`. */
  lineItemId: string | Truncated;
  /** The catalog item that was ordered, such as `OR-RACKM5A`. */
  catalogItemId: string | Truncated | null;
  /** The number that was ordered. */
  quantity: number | string | Truncated | null;
  /** `AssetInformationList` as the API returns it; null for none. */
  assets: Array<Record<string, unknown>> | Truncated | null;
  /** The old `AssetInformationList`. */
  previousAssets: Array<Record<string, unknown>> | Truncated | null;
}

/** A line item was added to a known order. */
export interface LineItemAdded {
  /** The line item's id; a line item without a unique id is named by its position, such as `#1`. */
  lineItemId: string | Truncated;
  /** The whole line item as returned by the API. */
  lineItem: Record<string, unknown>;
}

/** A line item was removed from its order. */
export interface LineItemRemoved {
  /** The line item's id; a line item without a unique id is named by its position, such as `#1`. */
  lineItemId: string | Truncated;
  /** The whole line item as last seen. */
  lineItem: Record<string, unknown>;
}

/** Any other member of the order or of a line item changed, including members that this version does not know. */
export interface OrderAmended {
  /** The changed members. */
  amendments: Array<Amendment>;
}

/** A line item that replaces another one is first seen, or the order of the replaced one is discovered. */
export interface ReplacementLinked {
  /** If the replacement was itself replaced: the last replacement of the chain. */
  currentReplacement?: LineItemReference | Truncated;
  /** The line item that is replaced. */
  previous: LineItemReference | Truncated;
  /** The line item that replaces it. */
  replacement: LineItemReference | Truncated;
}

/** A status has lasted longer than its `stalledAfterDays`; once per status. */
export interface OrderStalled {
  /** The current status. */
  status: Open<OrderStatus | LineItemStatus> | Truncated | null;
  /** When the status began, as far as known: ISO 8601, UTC. */
  since: string;
  /** How long the status has lasted, in whole days. */
  days: number;
  /** The threshold in days. */
  thresholdDays: number;
  /** The stalled line item; absent if it is the order. */
  lineItemId?: string | Truncated;
}

/** The day that somebody set with `expect` has passed, and the order is not completed; once for each day set. */
export interface OrderOverdue {
  /** The day on which the order was expected: `2026-12-01`. */
  expectedAt: string;
  /** How many days ago that was. */
  days: number;
}

/** All changes of an order's observation in one event, published once, after the events of the changes. */
export interface OrderUpdated {
  /** The observation's changes, each with the keys of its type. */
  changes: Array<Change | LaterChange>;
  /** The number of line items in each status; `UNKNOWN` for those without one. */
  lineItemCountsByStatus: Record<string, number> | Truncated;
  /** How many changes were left out because of the size limit; absent if none. */
  changesOmitted?: number;
  /** What people call the order's Outpost, account and catalog items, by id, as far as it is known. */
  names?: Record<string, string>;
  /** Until when somebody has muted the order, ISO 8601, UTC; absent if it is not muted. */
  mutedUntil?: string;
}

/** An order is seen for the first time. */
export interface OrderDiscoveredEntry extends OrderDiscovered {
  detailType: "Outposts Order Discovered";
  /** The `eventId` of that event. */
  eventId: string;
}

/** The order's status changed. */
export interface OrderStatusChangeEntry extends OrderStatusChange {
  detailType: "Outposts Order Status Change";
  /** The `eventId` of that event. */
  eventId: string;
}

/** A line item's status changed. */
export interface LineItemStatusChangeEntry extends LineItemStatusChange {
  detailType: "Outposts Line Item Status Change";
  /** The `eventId` of that event. */
  eventId: string;
}

/** The carrier or tracking number of a line item appeared or changed. */
export interface LineItemShipmentChangeEntry extends LineItemShipmentChange {
  detailType: "Outposts Line Item Shipment Change";
  /** The `eventId` of that event. */
  eventId: string;
}

/** The assets of a line item, or their MAC addresses, appeared or changed. */
export interface LineItemAssetsChangeEntry extends LineItemAssetsChange {
  detailType: "Outposts Line Item Assets Change";
  /** The `eventId` of that event. */
  eventId: string;
}

/** A line item was added to a known order. */
export interface LineItemAddedEntry extends LineItemAdded {
  detailType: "Outposts Line Item Added";
  /** The `eventId` of that event. */
  eventId: string;
}

/** A line item was removed from its order. */
export interface LineItemRemovedEntry extends LineItemRemoved {
  detailType: "Outposts Line Item Removed";
  /** The `eventId` of that event. */
  eventId: string;
}

/** Any other member of the order or of a line item changed, including members that this version does not know. */
export interface OrderAmendedEntry extends OrderAmended {
  detailType: "Outposts Order Amended";
  /** The `eventId` of that event. */
  eventId: string;
}

/** A line item that replaces another one is first seen, or the order of the replaced one is discovered. */
export interface ReplacementLinkedEntry extends ReplacementLinked {
  detailType: "Outposts Replacement Linked";
  /** The `eventId` of that event. */
  eventId: string;
}

/** A status has lasted longer than its `stalledAfterDays`; once per status. */
export interface OrderStalledEntry extends OrderStalled {
  detailType: "Outposts Order Stalled";
  /** The `eventId` of that event. */
  eventId: string;
}

/** The day that somebody set with `expect` has passed, and the order is not completed; once for each day set. */
export interface OrderOverdueEntry extends OrderOverdue {
  detailType: "Outposts Order Overdue";
  /** The `eventId` of that event. */
  eventId: string;
}

/** ListOrders no longer names an order. If all orders of a source vanish at once, a second listing confirmed it. */
export interface OrderMissingEntry {
  detailType: "Outposts Order Missing";
  /** The `eventId` of that event. */
  eventId: string;
}

/** ListOrders names an order again that was missing. */
export interface OrderReappearedEntry {
  detailType: "Outposts Order Reappeared";
  /** The `eventId` of that event. */
  eventId: string;
}

/** A change of a type that a later version adds. */
export interface LaterChange {
  /** A `detail-type` that this version does not know. */
  detailType: string;
  /** The `eventId` of that event. */
  eventId: string;
}

/** A change of a type that this version knows; `detailType` says which. */
export type Change =
  | OrderDiscoveredEntry
  | OrderStatusChangeEntry
  | LineItemStatusChangeEntry
  | LineItemShipmentChangeEntry
  | LineItemAssetsChangeEntry
  | LineItemAddedEntry
  | LineItemRemovedEntry
  | OrderAmendedEntry
  | ReplacementLinkedEntry
  | OrderStalledEntry
  | OrderOverdueEntry
  | OrderMissingEntry
  | OrderReappearedEntry;

/** An order is seen for the first time. */
export interface OrderDiscoveredDetail extends Common, OrderDiscovered {
}

/** The order's status changed. */
export interface OrderStatusChangeDetail extends Common, OrderStatusChange {
}

/** A line item's status changed. */
export interface LineItemStatusChangeDetail extends Common, LineItemStatusChange {
}

/** The carrier or tracking number of a line item appeared or changed. */
export interface LineItemShipmentChangeDetail extends Common, LineItemShipmentChange {
}

/** The assets of a line item, or their MAC addresses, appeared or changed. */
export interface LineItemAssetsChangeDetail extends Common, LineItemAssetsChange {
}

/** A line item was added to a known order. */
export interface LineItemAddedDetail extends Common, LineItemAdded {
}

/** A line item was removed from its order. */
export interface LineItemRemovedDetail extends Common, LineItemRemoved {
}

/** Any other member of the order or of a line item changed, including members that this version does not know. */
export interface OrderAmendedDetail extends Common, OrderAmended {
}

/** A line item that replaces another one is first seen, or the order of the replaced one is discovered. */
export interface ReplacementLinkedDetail extends Common, ReplacementLinked {
}

/** A status has lasted longer than its `stalledAfterDays`; once per status. */
export interface OrderStalledDetail extends Common, OrderStalled {
}

/** The day that somebody set with `expect` has passed, and the order is not completed; once for each day set. */
export interface OrderOverdueDetail extends Common, OrderOverdue {
}

/** ListOrders no longer names an order. If all orders of a source vanish at once, a second listing confirmed it. */
export interface OrderMissingDetail extends Common {
}

/** ListOrders names an order again that was missing. */
export interface OrderReappearedDetail extends Common {
}

/** All changes of an order's observation in one event, published once, after the events of the changes. */
export interface OrderUpdatedDetail extends Common, OrderUpdated {
}

/** The envelope in which EventBridge delivers an event. */
export interface Envelope {
  /** Of the envelope, which is EventBridge's own: `0`. */
  version: string;
  /** Of the delivery, by EventBridge; deduplicate by `eventId` in `detail` instead. */
  id: string;
  source: "outposts-order-notifier";
  /** The notifier's. */
  account: string;
  /** When it was observed. */
  time: string;
  /** The notifier's. */
  region: string;
  /** The order's id, and the Outpost's where it is known. */
  resources: Array<string>;
}

/** An order is seen for the first time. */
export interface OrderDiscoveredEvent extends Envelope {
  "detail-type": "Outposts Order Discovered";
  detail: OrderDiscoveredDetail;
}

/** The order's status changed. */
export interface OrderStatusChangeEvent extends Envelope {
  "detail-type": "Outposts Order Status Change";
  detail: OrderStatusChangeDetail;
}

/** A line item's status changed. */
export interface LineItemStatusChangeEvent extends Envelope {
  "detail-type": "Outposts Line Item Status Change";
  detail: LineItemStatusChangeDetail;
}

/** The carrier or tracking number of a line item appeared or changed. */
export interface LineItemShipmentChangeEvent extends Envelope {
  "detail-type": "Outposts Line Item Shipment Change";
  detail: LineItemShipmentChangeDetail;
}

/** The assets of a line item, or their MAC addresses, appeared or changed. */
export interface LineItemAssetsChangeEvent extends Envelope {
  "detail-type": "Outposts Line Item Assets Change";
  detail: LineItemAssetsChangeDetail;
}

/** A line item was added to a known order. */
export interface LineItemAddedEvent extends Envelope {
  "detail-type": "Outposts Line Item Added";
  detail: LineItemAddedDetail;
}

/** A line item was removed from its order. */
export interface LineItemRemovedEvent extends Envelope {
  "detail-type": "Outposts Line Item Removed";
  detail: LineItemRemovedDetail;
}

/** Any other member of the order or of a line item changed, including members that this version does not know. */
export interface OrderAmendedEvent extends Envelope {
  "detail-type": "Outposts Order Amended";
  detail: OrderAmendedDetail;
}

/** A line item that replaces another one is first seen, or the order of the replaced one is discovered. */
export interface ReplacementLinkedEvent extends Envelope {
  "detail-type": "Outposts Replacement Linked";
  detail: ReplacementLinkedDetail;
}

/** A status has lasted longer than its `stalledAfterDays`; once per status. */
export interface OrderStalledEvent extends Envelope {
  "detail-type": "Outposts Order Stalled";
  detail: OrderStalledDetail;
}

/** The day that somebody set with `expect` has passed, and the order is not completed; once for each day set. */
export interface OrderOverdueEvent extends Envelope {
  "detail-type": "Outposts Order Overdue";
  detail: OrderOverdueDetail;
}

/** ListOrders no longer names an order. If all orders of a source vanish at once, a second listing confirmed it. */
export interface OrderMissingEvent extends Envelope {
  "detail-type": "Outposts Order Missing";
  detail: OrderMissingDetail;
}

/** ListOrders names an order again that was missing. */
export interface OrderReappearedEvent extends Envelope {
  "detail-type": "Outposts Order Reappeared";
  detail: OrderReappearedDetail;
}

/** All changes of an order's observation in one event, published once, after the events of the changes. */
export interface OrderUpdatedEvent extends Envelope {
  "detail-type": "Outposts Order Updated";
  detail: OrderUpdatedDetail;
}

/** Any event; `event["detail-type"]` says which. */
export type OutpostsEvent =
  | OrderDiscoveredEvent
  | OrderStatusChangeEvent
  | LineItemStatusChangeEvent
  | LineItemShipmentChangeEvent
  | LineItemAssetsChangeEvent
  | LineItemAddedEvent
  | LineItemRemovedEvent
  | OrderAmendedEvent
  | ReplacementLinkedEvent
  | OrderStalledEvent
  | OrderOverdueEvent
  | OrderMissingEvent
  | OrderReappearedEvent
  | OrderUpdatedEvent;

/** Return whether these types describe an event: its source, its type, and the first number of its version. */
export declare function isOutpostsEvent(event: unknown): event is OutpostsEvent;
/** Return whether this version knows the type of one of `changes`. */
export declare function isKnownChange(change: Change | LaterChange): change is Change;
/** Return whether a value was too large for an event, so that its placeholder is there instead. */
export declare function isTruncated(value: unknown): value is Truncated;
