#!/usr/bin/env bash
# The clients that exist already and are driven against the server: Triton's Python client, schemathesis
# and pytest in a virtual environment, perf_analyzer from its wheel, and grpcurl built with Go.
# Prints CLIENTS_PYTHON and where the programs are.
set -euo pipefail
NAME=clients
. "$(dirname "${BASH_SOURCE[0]}")/../backends/lib.sh"

GRPCURL_VERSION=v1.9.3
PERF_ANALYZER_VERSION=2.60.0
CLIENTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
VENV=$COMPONENT_HOME/venv
BIN=$COMPONENT_HOME/bin

everything() {
  rm -rf "$VENV" "$BIN"
  python3 -c 'import sys; assert sys.version_info >= (3, 11), "Python 3.11 or later is needed, not " + sys.version'
  python3 -m venv "$VENV"
  "$VENV/bin/pip" install --quiet --disable-pip-version-check --requirement "$CLIENTS/requirements.txt"
  GOBIN=$BIN go install -trimpath -ldflags='-s -w' \
    "github.com/fullstorydev/grpcurl/cmd/grpcurl@$GRPCURL_VERSION"
  perf_analyzer
}

# The wheel's program asks for glibc 2.38 for five functions only: see perf_analyzer_shim.c.
perf_analyzer() {
  "$VENV/bin/pip" download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --platform "manylinux_2_38_$(uname -m)" --dest "$BIN" "perf-analyzer==$PERF_ANALYZER_VERSION"
  "$VENV/bin/python" "$CLIENTS/perf_analyzer_unpack.py" "$BIN"/perf_analyzer-*.whl "$BIN/perf_analyzer"
  rm "$BIN"/perf_analyzer-*.whl
  ${CC:-cc} -O1 -shared -fPIC -o "$BIN/perf_analyzer_shim.so" "$CLIENTS/perf_analyzer_shim.c"
}

install() {
  local stamp
  stamp=$(cat "$CLIENTS"/{install.sh,requirements.txt,perf_analyzer_*} | sha256sum | cut -c1-16)
  install_once "$stamp" everything
}

show() {
  echo "CLIENTS_PYTHON=$VENV/bin/python"
  echo "CLIENTS_BIN=$BIN"
}

install
show
