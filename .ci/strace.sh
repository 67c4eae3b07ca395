#!/usr/bin/env bash
# Installs strace where it is missing: a slow suite watches with it which files the server reads.
set -euo pipefail
! command -v strace >/dev/null || exit 0
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -yqq --no-install-recommends strace
