#!/usr/bin/env bash
# Create a queue for line items that are replaced or fail, and print its URL. It is safe to run this again.
set -euo pipefail
unset CDPATH
cd -- "$(dirname -- "$0")"
export AWS_PAGER='' AWS_CLI_AUTO_PROMPT=off # version 2 would wait for input

name=replaced-or-failed
bus=$(aws ssm get-parameter --name /outposts-order-notifier/event-bus-name --query Parameter.Value --output text)
rule_arn=$(aws events put-rule --event-bus-name "$bus" --name "$name" --event-pattern file://pattern.json \
  --query RuleArn --output text)

policy='{"Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
  "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"ArnEquals": {"aws:SourceArn": "'$rule_arn'"}}}]}'
policy=${policy//$'\n'/}

queue() { # create a queue to which the rule may send, and print its URL
  aws sqs create-queue --queue-name "$1" --query QueueUrl --output text \
    --attributes '{"MessageRetentionPeriod": "1209600", "Policy": "'"${policy//\"/\\\"}"'"}'
}

arn() { # print a queue's ARN
  aws sqs get-queue-attributes --queue-url "$1" --attribute-names QueueArn --query Attributes.QueueArn --output text
}

queue_url=$(queue "$name")
dead_letters_url=$(queue "$name-dead-letters")
failed=$(aws events put-targets --event-bus-name "$bus" --rule "$name" --query FailedEntryCount --output text --targets \
  "Id=queue,Arn=$(arn "$queue_url"),DeadLetterConfig={Arn=$(arn "$dead_letters_url")}")
[ "$failed" = 0 ] || { echo "error: EventBridge refused the queue as the rule's target" >&2 && exit 1; }

echo "$queue_url"
