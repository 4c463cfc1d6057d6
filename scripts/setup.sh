#!/bin/sh
# Makes the virtual environment with the pinned dependencies: setup.sh PYTHON VENV
set -eu

python=$1
venv=$2

is_new_enough() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

for candidate in "$python" python3.13 python3.12 python3.11 python3 python; do
    if is_new_enough "$candidate"; then
        found=$candidate
        break
    fi
done
if [ -z "${found:-}" ]; then
    echo "error: Python 3.11 or newer is needed; install it, or name it: make PYTHON=/path/to/python3.11" >&2
    exit 1
fi

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    rm -rf "$venv"
    if ! "$found" -m venv "$venv"; then
        echo "error: $found can't make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
fi

# The official clients that the tests drive: each in a folder of its own, since their requirements
# exclude each other's and ours. The schema module of the newer one imports email-validator, which
# it doesn't require. They come while the rest does.
install_clients() {
    for version in 1.0.56 1.0.44; do
        folder="$venv/clients/skyvern-$version"
        if [ -f "$folder/.ready" ] && [ -d "$folder/email_validator" ]; then
            continue
        fi
        mkdir -p "$folder"
        if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
            --target "$folder" "skyvern==$version" email-validator >"$folder/.log" 2>&1; then
            cat "$folder/.log" >&2
            return 1
        fi
        touch "$folder/.ready"
    done
}

# Libraries of widgets that no wheel ships, as pages of the tests use them. Without npm, or where
# it fails, those tests are skipped and say so.
install_widgets() {
    widgets="$venv/widgets"
    if [ -f "$widgets/.ready" ] && cmp -s tests/difficulties/npm/package-lock.json "$widgets/package-lock.json"; then
        return 0
    fi
    if ! command -v npm >/dev/null 2>&1; then
        echo "tests of widgets that come by npm will be skipped: npm is missing" >&2
        return 0
    fi
    rm -rf "$widgets"
    mkdir -p "$widgets"
    cp tests/difficulties/npm/* "$widgets"
    if (cd "$widgets" && npm ci --no-audit --no-fund --ignore-scripts && npm run build) >"$widgets/.log" 2>&1; then
        touch "$widgets/.ready"
    else
        echo "tests of widgets that come by npm will be skipped: npm failed, see $widgets/.log" >&2
    fi
}

install_clients &
clients=$!
install_widgets &
widgets_job=$!

# The lock is complete: looking for what else might be needed takes longer than installing. Python
# compiles what is imported, at its first import; all of it takes a minute, and most never is.
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --no-deps \
    -r requirements.lock
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -e .
wait "$clients"
wait "$widgets_job"
