#!/usr/bin/env bash
# A real S3 object store for the slow tests: Versity S3 Gateway over a local folder, built once with
# the Go toolchain. Prints S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY and S3_SECRET_KEY.
set -euo pipefail
NAME=s3
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

VERSITYGW_VERSION=v1.8.0

PORT=${S3_PORT:-7070}
REGION=${S3_REGION:-us-east-1}
ACCESS_KEY=${S3_ACCESS_KEY:-inference}
SECRET_KEY=${S3_SECRET_KEY:-inference-secret}
BUCKETS=${S3_BUCKETS:-models data}
SERVER=$COMPONENT_HOME/bin/versitygw

build() {
  GOBIN=$COMPONENT_HOME/bin go install -trimpath -ldflags='-s -w' \
    "github.com/versity/versitygw/cmd/versitygw@$VERSITYGW_VERSION"
}

install() { install_once "$VERSITYGW_VERSION" build; }

up() {
  need_free_ports "$PORT"
  local data=$COMPONENT_RUN/data bucket
  rm -rf "$data"
  mkdir -p "$data/objects" "$data/attributes"
  for bucket in $BUCKETS; do mkdir -p "$data/objects/$bucket"; done
  # --sidecar keeps object attributes in files, for file systems without extended attributes.
  ROOT_ACCESS_KEY=$ACCESS_KEY ROOT_SECRET_KEY=$SECRET_KEY \
    start "$NAME" "$SERVER" --port "$HOST:$PORT" --region "$REGION" --health /health --quiet \
      posix --sidecar "$data/attributes" "$data/objects"
  wait_until "$NAME" http_ok "http://$HOST:$PORT/health"
}

show() {
  echo "S3_ENDPOINT=http://$HOST:$PORT"
  echo "S3_REGION=$REGION"
  echo "S3_ACCESS_KEY=$ACCESS_KEY"
  echo "S3_SECRET_KEY=$SECRET_KEY"
}

down() { stop "$NAME" TERM; }

dispatch "$@"
