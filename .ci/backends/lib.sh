# shellcheck shell=bash disable=SC2034 # some of what is set here is for the scripts only
# Shared by the scripts beside this file: where a server is installed, and how it is started,
# watched and stopped. A script sets NAME, sources this, defines install, up, show and down, and
# ends with: dispatch "$@"

BACKENDS_HOME=${BACKENDS_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/inference-backends}
BACKENDS_WAIT_SECONDS=${BACKENDS_WAIT_SECONDS:-120}
HOST=127.0.0.1

COMPONENT_HOME=$BACKENDS_HOME/$NAME # what was installed: safe to keep between runs
# Process id, log and data of the running instance. A caller that wants an instance of its own
# names another folder, and shares the installation.
COMPONENT_RUN=${BACKENDS_RUN:+$BACKENDS_RUN/$NAME}
COMPONENT_RUN=${COMPONENT_RUN:-$COMPONENT_HOME/run}
mkdir -p "$COMPONENT_HOME" "$COMPONENT_RUN"

# Standard output carries only KEY=VALUE lines, so that callers can eval it.
log() { printf '[%s] %s\n' "$NAME" "$*" >&2; }
die() { log "$*"; exit 1; }

# ---- processes ----------------------------------------------------------------------------

# The moment a process started, in clock ticks since boot: with it a recorded pid is never
# mistaken for another process that was given the same number later. A zombie counts as gone.
started_at() {
  local line fields
  read -r line 2>/dev/null <"/proc/$1/stat" || return 1
  # The fields after the command name, which may hold anything.
  read -r -a fields <<<"${line##*) }"
  [ "${fields[0]}" != Z ] || return 1
  printf '%s\n' "${fields[19]}"
}

running() { # is the very process that start recorded alive?
  local file=$COMPONENT_RUN/server.pid pid ticks
  [ -f "$file" ] && read -r pid ticks <"$file" && [ -n "$ticks" ] \
    && [ "$(started_at "$pid")" = "$ticks" ]
}

start() { # start COMMAND...: in a session of its own, logging to server.log
  local pid
  setsid "$@" >"$COMPONENT_RUN/server.log" 2>&1 </dev/null 8>&- &
  pid=$!
  disown "$pid"
  printf '%s %s\n' "$pid" "$(started_at "$pid")" >"$COMPONENT_RUN/server.pid"
}

stop() { # asks, waits, then ends it
  local pid i
  [ -f "$COMPONENT_RUN/server.pid" ] || return 0
  read -r pid _ <"$COMPONENT_RUN/server.pid"
  if running; then
    kill -s TERM "$pid" 2>/dev/null || true
    for ((i = 0; i < 150; i++)); do
      running || break
      sleep 0.1
    done
    ! running || kill -s KILL "$pid" 2>/dev/null || true
    log "stopped (was pid $pid)"
  fi
  rm -f "$COMPONENT_RUN/server.pid"
}

# ---- readiness ----------------------------------------------------------------------------

wait_until() { # wait_until COMMAND...: until it succeeds; fails if the server ends
  local deadline=$((SECONDS + BACKENDS_WAIT_SECONDS))
  until running && "$@" >/dev/null 2>&1; do
    if ! running || ((SECONDS >= deadline)); then
      tail -n 40 "$COMPONENT_RUN/server.log" >&2 || true
      stop
      die "did not become ready; its log is $COMPONENT_RUN/server.log"
    fi
    sleep 0.2
  done
}

http_ok() { curl -fsS --noproxy '*' --max-time 5 -o /dev/null "$@"; }

need_free_port() {
  ! (exec 3<>"/dev/tcp/$HOST/$1") 2>/dev/null || die "port $1 is taken: choose another"
}

# ---- files --------------------------------------------------------------------------------

# install_once STAMP COMMAND...: runs the command unless it has already succeeded for this
# stamp, which names the version.
install_once() {
  local stamp=$COMPONENT_HOME/installed-$1
  shift
  [ ! -f "$stamp" ] || return 0
  log "installing into $COMPONENT_HOME"
  rm -f "$COMPONENT_HOME"/installed-*
  "$@" >&2
  touch "$stamp"
}

# ---- commands -----------------------------------------------------------------------------

# One caller at a time. A second up of what is already up only prints its addresses.
dispatch() {
  exec 8>"$COMPONENT_HOME/lock"
  flock 8
  case ${1:-} in
    install) install ;;
    up)
      install
      if ! running; then
        stop
        up
        show >"$COMPONENT_RUN/addresses"
      fi
      cat "$COMPONENT_RUN/addresses"
      ;;
    down) stop ;;
    status) if running; then cat "$COMPONENT_RUN/addresses"; else log "not running"; exit 3; fi ;;
    *) die "usage: $(basename "$0") install|up|down|status" ;;
  esac
}
