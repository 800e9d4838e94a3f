#!/usr/bin/env bash
# Runs every suite, says where it is, goes on after a failure, and ends with the counts, the sizes, the speeds and the conformance table.
# `tests/run.sh NAME...` runs only the suites of these names. Called by `make test`, which sets up the tools and PATH.
set -u
cd "$(dirname "$0")/.."
logs=${CARGO_TARGET_DIR:-target}/test-logs
mkdir -p "$logs"
suites=(format lint native conformance models formats node chromium package page browser learner speed)
wanted=("$@")
[ ${#wanted[@]} -eq 0 ] && wanted=("${suites[@]}")

declare -A passed failed seconds
total_passed=0 total_failed=0 place=0

suite_format() { cargo fmt --check; }

suite_lint() {
  cargo clippy --quiet --all-targets -- -D warnings &&
    cargo clippy --quiet --target wasm32-unknown-unknown --lib --bin app --bin worker --features javascript -- -D warnings
}

suite_native() { cargo test --lib --bins --test house --test functions --test command_line --test kafka; }

suite_conformance() { cargo test --test conformance; }

suite_models() { TIDEMARK_HISTORIES=1 cargo test --test models; }

suite_formats() {
  local status=0 test
  cargo build --bin tidemark || return 1
  for test in tests/formats/*.py; do "${TIDEMARK_PYTHON:-python3}" "$test" "${CARGO_TARGET_DIR:-target}/debug/tidemark" || status=1; done
  return $status
}

suite_node() { WASM_BINDGEN_TEST_TIMEOUT=300 wasm-pack test --mode no-install --node -- --test wasm_node; }

suite_chromium() {
  WASM_BINDGEN_TEST_TIMEOUT=300 wasm-pack test --mode no-install --headless --chrome --chromedriver "$(command -v chromedriver)" -- --test wasm_browser
}

suite_package() {
  make --no-print-directory package &&
    www/node_modules/.bin/tsc --noEmit --strict --skipLibCheck --target es2022 --module nodenext --moduleResolution nodenext tests/javascript/types.ts &&
    node --test --test-reporter=tap tests/javascript/*.test.mjs
}

suite_page() { npm run --silent --prefix www bundle && trunk build --release --offline && bash tests/sizes.sh; }

# The conformance cases through the built worker.
suite_browser() { node --test --test-reporter=tap tests/runners/browser.test.mjs; }

suite_learner() { node --test --test-reporter=tap tests/browser/*.test.mjs; }

suite_speed() {
  local status=0
  cargo bench --bench windowed_count --bench stateful --bench batch_cost -- --quick || status=1
  node tests/javascript/speed.mjs || status=1
  return $status
}

# Adds up what the runners of a log say of themselves: cargo's and wasm-bindgen's "test result:", node's "# pass".
count() {
  awk -v want="$1" '
    /^test result:/ { for (i = 1; i <= NF; i++) { if ($i ~ /^passed/) p += $(i - 1); if ($i ~ /^failed/) f += $(i - 1) } }
    /^# pass /      { p += $3 }
    /^# fail /      { f += $3 }
    END { print (want == "passed" ? p : f) + 0 }' "$2"
}

# The table of conformance: the native runners' columns, and the browser's where it ran.
table() {
  [ -f "$logs/conformance.log" ] || return 0
  local browser=$logs/browser.log
  [ -f "$browser" ] || browser=/dev/null
  awk '
    FILENAME != ARGV[2] { if ($2 == "browser" && NF == 4) { cell[$3] = $4; split($4, count, "/"); passed += count[1]; total += count[2] } next }
    /^left out /        { print; next }
    /^area /            { inside = 1; print $0 sprintf(" %9s", "browser"); next }
    inside              { print $0 sprintf(" %9s", $1 == "all" ? passed + 0 "/" total + 0 : ($1 in cell ? cell[$1] : "-")) }
    /^all /             { inside = 0 }
  ' "$browser" "$logs/conformance.log"
}

run() {
  local name=$1 log=$logs/$1.log started=$SECONDS status
  place=$((place + 1))
  printf '\033[1m≋ [%d/%d] %s\033[0m\n' "$place" "${#wanted[@]}" "$name"
  "suite_$name" >"$log" 2>&1
  status=$?
  passed[$name]=$(count passed "$log")
  failed[$name]=$(count failed "$log")
  # A suite without tests of its own counts as one; one that broke without saying which test did has failed once.
  [ $status -eq 0 ] && [ "${passed[$name]}" -eq 0 ] && passed[$name]=1
  [ $status -ne 0 ] && [ "${failed[$name]}" -eq 0 ] && failed[$name]=1
  seconds[$name]=$((SECONDS - started))
  total_passed=$((total_passed + passed[$name]))
  total_failed=$((total_failed + failed[$name]))
  if [ $status -ne 0 ]; then
    printf '  failed; the end of %s:\n' "$log"
    tail -n 60 "$log" | sed 's/^/  | /'
  else
    printf '  %d passed in %d s\n' "${passed[$name]}" "${seconds[$name]}"
  fi
}

for name in "${wanted[@]}"; do run "$name"; done

echo
table
[ -f "$logs/models.log" ] && { echo; sed -n '/^models /p' "$logs/models.log"; }
[ -f "$logs/page.log" ] && { echo; sed -n '/^size /p' "$logs/page.log"; }
[ -f "$logs/speed.log" ] && { echo; sed -n '/^speed /p; /time:/p; /thrpt:/p' "$logs/speed.log"; }
echo
printf '%-12s %8s %8s %8s\n' suite passed failed seconds
for name in "${wanted[@]}"; do printf '%-12s %8d %8d %8d\n' "$name" "${passed[$name]}" "${failed[$name]}" "${seconds[$name]}"; done
echo
echo "$total_passed passed, $total_failed failed"
[ "$total_failed" -eq 0 ]
