#!/usr/bin/env bash
# Rewrites the lock files from pyproject.toml: exact versions and hashes, no host names.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() {
  out=$1; shift
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
    --no-emit-index-url --no-emit-find-links --no-annotate --extra build "$@" pyproject.toml -o "requirements/$out"
}
lock base.lock
lock dev.lock --extra dev
lock bench.lock --extra dev --extra bench
lock spark.lock --extra dev --extra spark
