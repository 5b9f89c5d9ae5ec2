#!/bin/sh
# Format, types and tests, with Python 3.10 or newer; where there is none, it reports that. PYTHON
# names another interpreter than the first that fits.
set -eu
cd "$(dirname "$0")"

fits() {
  "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null
}

for each in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.10 python}; do
  if fits "$each"; then
    python=$each
    break
  fi
done
if [ -z "${python:-}" ]; then
  rm -rf target
  echo "client-python: there is no Python 3.10 or newer, so this module is not tested"
  exit 0
fi

if ! cmp -s requirements-dev.txt target/venv/requirements.txt; then
  rm -rf target/venv
  "$python" -m venv target/venv
  target/venv/bin/pip install -q --require-hashes --only-binary :all: -r requirements-dev.txt
  cp requirements-dev.txt target/venv/requirements.txt
fi
target/venv/bin/ruff format --check -q .
target/venv/bin/ruff check -q .
target/venv/bin/mypy
target/venv/bin/python -B -m pytest -q
