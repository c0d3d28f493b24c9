# A queue for shipments of Outposts hardware with a tracking number.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

data "aws_ssm_parameter" "event_bus_name" {
  name = "/outposts-order-notifier/event-bus-name"
}

resource "aws_cloudwatch_event_rule" "shipments" {
  name           = "outposts-shipments"
  event_bus_name = data.aws_ssm_parameter.event_bus_name.insecure_value
  event_pattern  = file("${path.module}/pattern.json")
}

resource "aws_cloudwatch_event_target" "queue" {
  rule           = aws_cloudwatch_event_rule.shipments.name
  event_bus_name = aws_cloudwatch_event_rule.shipments.event_bus_name
  arn            = aws_sqs_queue.shipments.arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}

resource "aws_sqs_queue" "shipments" {
  name = "outposts-shipments"
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "outposts-shipments-dead-letters"
  message_retention_seconds = 1209600
}

data "aws_iam_policy_document" "rule" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = ["*"] # a queue's policy applies to that queue only

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_event_rule.shipments.arn]
    }
  }
}

resource "aws_sqs_queue_policy" "rule" {
  for_each = {
    shipments    = aws_sqs_queue.shipments.url
    dead_letters = aws_sqs_queue.dead_letters.url
  }

  queue_url = each.value
  policy    = data.aws_iam_policy_document.rule.json
}

output "queue_url" {
  value = aws_sqs_queue.shipments.url
}
