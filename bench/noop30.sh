#!/usr/bin/env bash
# BuildGuard's share of a build in which nothing changed: 30 small projects, with the gate, with the restore hook alone and without either, in turns;
# the gate's share of evaluation, by a command that evaluates one project and builds nothing; and builds as at a desk, where one without a seal finds the nodes of the build before it.
# Works offline: the only package besides the SDK's own is one that this script packs. Usage: bench/noop30.sh [rounds, at least 7]
set -euo pipefail
rounds=${1:-7}
[ "$rounds" -ge 7 ] || { echo "At least 7 rounds, or the medians say nothing." >&2; exit 2; }
repo=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
# Nodes that wait for the next build of this script are known by their environment, and nobody else uses them.
end() {
  local node
  for node in $(pgrep -f nodemode:1 || true); do
    ! grep -qz "^MSBUILDNODEHANDSHAKESALT=$work$" "/proc/$node/environ" 2>/dev/null || kill "$node"
  done
  rm -rf "$work"
}
trap end EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off MSBUILDDISABLENODEREUSE=1 XDG_CACHE_HOME="$work/cache"

source "$repo/bench/common.sh"
pack
make "$work/gate" 30
cp -r "$work/gate" "$work/hook"
cp -r "$work/gate" "$work/without"

# Each is built once; then the guard is put into two of them.
for side in gate hook without; do
  (cd "$work/$side" && dotnet build Bench.sln >"$work/log") || { cat "$work/log" >&2; exit 1; }
done
init "$work/gate"
init "$work/hook" --no-gate

run() { # side, arguments of dotnet
  (cd "$work/$1" && dotnet "${@:2}" >"$work/$1.log" 2>&1) || { cat "$work/$1.log" >&2; return 1; }
}
build() { # side: prints seconds, fails where a guarded build did not check exactly once
  seconds run "$1" build Bench.sln || return 1
  local checks expected=1
  [ "$1" != without ] || expected=0
  checks=$(grep -c "BuildGuard passed: 30 projects" "$work/$1.log" || true)
  [ "$checks" -eq "$expected" ] || { echo "The build \"$1\" printed $checks summary lines, not $expected:" >&2; cat "$work/$1.log" >&2; return 1; }
  if [ "$1" != without ]; then grep -o "BuildGuard passed: .*" "$work/$1.log" >"$work/summary"; fi
}
desk() { (unset MSBUILDDISABLENODEREUSE; export MSBUILDNODEHANDSHAKESALT="$work"; build "$1"); }
evaluate() { seconds run "$1" msbuild P30/P30.csproj -getProperty:OutputPath; }

echo "Warming up" >&2
for _ in 1 2; do for side in gate hook without; do build $side >/dev/null; evaluate $side >/dev/null; done; done

order=(gate hook without)
for n in $(seq "$rounds"); do
  for side in "${order[@]}"; do
    declare "t_$side=$(build "$side")" "e_$side=$(evaluate "$side")"
  done
  # Who goes first changes, so that a drift of the machine hits all of them.
  order=("${order[1]}" "${order[2]}" "${order[0]}")
  printf 'round %s of %s: gate %.2f s, hook %.2f s, without %.2f s; evaluation %.2f s, %.2f s, %.2f s\n' "$n" "$rounds" "$t_gate" "$t_hook" "$t_without" "$e_gate" "$e_hook" "$e_without" >&2
  echo "$t_gate $t_hook $t_without $e_gate $e_hook $e_without" >>"$work/times"
done
echo "As at a desk" >&2
for n in $(seq "$(((rounds + 2) / 3))"); do
  # One after the other of the same side, because a build with a seal ends the nodes that it used; and the first does not count.
  for side in "${order[@]}"; do
    desk "$side" >/dev/null
    for m in 1 2 3; do desk "$side" >>"$work/desk-$side"; done
  done
  order=("${order[1]}" "${order[2]}" "${order[0]}")
done
paste "$work/desk-gate" "$work/desk-hook" "$work/desk-without" >"$work/desk"

row() { # name, column, column without, file
  local times=$work/${4:-times}
  printf '| %s | %.2f s | %.2f | %.2f s |\n' "$1" "$(awk -v a="$2" '{ print $a }' "$times" | median)" \
    "$(awk -v a="$2" -v b="$3" '{ print $a / $b }' "$times" | median)" "$(awk -v a="$2" -v b="$3" '{ print $a - $b }' "$times" | median)"
}
grep "BuildGuard passed" "$work/summary"
echo
echo "| medians of $rounds rounds | time | ratio to without | difference |"
echo "| --- | --- | --- | --- |"
row "no-op build of 30 projects, gate" 1 3
row "no-op build of 30 projects, hook alone" 2 3
row "no-op build of 30 projects, without" 3 3
row "the same as at a desk, gate" 1 3 desk
row "the same as at a desk, hook alone" 2 3 desk
row "the same as at a desk, without" 3 3 desk
row "evaluation of one project, gate" 4 6
row "evaluation of one project, hook alone" 5 6
row "evaluation of one project, without" 6 6
