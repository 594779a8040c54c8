#!/usr/bin/env bash
# constant_time_test.sh PROGRAM: runs constant_time_test.cc under Valgrind.
set -euo pipefail
exec valgrind --quiet --leak-check=no "$@"
