#!/bin/sh
# Makes all pictures of the window anew: every tab in both themes, one at twice the resolution, and every step of the
# journeys.
#   tests/bench/make_pictures.sh BUILD WORKSPACE FOLDER
# BUILD holds bin/lorascope-workbench; WORKSPACE is one with finished runs, such as the built-in comparison's.
set -eu
[ $# -eq 3 ] || { sed -n '2,5p' "$0"; exit 2; }
build=$1 workspace=$2 folder=$3
mkdir -p "$folder/journeys"
export QT_QPA_PLATFORM="${QT_QPA_PLATFORM:-offscreen}"
settings=$(mktemp -d)
trap 'rm -rf "$settings"' EXIT
export LORASCOPE_SETTINGS="$settings"
for tab in Train Curves Compare Weights Inspect Representations Report Study; do
  name=$(printf %s "$tab" | tr '[:upper:]' '[:lower:]')
  "$build/bin/lorascope-workbench" "$workspace" --tab "$tab" --size 1280x800 --theme light --screenshot "$folder/$name-light.png"
  "$build/bin/lorascope-workbench" "$workspace" --tab "$tab" --size 1920x1200 --theme dark --screenshot "$folder/$name-dark-wide.png"
done
QT_SCALE_FACTOR=2 "$build/bin/lorascope-workbench" "$workspace" --tab Weights --size 1280x800 --theme light \
  --screenshot "$folder/weights-light-2x.png"
if [ -x "$build/bin/test_ui_journeys" ]; then
  LORASCOPE_PICTURES="$folder/journeys" "$build/bin/test_ui_journeys" "[journey]" > /dev/null 2>&1 ||
    echo "a journey failed: its pictures end there" >&2
fi
ls "$folder" "$folder/journeys"
