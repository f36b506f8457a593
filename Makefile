# Leat: short names for Meson, Ninja and the scripts in tools/. `make help` lists them.
BUILD ?= build
MESON := meson

.DEFAULT_GOAL := all
.PHONY: help all run test lint fuzz bench bench-instr soak test-kernel test-arm64 install clean deps deps-run deps-test deps-bench

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

all: $(BUILD)/build.ninja ## build the command, the library and the tests into $(BUILD)/
	@ninja -C $(BUILD)

$(BUILD)/build.ninja: | deps-run
	@$(MESON) setup $(BUILD) >$(BUILD).log 2>&1 || { cat $(BUILD).log; rm -f $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log

run: deps-run ## the main job on real input: curl over a bad link; CMD='…' runs any command instead
	@BUILD=$(BUILD) tools/demo $(if $(CMD),'$(subst ','\'',$(CMD))')

test: deps-test ## every check that CI makes
	@tools/check

lint: deps-test ## formatting, layers, sequence numbers, comments, clang-tidy, cppcheck
	@tools/check lint

fuzz: deps-test ## each fuzz target for FUZZ_SECONDS (600) in all
	@tools/fuzz $${FUZZ_SECONDS:-600}

soak: deps-test ## the long runs: 200 MB at 5% loss, an hour of seeds, ten minutes of a server under a mixed load
	@tools/soak

bench: deps-bench all ## speed, compared with peers, in half an hour; B=wire,tap runs these parts only, B=loss TCP over bad links, ROWS='idle|404' these rows
	@BUILD=$(BUILD) tools/bench $(if $(ROWS),--rows '$(subst ','\'',$(ROWS))') $(B)

bench-instr: deps-bench all ## instructions per frame, and goodput over bad links, compared with those kept; UPDATE=1 keeps the new ones
	@BUILD=$(BUILD) tools/bench_instr $(if $(UPDATE),--update)

test-kernel: all ## `leat run` on Debian 12's own kernel, Linux 6.1, under qemu: half an hour
	@tools/deps run test kernel
	@BUILD=$(BUILD) tools/kernel

test-arm64: ## build for arm64, and `leat run` on Debian 12's arm64 kernel, under qemu: an hour
	@tools/deps run test arm64
	@tools/arm64

install: all ## install into DESTDIR and the prefix that Meson was given
	@$(MESON) install -C $(BUILD) --no-rebuild

deps: deps-run deps-test ## install what building, running and testing need, from Debian's packages

deps-run: ## install what `make run` needs
	@tools/deps run

deps-test: ## install what `make test` needs, too
	@tools/deps run test

deps-bench:
	@tools/deps run test bench

clean: ## remove what was built
	rm -rf $(BUILD) build-*
