#!/bin/sh
# Make .venv hold exactly what requirements/$1.txt says, and the project itself. Called by make.
set -eu
what=$1
say() { printf 'kassa: %s\n' "$1" >&2; }
root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }
install() { DEBIAN_FRONTEND=noninteractive; export DEBIAN_FRONTEND; apt-get update -qq && apt-get install -y -qq "$@" >/dev/null; }

python=
for name in python3.13 python3.12 python3.11 python3; do
    if "$name" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; then
        python=$name
        break
    fi
done
[ -n "$python" ] || { say "Python 3.11 or newer is needed"; exit 2; }

if [ ! -x .venv/bin/pip ]; then
    say "setting up .venv with $python"
    rm -rf .venv
    if ! "$python" -m venv .venv >/dev/null 2>&1; then
        rm -rf .venv
        root || { say "Python's venv module is missing: apt-get install python3-venv"; exit 2; }
        install python3-venv python3-pip
        "$python" -m venv .venv
    fi
fi

say "installing the locked dependencies ($what)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "requirements/$what.txt"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .

if [ "$what" = dev ] && ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null; then
    root || { say "the browser tests need Chromium: apt-get install chromium"; exit 2; }
    say "installing Chromium for the browser tests"
    install chromium fonts-liberation
fi

if [ "$what" = dev ]; then
    say "installing the npm packages of the tests"
    PATH="$PWD/.venv/bin:$PATH" npm ci --prefix tests/node --ignore-scripts --no-audit --no-fund --loglevel=error
fi

mkdir -p .make
touch ".make/$what"
if [ "$what" = dev ]; then touch .make/runtime; fi
