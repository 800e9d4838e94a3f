# Tidemark. `make serve` builds the playground and serves it at http://127.0.0.1:8080; `make test` checks everything.
# Both install what they need by themselves; a second run is fast.

# Tools, and in CI the build outputs too, live outside the clone.
CACHE ?= $(or $(TIDEMARK_CACHE),$(HOME)/.cache/tidemark)
TOOLS := $(CACHE)/tools
# The independent readers of our file formats.
PYTHON := $(CACHE)/python
export TIDEMARK_PYTHON := $(PYTHON)/bin/python
export PATH := $(CURDIR)/www/node_modules/.bin:$(TOOLS)/bin:$(HOME)/.cargo/bin:$(PATH)
ifdef CI
export CARGO_TARGET_DIR ?= $(CACHE)/target
endif
# Cargo's registry needs no index of its own here, and colours do not belong in logs.
export CARGO_TERM_COLOR ?= auto

WASM_BINDGEN := 0.2.130
TRUNK := 0.21.14
WASM_PACK := 0.15.1
PYARROW := 26.0.1
DELTALAKE := 1.6.6
PORT ?= 8080

# These two only call others: what they take to build is worth more than how fast they run.
UNHURRIED := CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0

say = @printf '\033[1m≋ %s\033[0m\n' "$(1)"

.PHONY: help serve build package test quick setup setup-serve setup-test setup-browser bench fmt clean
help:
	@sed -n '1,3s/^# //p' Makefile

serve: build
	$(call say,the playground is at http://127.0.0.1:$(PORT) (Ctrl+C ends it))
	@python3 -m http.server $(PORT) --bind 127.0.0.1 --directory dist

build: setup-serve
	$(call say,building the page and the engine (some minutes the first time))
	@npm run --silent --prefix www bundle
	@trunk build --release --offline

# The npm package in pkg/, for Node and for the web.
package: setup-serve
	$(call say,building the JavaScript package)
	@cargo rustc --profile web --lib --crate-type cdylib --target wasm32-unknown-unknown --features javascript
	@for target in nodejs web; do \
		wasm-bindgen --target $$target --out-dir pkg/$$target $(or $(CARGO_TARGET_DIR),target)/wasm32-unknown-unknown/web/tidemark.wasm || exit 1; done
	@wasm-opt -O1 pkg/nodejs/tidemark_bg.wasm -o pkg/nodejs/tidemark_bg.wasm
	@wasm-opt -O1 pkg/web/tidemark_bg.wasm -o pkg/web/tidemark_bg.wasm
	@cp www/npm/package.json README.md LICENSE pkg/

test: setup-test
	@bash tests/run.sh

# The native tests alone, for the time between two edits.
quick:
	@cargo test --quiet

bench:
	@cargo bench --bench windowed_count --bench stateful --bench batch_cost

fmt:
	@cargo fmt

setup: setup-serve setup-test

setup-serve: $(TOOLS)/wasm-bindgen-$(WASM_BINDGEN) $(TOOLS)/trunk-$(TRUNK) www/node_modules/.package-lock.json
	@rustup target list --installed | grep -q wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown

setup-test: setup-serve $(TOOLS)/wasm-pack-$(WASM_PACK) $(PYTHON)/formats-$(PYARROW)-$(DELTALAKE) setup-browser
	@cmp -s tests/browser/webdriver.json webdriver.json || cp tests/browser/webdriver.json webdriver.json
	@rustup component list --installed | grep -q clippy || rustup component add clippy rustfmt

# Chromium, its driver and brotli come from the distribution.
setup-browser:
	@if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null || ! command -v brotli >/dev/null; then \
		printf '\033[1m≋ %s\033[0m\n' "installing Chromium, its driver and brotli"; \
		sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$sudo apt-get update -qq && $$sudo apt-get install -y -qq chromium chromium-driver brotli fonts-dejavu-core >/dev/null; \
	fi

# The lock of wasm-bindgen-cli names a crate version that the registry lacks, so it is built without.
$(TOOLS)/wasm-bindgen-$(WASM_BINDGEN):
	$(call say,installing wasm-bindgen $(WASM_BINDGEN))
	@wasm-bindgen --version 2>/dev/null | grep -q ' $(WASM_BINDGEN)$$' || cargo install --quiet wasm-bindgen-cli --version $(WASM_BINDGEN) --root $(TOOLS) --force
	@mkdir -p $(TOOLS) && touch $@

$(TOOLS)/trunk-$(TRUNK):
	$(call say,installing trunk $(TRUNK) (three minutes))
	@trunk --version 2>/dev/null | grep -q ' $(TRUNK)$$' || $(UNHURRIED) cargo install --quiet trunk --version $(TRUNK) --locked --root $(TOOLS) --force
	@mkdir -p $(TOOLS) && touch $@

$(TOOLS)/wasm-pack-$(WASM_PACK):
	$(call say,installing wasm-pack $(WASM_PACK) (two minutes))
	@wasm-pack --version 2>/dev/null | grep -q ' $(WASM_PACK)$$' || $(UNHURRIED) cargo install --quiet wasm-pack --version $(WASM_PACK) --locked --root $(TOOLS) --force
	@mkdir -p $(TOOLS) && touch $@

$(PYTHON)/formats-$(PYARROW)-$(DELTALAKE):
	$(call say,installing pyarrow $(PYARROW) and deltalake $(DELTALAKE))
	@python3 -m venv $(PYTHON) && $(PYTHON)/bin/pip install --quiet --disable-pip-version-check pyarrow==$(PYARROW) deltalake==$(DELTALAKE)
	@touch $@

www/node_modules/.package-lock.json: www/package-lock.json
	$(call say,installing the page's packages)
	@npm ci --prefix www --silent --no-audit --no-fund
	@touch $@

clean:
	rm -rf dist pkg target www/node_modules www/bundle screenshots webdriver.json
