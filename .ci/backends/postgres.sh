#!/usr/bin/env bash
# A PostgreSQL server from the Maven artifact that carries its binaries. PostgreSQL refuses
# to run as root: there it runs in a user namespace of its own, where it is not root.
set -euo pipefail
NAME=postgres
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

POSTGRES_VERSION=18.6.0

PORT=${POSTGRES_PORT:-5433}
USER_NAME=${POSTGRES_USER:-inference}
PASSWORD=${POSTGRES_PASSWORD:-inference}
DATABASE=${POSTGRES_DB:-inference}
DIST=$COMPONENT_HOME/dist

binaries() {
  local arch
  case $(uname -m) in
    x86_64) arch=amd64 ;;
    aarch64) arch=arm64v8 ;;
    *) die "no PostgreSQL binaries for $(uname -m)" ;;
  esac
  rm -rf "$DIST"
  (cd "$HERE/../.." && ./mvnw --quiet --non-recursive dependency:unpack -DoutputDirectory="$DIST" \
    -DmarkersDirectory="$DIST/unpacked" \
    -Dartifact="io.zonky.test.postgres:embedded-postgres-binaries-linux-$arch:$POSTGRES_VERSION")
  tar -xJf "$DIST"/postgres-linux-*.txz -C "$DIST"
}

install() { install_once "$POSTGRES_VERSION" binaries; }

AS_USER=()
[ "$(id -u)" != 0 ] || AS_USER=(unshare --user)

# True only once the server takes connections, and fails while it starts or recovers.
accepts_connections() {
  grep -q 'database system is ready to accept connections' "$COMPONENT_RUN/$NAME.log" && port_open "$PORT"
}

up() {
  need_free_ports "$PORT"
  local data
  data=$(data_dir)
  if [ ! -f "$data/PG_VERSION" ]; then
    "${AS_USER[@]}" "$DIST/bin/initdb" --pgdata="$data" --username="$USER_NAME" --auth=scram-sha-256 \
      --pwfile=<(printf '%s\n' "$PASSWORD") --encoding=UTF8 --locale=C --no-sync >"$COMPONENT_RUN/initdb.log" 2>&1 ||
      { cat "$COMPONENT_RUN/initdb.log" >&2; die "could not make $data"; }
    printf 'CREATE DATABASE "%s";\n' "$DATABASE" |
      "${AS_USER[@]}" "$DIST/bin/postgres" --single -D "$data" postgres >>"$COMPONENT_RUN/initdb.log" 2>&1
  fi
  start "$NAME" "${AS_USER[@]}" "$DIST/bin/postgres" -D "$data" \
    -c listen_addresses="$HOST" -c port="$PORT" -c unix_socket_directories= \
    -c shared_buffers=64MB -c fsync="${POSTGRES_FSYNC:-off}"
  wait_until "$NAME" accepts_connections
}

show() {
  echo "POSTGRES_JDBC_URL=jdbc:postgresql://$HOST:$PORT/$DATABASE"
  echo "POSTGRES_USER=$USER_NAME"
  echo "POSTGRES_PASSWORD=$PASSWORD"
}

down() { stop "$NAME" INT; }

dispatch "$@"
