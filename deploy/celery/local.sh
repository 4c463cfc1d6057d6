#!/usr/bin/env bash
# A distributed deployment on one machine: PostgreSQL, Redis, two Celery workers with a home folder each
# (as on two machines), Dagster's daemon, code servers and UI, the REST API, and the demo's shop, S3
# and mail server. Ctrl-C stops everything.
#
#   deploy/celery/local.sh [--state DIR] [--project DIR] [--workers N] [--concurrency N] [--no-web]
#                          [--env-file FILE]
#
# --state       where all of it is kept; .skyvern-celery here. It is removed at the end unless it was
#               there before.
# --project     a project of `skyvern-dagster init --engine celery`; written anew when left out.
# --no-web      neither Dagster's UI nor the REST API.
# --env-file    gets the variables of a process that belongs to the deployment, once all is up.
#
# It needs PostgreSQL and Redis (deploy/celery/install.sh) and skyvern-dagster[celery,demo,postgres,s3];
# PYTHON is the interpreter that has it, .venv/bin/python of this repository when left out.
set -euo pipefail
# Job control: background jobs of a script otherwise ignore SIGINT, Dagster copies that onto SIGTERM,
# and nothing could be stopped or canceled.
set -m

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${PYTHON:-$here/.venv/bin/python}
state=$PWD/.skyvern-celery
project=
env_file=
workers=2
concurrency=2
web=yes
while [ $# -gt 0 ]; do
    case $1 in
        --state) state=$2; shift 2 ;;
        --project) project=$(cd "$2" && pwd); shift 2 ;;
        --workers) workers=$2; shift 2 ;;
        --concurrency) concurrency=$2; shift 2 ;;
        --env-file) env_file=$2; shift 2 ;;
        --no-web) web=no; shift ;;
        *) echo "error: unknown option $1; see the head of $0" >&2; exit 2 ;;
    esac
done

fail() {
    echo "error: $*" >&2
    exit 1
}

postgres_bin=$(for each in /usr/bin /usr/local/bin /usr/lib/postgresql/*/bin; do
    if [ -x "$each/initdb" ] && [ -x "$each/pg_isready" ]; then echo "$each"; fi
done | tail -1)
[ -n "$postgres_bin" ] && command -v redis-server >/dev/null ||
    fail "PostgreSQL and Redis are needed: sh deploy/celery/install.sh (or: apt-get install postgresql redis-server)"
"$python" -c 'import dagster_celery, dagster_postgres, moto, s3fs' ||
    fail "$python lacks packages: pip install 'skyvern-dagster[celery,demo,postgres,s3]'"

new=no
[ -d "$state" ] || new=yes
mkdir -p "$state/logs"
state=$(cd "$state" && pwd)

pids=()
finish() {
    status=$?
    trap - EXIT INT TERM
    # The last started first, each with its process group; who doesn't go within ten seconds is killed.
    for ((at = ${#pids[@]} - 1; at >= 0; at--)); do
        kill -TERM -- "-${pids[at]}" 2>/dev/null || continue
        for _ in $(seq 100); do
            kill -0 -- "-${pids[at]}" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL -- "-${pids[at]}" 2>/dev/null || true
    done
    if [ "$new" = yes ] && [ "$status" -ne 1 ]; then rm -rf "$state"; fi
    exit "$status"
}
trap finish EXIT
trap 'exit 0' INT TERM

start() { # NAME COMMAND...
    local name=$1
    shift
    "$@" >>"$state/logs/$name.log" 2>&1 </dev/null &
    pids+=($!)
    echo $! >"$state/$name.pid"
}

free_port() {
    "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

wait_for() { # NAME SECONDS COMMAND...
    local name=$1 tries=$(($2 * 5))
    shift 2
    for _ in $(seq "$tries"); do
        "$@" >/dev/null 2>&1 && return
        kill -0 "$(cat "$state/$name.pid")" 2>/dev/null || break
        sleep 0.2
    done
    tail -20 "$state/logs/$name.log" >&2
    fail "$name does not come up; see $state/logs/$name.log"
}

# PostgreSQL refuses to run as root.
as_owner=()
if [ "$(id -u)" = 0 ]; then
    as_owner=(runuser -u postgres --)
    chmod go+x "$state"
    install -d -o postgres "$state/postgres"
    runuser -u postgres -- test -x "$state/postgres" ||
        fail "PostgreSQL doesn't run as root, and its user can't enter $state: take a --state below /tmp"
else
    mkdir -p "$state/postgres"
fi
export DAGSTER_PG_HOST=127.0.0.1 DAGSTER_PG_PORT DAGSTER_PG_USER=dagster DAGSTER_PG_DB=dagster
export DAGSTER_PG_PASSWORD=${DAGSTER_PG_PASSWORD:-local-only} PGPASSWORD=${DAGSTER_PG_PASSWORD:-local-only}
DAGSTER_PG_PORT=$(free_port)
if [ ! -f "$state/postgres/data/PG_VERSION" ]; then
    (umask 077 && echo "$DAGSTER_PG_PASSWORD" >"$state/postgres/password")
    [ "$(id -u)" != 0 ] || chown postgres "$state/postgres/password"
    (cd / && ${as_owner[@]+"${as_owner[@]}"} "$postgres_bin/initdb" -D "$state/postgres/data" -U dagster \
        -A scram-sha-256 --no-sync --pwfile="$state/postgres/password") >"$state/logs/initdb.log" 2>&1 ||
        { cat "$state/logs/initdb.log" >&2; fail "initdb failed"; }
fi
cd /
start postgres ${as_owner[@]+"${as_owner[@]}"} "$postgres_bin/postgres" -D "$state/postgres/data" -p "$DAGSTER_PG_PORT" \
    -h 127.0.0.1 -k "$state/postgres" -c fsync=off -c max_connections=200
redis_port=$(free_port)
start redis redis-server --bind 127.0.0.1 --port "$redis_port" --save "" --dir "$state"
export DAGSTER_CELERY_BROKER=redis://127.0.0.1:$redis_port/0 DAGSTER_CELERY_BACKEND=redis://127.0.0.1:$redis_port/0

# The shop, S3 and mail server; somebody else's where a store is given.
if [ -z "${SKYVERN_ARTIFACT_STORE:-}" ]; then
    start demo-services "$python" -m skyvern_dagster.cli.app demo-services --env-file "$state/demo.env"
    rm -f "$state/demo.env"
    wait_for demo-services 60 test -f "$state/demo.env"
    set -a
    . "$state/demo.env"
    set +a
    export SKYVERN_ARTIFACT_STORE=s3://$SKYVERN_UPLOAD_BUCKET/artifacts
    export SKYVERN_IO_STORE=s3://$SKYVERN_UPLOAD_BUCKET/values
    export SKYVERN_TABLE_STORE=s3://$SKYVERN_UPLOAD_BUCKET/tables
fi
if [ ! -f "$state/secret_key" ]; then
    (umask 077 && "$python" -c 'import secrets; print(secrets.token_urlsafe(32))' >"$state/secret_key")
fi
export SKYVERN_SECRET_KEY=${SKYVERN_SECRET_KEY:-$(cat "$state/secret_key")}
export DAGSTER_DISABLE_TELEMETRY=1

if [ -z "$project" ]; then
    project=$state/portals
    [ -d "$project" ] || "$python" -m skyvern_dagster.cli.app init "$project" --engine celery \
        --url "${DEMO_SHOP_URL:-https://shop.example}" >/dev/null
fi
module=$(basename "$(dirname "$(ls "$project"/src/*/definitions.py)")")
export PYTHONPATH=$project/src${PYTHONPATH:+:$PYTHONPATH}

home() { # NAME: a home folder of its own
    mkdir -p "$state/$1"
    sed "s/max_concurrent_runs: .*/max_concurrent_runs: $((workers * concurrency))/" \
        "$project/home/dagster.yaml" >"$state/$1/dagster.yaml"
    echo "$state/$1"
}

wait_for postgres 30 "$postgres_bin/pg_isready" -h 127.0.0.1 -p "$DAGSTER_PG_PORT"
"$postgres_bin/psql" -h 127.0.0.1 -p "$DAGSTER_PG_PORT" -U dagster -d postgres -Atc \
    "select 1 from pg_database where datname = 'dagster'" | grep -q 1 ||
    "$postgres_bin/createdb" -h 127.0.0.1 -p "$DAGSTER_PG_PORT" -U dagster dagster
wait_for redis 30 redis-cli -p "$redis_port" ping
DAGSTER_HOME=$(home home)
export DAGSTER_HOME
# Once, before processes do it side by side.
"$python" -m dagster instance migrate >"$state/logs/migrate.log" 2>&1 ||
    { tail -20 "$state/logs/migrate.log" >&2; fail "Dagster can't use PostgreSQL"; }

code_port=$(free_port)
closed=$DAGSTER_PG_PORT,$redis_port,$code_port
if [ "$web" = yes ]; then
    rest_port=$(free_port)
    ui_port=$(free_port)
    api_port=$(free_port)
    closed=$closed,$rest_port,$ui_port,$api_port
    export SKYVERN_API_DAGSTER_URL=http://127.0.0.1:$ui_port SKYVERN_API_CODE_LOCATION=skyvern
    # Runs put links into Dagster's UI, too.
    export SKYVERN_API_PUBLIC_URL=http://127.0.0.1:$api_port
fi
# No page that a task opens reaches the deployment.
export SKYVERN_BROWSER_CLOSED_PORTS=$closed
for number in $(seq "$workers"); do
    DAGSTER_HOME=$(home "home-worker-$number") start "worker-$number" "$python" -m celery \
        --app skyvern_dagster.launching.celery_app worker --concurrency "$concurrency" \
        --hostname "worker-$number@%h" --loglevel INFO
done

start code-server "$python" -m dagster code-server start -m "$module.definitions" -h 127.0.0.1 -p "$code_port"
workspace=$DAGSTER_HOME/workspace.yaml
cat >"$workspace" <<YAML
load_from:
  - grpc_server: {host: 127.0.0.1, port: $code_port, location_name: $module}
YAML
if [ "$web" = yes ]; then
    start code-server-rest "$python" -m dagster code-server start -m skyvern_dagster.deployment.code_location \
        -a defs -h 127.0.0.1 -p "$rest_port"
    echo "  - grpc_server: {host: 127.0.0.1, port: $rest_port, location_name: skyvern}" >>"$workspace"
fi
start daemon "$python" -m dagster._daemon run -w "$workspace"
listens() {
    (: <"/dev/tcp/127.0.0.1/$1")
}
answers() {
    "$python" -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=2)' "$1"
}
if [ "$web" = yes ]; then
    start webserver "$python" -m skyvern_dagster.deployment.webserver 127.0.0.1 "$ui_port" "$workspace"
    start api "$python" -m skyvern_dagster_api --host 127.0.0.1 --port "$api_port"
    wait_for webserver 120 answers "$SKYVERN_API_DAGSTER_URL/server_info"
    wait_for api 120 answers "$SKYVERN_API_PUBLIC_URL/api/v1/heartbeat"
fi
for number in $(seq "$workers"); do
    wait_for "worker-$number" 60 grep -q " ready\." "$state/logs/worker-$number.log"
done
wait_for code-server 120 listens "$code_port"

if [ -n "$env_file" ]; then
    env | grep -E '^(DAGSTER_|SKYVERN_|AWS_|SMTP_|DEMO_|PYTHONPATH=)' >"$env_file.tmp"
    mv "$env_file.tmp" "$env_file"
fi
if [ "$web" = yes ]; then
    echo "ready: API $SKYVERN_API_PUBLIC_URL, Dagster $SKYVERN_API_DAGSTER_URL, $workers workers x $concurrency; state $state"
else
    echo "ready: $workers workers x $concurrency; state $state"
fi
# Until Ctrl-C. A worker that ends is left so: that is what this is for trying out.
while sleep 1 & wait $!; do :; done
