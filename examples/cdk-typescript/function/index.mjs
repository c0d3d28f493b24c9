// Receives events about replaced and failed hardware.

/** Act on an event, once for each `eventId`: EventBridge may deliver an event twice. */
export const handler = async ({ detail }) => {
  const { eventId, orderId, lineItemId, status, previousStatus } = detail;
  console.log(JSON.stringify({ eventId, orderId, lineItemId, status, previousStatus }));
};
