#!/bin/sh
# PostgreSQL and Redis from Debian's or Ubuntu's packages, where they are missing; asks for no service to
# be started: deploy/celery/local.sh starts its own.
set -eu

missing=
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
[ -n "$missing" ] || exit 0

as_root=
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if ! command -v apt-get >/dev/null 2>&1 || { [ -n "$as_root" ] && ! command -v sudo >/dev/null 2>&1; }; then
    echo "error: install$missing with this system's package manager" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# A network without the packages is known soon.
$as_root apt-get update -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=20
# The packages would start servers of their own.
$as_root env RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing >/dev/null
