#!/usr/bin/env bash
# The walls of ARCHITECTURE.md stand in the checkout itself.
set -euo pipefail
exec tools/house/walls.py "$(dirname "$(readlink -f WORKSPACE)")"
