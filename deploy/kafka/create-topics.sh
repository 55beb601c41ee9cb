#!/bin/sh
# Creates the topics of docs/contract.md; those that exist are left as they are. Run again after a change of WINDOW.
#
#   BOOTSTRAP     brokers, host:port
#   WINDOW        window length as in the topics' names, 10s
#   PARTITIONS    of every topic, 4: events, partials and windows must have equally many
#   REPLICATION   1
#   MAX_BYTES     largest size of one partition of a topic that is not compacted, 1 GiB
set -eu

: "${BOOTSTRAP:?host:port of a broker}" "${WINDOW:=10s}" "${PARTITIONS:=4}" "${REPLICATION:=1}" "${MAX_BYTES:=1073741824}"
kafka_topics=${KAFKA_TOPICS:-/opt/kafka/bin/kafka-topics.sh}

hours() { echo "retention.ms=$(($1 * 3600000))"; }

topic() {
  name=$1
  shift
  for setting in "$@"; do
    set -- "$@" --config "$setting"
    shift
  done
  "$kafka_topics" --bootstrap-server "$BOOTSTRAP" --create --if-not-exists --topic "$name" \
    --partitions "$PARTITIONS" --replication-factor "$REPLICATION" "$@"
}

# Append time, or a producer with a wrong clock could not be told apart.
topic plumbline.events.v1 message.timestamp.type=LogAppendTime "$(hours 72)" "retention.bytes=$MAX_BYTES"
topic plumbline.telemetry.v1 "$(hours 72)" "retention.bytes=$MAX_BYTES"
topic "plumbline.partials.$WINDOW.v1" "$(hours 6)" "retention.bytes=$MAX_BYTES"
topic "plumbline.windows.$WINDOW.v1" "$(hours 336)" "retention.bytes=$MAX_BYTES"
topic plumbline.verdicts.v1 "$(hours 672)" "retention.bytes=$MAX_BYTES"
topic plumbline.alerts.v1 "$(hours 8760)" "retention.bytes=$MAX_BYTES"
topic plumbline.undecodable.v1 "$(hours 72)" "retention.bytes=$MAX_BYTES"
# Rewritten all the time and read at every start of a detector: only closed segments are compacted, so these are small.
topic plumbline.snapshots.v1 cleanup.policy=compact segment.bytes=4194304 min.cleanable.dirty.ratio=0.1
topic plumbline.baselines.v1 cleanup.policy=compact
topic plumbline.controls.v1 cleanup.policy=compact
topic plumbline.runs.v1 cleanup.policy=compact
