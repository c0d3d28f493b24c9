// The Lambda function: its handler is `index.handler`.

import { aws, consumer } from "./order-consumer.ts";

export const handler = consumer(aws(process.env["TABLE"] ?? ""));
