#!/bin/sh
# Makes all pictures of README and help anew, from a workspace of its own in which the built-in study is run (generated
# texts only), and from the journeys' tests.
#   tests/bench/make_pictures.sh BUILD [WORKSPACE]
# BUILD holds bin/lorascope, lorascope-workbench, test_ui_journeys and test_ui_report. WORKSPACE is one in which the
# built-in study has finished and representations were analysed; pictures of living runs then stay as they are.
# LORASCOPE_TRAINER_FOLDER names the output folder of a Hugging Face Trainer for trainer-curves.png. Smaller files where
# pngquant or ImageMagick is there.
set -eu
[ $# -ge 1 ] || { sed -n '2,8p' "$0"; exit 2; }
root=$(cd "$(dirname "$0")/../.." && pwd)
bin=$(cd "$1/bin" && pwd)
pictures=$root/resources/pictures help=$root/resources/help/pictures
mkdir -p "$pictures" "$help"
size=1090x760  # too narrow for the details, whose command lines hold paths of this machine
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export QT_QPA_PLATFORM="${QT_QPA_PLATFORM:-offscreen}" LORASCOPE_SETTINGS="$scratch/settings"
for place in "$root/build/dependencies/all-MiniLM-L6-v2" "${LORASCOPE_ENCODER:-}"; do
  [ -d "$place" ] && export LORASCOPE_ENCODER="$place"
done
cd "$scratch"

squeeze() {
  if command -v pngquant > /dev/null; then pngquant --force --skip-if-larger --ext .png 96 "$1" || true
  elif command -v convert > /dev/null; then convert "$1" +dither -colors 96 "PNG8:$1" || true
  fi
}

# shoot FILE TAB SIZE THEME [OPTION...]
shoot() {
  file=$1 tab=$2 window=$3 theme=$4
  shift 4
  "$bin/lorascope-workbench" workspace --tab "$tab" --size "$window" --theme "$theme" --screenshot "$file" "$@"
  squeeze "$file"
}

# Number of the newest run of a method on a task, or of the runs in a state: runs 'run["state"] == "running"'
runs() {
  "$bin/lorascope" runs list --workspace workspace --json | python3 -c '
import json, sys
print(*[run["run_id"] for run in json.load(sys.stdin)["runs"] if eval(sys.argv[1], {"run": run})])' "$1"
}

if [ $# -ge 2 ]; then
  cp -r "$2" workspace
else
  "$bin/lorascope" demo --workspace workspace --kit kit > demo.log 2>&1 &
  demo=$!
  # The second run of the first task is half way: both have curves and spectra.
  until [ "$(runs 'run["method"] == "lora" and run["step"] > 80' 2> /dev/null)" ]; do
    kill -0 $demo 2> /dev/null || { cat demo.log; exit 1; }
    sleep 1
  done
  shoot "$pictures/curves-live-light.png" Curves $size light
  shoot "$pictures/weights-live-dark.png" Weights $size dark
  wait $demo || { cat demo.log; exit 1; }
  set -- $(runs 'run["task"] == "wnut17" and run["method"] in ("ft", "lora")')
  "$bin/lorascope" analyse "$@" --what sensitivity --pairs-of-kind 100 --workspace workspace --json > /dev/null 2>&1
  for what in cka distances pca; do
    "$bin/lorascope" analyse "$@" --what $what --workspace workspace --json > /dev/null 2>&1
  done
fi

lora=$(runs 'run["task"] == "wnut17" and run["method"] == "lora"' | cut -d' ' -f1)
gate=$(runs 'run["method"] == "xlora"' | cut -d' ' -f1)
for tab in Train Curves Compare Weights Representations; do
  [ $tab != Representations ] || [ -d workspace/artifacts/analyses ] || continue
  name=$(printf %s "$tab" | tr '[:upper:]' '[:lower:]')
  shoot "$pictures/$name-light.png" $tab $size light --run "$lora" --after 3
  shoot "$pictures/$name-dark.png" $tab $size dark --run "$lora" --after 3
  shoot "$help/$name.png" $tab 960x640 light --run "$lora" --after 3
done
shoot "$pictures/inspect-light.png" Inspect 1090x940 light --run "$gate" --after 10
shoot "$pictures/inspect-dark.png" Inspect 1090x940 dark --run "$gate" --after 10
shoot "$help/inspect.png" Inspect 960x640 light --run "$gate" --after 10

# What is pinned for a report, and the steps of the journeys, come from tests that press the buttons.
mkdir journeys
for test in test_ui_report test_ui_journeys; do
  HOME=/home/you LORASCOPE_PICTURES="$scratch/journeys" LORASCOPE_PICTURE_SIZES="$size" "$bin/$test" "[journey]" \
    > $test.log 2>&1 || { cat $test.log; exit 1; }
done
cp journeys/report-1-figure-$size-light.png "$pictures/report-light.png"
cp journeys/report-1-figure-$size-light.png "$help/report.png"
cp journeys/fresh-1-empty-$size-light.png "$pictures/first-run-light.png"
for file in "$pictures/report-light.png" "$help/report.png" "$pictures/first-run-light.png"; do squeeze "$file"; done

if [ -n "${LORASCOPE_TRAINER_FOLDER:-}" ]; then
  mkdir imported
  ln -s "$LORASCOPE_TRAINER_FOLDER" imported/wnut17-trainer
  rm -rf workspace
  "$bin/lorascope" import hf imported/wnut17-trainer --workspace workspace > /dev/null
  shoot "$pictures/trainer-curves.png" Curves $size light --run 1 --after 3
  shoot "$pictures/trainer-weights.png" Weights $size light --run 1 --after 3
fi

for file in "$help"/*.png; do
  bytes=$(wc -c < "$file")
  [ "$bytes" -lt 100000 ] || { echo "$file has $bytes bytes, more than a help picture should" >&2; exit 1; }
done
ls -l "$pictures" "$help"
