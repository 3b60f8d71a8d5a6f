#!/bin/sh
# Makes .venv and installs the project into it: `tools/bootstrap.sh VENV run|dev [PYTHON]`.
# Says in one sentence what is missing, and ends with 3.
set -eu
cd "$(dirname "$0")/.."
venv=$1 what=$2 given=${3:-}

fail() {
    echo "commonline: $*" >&2
    exit 3
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    seen=""
    for candidate in ${given:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        if new_enough "$candidate"; then
            python=$candidate
            return
        fi
        seen="$seen $candidate ($("$candidate" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null || echo broken))"
    done
    fail "Python 3.11 or newer is needed; found:${seen:- none}. Install it, or name one: make PYTHON=/path/to/python3"
}

find_python
"$python" tools/make_venv.py "$venv" || fail "the environment $venv could not be made"
if [ "$what" = dev ]; then target=".[local,dev]"; else target=".[local]"; fi
log=$venv/install.log
echo "Installing Python packages into $venv (only when they change; a minute the first time) ..."
if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --retries 2 \
    --constraint requirements.lock --editable "$target" >"$log" 2>&1; then
    reason=$(grep -E '^ERROR' "$log" | tail -n 1 || true)
    fail "the Python packages could not be installed: ${reason:-see $log}. Check network and disk (all output: $log)"
fi
