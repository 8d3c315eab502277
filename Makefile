# Two commands are enough: `make run` and `make test`. Both do their own set-up.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The component and the host are built side by side: the component is linked for minutes on one processor.
MAKEFLAGS += --jobs=2

toolchain := . scripts/toolchain.sh

.PHONY: help run month test component component-size hostile component-cargo-component component-check-reproducible host bench check docs test-crash simulate gate

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{ printf "  make %-30s %s\n", $$1, $$2 }'

run: component host ## Start a server on ./data with sample prices and 100 000 usage events, and keep it up
	@scripts/run.sh

month: component host ## Run docs/month.md: a month in the life of an account, on a simulated clock
	@scripts/month.sh

test: ## Build everything and run every test
	@scripts/test.sh

component: ## Build target/component/coinbox.wasm
	@scripts/build-component.sh

component-size: component ## Print the size of the component and what each area of the rules costs in it
	@scripts/component-size.sh

hostile: ## Build target/component/hostile.wasm, which breaks the contract for the tests of the host
	@scripts/build-component.sh hostile

component-cargo-component: ## Build the same component with cargo-component (installs it into target/tools)
	@scripts/build-with-cargo-component.sh

component-check-reproducible: ## Build HEAD twice in different places and compare the bytes
	@scripts/check-reproducible.sh

host: ## Build target/release/coinbox
	@$(toolchain); need_c_compiler; cargo build "$${native[@]}" --bins

bench: component host ## Run the benchmarks
	@$(toolchain); cargo bench "$${native[@]}" --bench bench

gate: ## Whether the rules still do the same: FILE=… writes digests of what all cases and seeds leave, EARLIER=… compares
	@scripts/gate.sh $${FILE:-target/gate/digests} $${EARLIER:+"$$EARLIER"}

check: ## Formatting, lints, documentation, licences and sources of dependencies
	@scripts/check.sh

docs: ## Write the documentation of the crates and of the contract to target/doc and target/docs
	@scripts/docs.sh

test-crash: component host ## Kill the server at random moments, many rounds
	@scripts/test-crash.sh

simulate: component host ## Run random histories against an independent model until interrupted: SEEDS=1000 or FOR=10m bounds it, SEED=N begins there
	@target/release/coinbox simulate $${SEED:+--seed $$SEED} $${SEEDS:+--seeds $$SEEDS} --for $${FOR:-3650d}
