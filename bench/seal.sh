#!/usr/bin/env bash
# What the seal costs: by itself, in a process; and in full builds of 10 projects with a package each, with the gate, sealed ("deny") and not ("allow"), in turns.
# Works offline: the only package besides the SDK's own is one that this script packs. Linux. Usage: bench/seal.sh [rounds, at least 7]
set -euo pipefail
rounds=${1:-7}
[ "$rounds" -ge 7 ] || { echo "At least 7 rounds, or the medians say nothing." >&2; exit 2; }
repo=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off XDG_CACHE_HOME="$work/cache"
# As users have it: the compiler server and nodes that wait.
unset MSBUILDDISABLENODEREUSE UseSharedCompilation || true

source "$repo/bench/common.sh"
pack
dotnet build "$repo/tests/BuildGuard.Sandbox.Probe" -c Release -o "$work/probe" >"$work/log" || fail
make "$work/sealed" 10
(cd "$work/sealed" && dotnet restore >"$work/log") || fail
init "$work/sealed"
cp -r "$work/sealed" "$work/open"
grep -q '"build": "deny"' "$work/open/buildguard.json" || { echo "init does not write what this measures." >&2; exit 1; }
sed -i 's/"build": "deny"/"build": "allow"/' "$work/open/buildguard.json"

run() { (cd "$work/$1" && dotnet build Bench.sln --no-incremental -v:d >"$work/$1.log" 2>&1) || { cat "$work/$1.log" >&2; return 1; }; }
build() { # side: prints seconds; fails unless the build was sealed, or not, as its policy says
  seconds run "$1" || return 1
  local sealed=open
  if grep -q "is sealed off from the network" "$work/$1.log"; then sealed=sealed; fi
  [ "$sealed" = "$1" ] || { echo "The build \"$1\" was not what it should be." >&2; return 1; }
}
echo "Warming up" >&2
for _ in 1 2; do for side in sealed open; do build $side >/dev/null; done; done
order=(sealed open)
for n in $(seq "$rounds"); do
  for side in "${order[@]}"; do declare "t_$side=$(build "$side")"; done
  # Who goes first changes, so that a drift of the machine hits both.
  order=("${order[1]}" "${order[0]}")
  printf 'round %s of %s: sealed %.2f s, open %.2f s\n' "$n" "$rounds" "$t_sealed" "$t_open" >&2
  echo "$t_sealed $t_open" >>"$work/times"
done
for _ in $(seq 5); do
  dotnet "$work/probe/BuildGuard.Sandbox.Probe.dll" timing >"$work/one"
  head -1 "$work/one" >>"$work/first"
  tail -n +2 "$work/one" >>"$work/next"
done
echo
printf 'seal of a process, with its canary: median %.2f ms of %s; the first in a process, which loads code: %.0f ms\n' "$(median <"$work/next")" "$(wc -l <"$work/next")" "$(median <"$work/first")"
printf 'full build of 10 projects, medians of %s rounds: sealed %.2f s, open %.2f s, ratio %.3f\n' "$rounds" "$(awk '{ print $1 }' "$work/times" | median)" "$(awk '{ print $2 }' "$work/times" | median)" \
  "$(awk '{ print $1 / $2 }' "$work/times" | median)"
