# SPDX-License-Identifier: GPL-2.0
#
# Thin: each target names the tools that do the work. `make help` lists them.

B ?= build
KDIR ?=
KHDR ?=
V ?= 0
JOBS ?= $(shell nproc)
# The scenarios of guest-smoke, as patterns.
SMOKE ?= open registry rw cached mixed mmap splice direct coherency random locks notify dirs libfuse async/aio-* async/uring-* async/cancel-* async/links async/suid-* suid/table-* async/flags-*
# The scenarios of host and guest, as patterns; none: all.
SCENARIOS ?=
# Lower file systems of guest; each has a virtual machine, and a limit of time, of its own.
LOWER ?= ext4 tmpfs overlay
# What make explore explores, as patterns, and how long at most.
EXPLORE ?= explore conc
EXPLORE_SECONDS ?= 240
# Options for cmake, as -DNAME=VALUE.
CMAKE_OPTIONS ?=

ninja := ninja -C $(B)/box -j $(JOBS)
# V=1 shows each command; else ninja shows its progress on a terminal, and elsewhere only what is wrong.
ifneq ($(V),0)
ninja += -v
else ifneq ($(shell test -t 2 && echo terminal),terminal)
ninja += --quiet
endif
ninja := @echo 'fusebox: building' >&2; $(ninja)

export KDIR KHDR

# CC is the environment's or the command line's; make's own default means "whatever there is".
ifneq ($(origin CC),default)
export CC
endif

# Debian's kernel is compiled by gcc, and so must be its modules, whatever compiles the box.
module := env -u CC -u MAKEFLAGS tools/module --out '$(B)'

.PHONY: all help build test tests tree module patch patch-check guest-smoke host clean distclean

all: build ## set up, build the patched tree in the box, run every scenario, print the verdict
	@$(B)/box/fusebox run

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14
	@echo
	@echo 'KDIR=PATH   a Linux 6.1.y source tree or tarball, instead of the package linux-source-6.1'
	@echo 'CC=clang    another compiler        V=1   show the commands        B=DIR   build there'

tree: ## the kernel tree with model/ applied, in build/tree
	@tools/setup build
	@tools/tree --out '$(B)'

.PHONY: configure
configure: tree
	@tools/configure '$(B)/box' $(CMAKE_OPTIONS)
	@ln -sfn box/compile_commands.json '$(B)/compile_commands.json'

build: configure ## the program build/box/fusebox
	$(ninja) fusebox

tests: setup-test configure ## build everything, tests included
	$(ninja)

# Without kernel headers one test is left out, and says so.
.PHONY: setup-test
setup-test: tree
	@tools/setup build test
	@if tools/setup module; then $(module) >/dev/null; fi

module: setup-module ## build/module/fuse.ko for the Debian 6.1 headers (KHDR=DIR: these headers)
	@$(module)

.PHONY: setup-module
setup-module:
	@tools/setup build $(if $(KHDR),,module)

.PHONY: dkms dkms-check
dkms: ## a Debian package that builds and installs fuse.ko for each 6.1 kernel, in build/dkms
	@tools/dkms --out '$(B)'

# Skipped (77) without root or QEMU; that is no failure.
dkms-check: dkms configure ## install that package, load it in a virtual machine, remove it (root; some minutes)
	$(ninja) fusebox-host
	@tools/dkms-check --out '$(B)' || [ $$? = 77 ]

.PHONY: explore
explore: build ## every schedule of the scenarios of tasks that meet (EXPLORE_SECONDS=240, EXPLORE=PATTERNS)
	@$(B)/box/fusebox explore $(EXPLORE) --total $(EXPLORE_SECONDS)

.PHONY: explain-example
explain-example: build ## docs/explain-example.svg, the picture in README.md, anew
	@tools/defects --out '$(B)' 106 | sed -n "s/^# .* replay '\(.*\)'$$/\1/p" | \
		xargs '$(B)/defects/106-thawed-twice/fusebox' explain --svg -o docs/explain-example.svg

patch: ## the patch series, for git am, in build/patch
	@tools/setup build patch
	@tools/patch --out '$(B)'

patch-check: ## git am, checkpatch --strict, sparse and W=1 for each patch of the series
	@tools/patch-check --out '$(B)'

.PHONY: patch-builds
patch-builds: ## fs/fuse in the kernel's own tree: x86-64, i386, s390x; gcc, clang: nothing new (minutes)
	@env -u CC -u MAKEFLAGS tools/patch-builds --out '$(B)'

test: tests ## all tests that need neither root nor a virtual machine
	@ctest --test-dir '$(B)/box' --output-on-failure --no-label-summary -j $(JOBS)

# Builds of their own beside build/box: what is watched is compiled in.
watched = echo 'fusebox: building' >&2; ninja -C '$(B)/$(1)' -j $(JOBS) --quiet fusebox planted

# Seconds of fault runs under each checker; the scenarios as they are run in any case.
MEMCHECK_SECONDS ?= 240
ASAN_SECONDS ?= 120
MSAN_SECONDS ?= 120

.PHONY: memcheck asan msan coverage mcdc
memcheck: configure ## scenarios and faults under valgrind's memcheck: no error, no suppression
	@tools/setup test
	$(ninja) fusebox planted
	@tools/memory-check memcheck --faults '$(MEMCHECK_SECONDS)' --box '$(B)/box'

asan: tree ## scenarios and faults with AddressSanitizer and UBSan in everything, fs/fuse too
	@tools/setup build
	@tools/configure '$(B)/asan' -DFUSEBOX_SANITIZE=address,undefined $(CMAKE_OPTIONS)
	@$(call watched,asan)
	@tools/memory-check asan --faults '$(ASAN_SECONDS)' --box '$(B)/asan'

msan: tree ## the same with MemorySanitizer (clang-19): nobody may look at what nobody has written
	@tools/setup build msan
	@CC=clang-19 tools/configure '$(B)/msan' -DFUSEBOX_SANITIZE=memory $(CMAKE_OPTIONS)
	@$(call watched,msan)
	@tools/memory-check msan --faults '$(MSAN_SECONDS)' --box '$(B)/msan'

.PHONY: arm64
arm64: build ## the box for arm64, run by qemu-user: scenarios and unit tests, and the same traces as here
	$(ninja) fusebox-host
	@tools/arm64 --out '$(B)' && tools/differences --out '$(B)' --worlds arm64 --seeds 0 || [ $$? = 77 ]

# Never quicker than it takes to build; the runs take some minutes on two cores.
.PHONY: race
race: tree ## all scenarios under the race detector, in several schedules; known races are in tests/races
	@tools/setup build
	@tools/configure '$(B)/race' -DFUSEBOX_RACE=ON $(CMAKE_OPTIONS)
	@echo 'fusebox: building' >&2; ninja -C '$(B)/race' -j $(JOBS) --quiet fusebox unit-race_test
	@'$(B)/race/tests/unit-race_test'
	@tools/race --box '$(B)/race'

coverage: tree ## what the scenarios run, as HTML in build/coverage/report; all of the patch must have run
	@tools/setup build coverage
	@env -u CC tools/configure '$(B)/coverage' -DFUSEBOX_COVERAGE=gcov $(CMAKE_OPTIONS)
	@$(call watched,coverage)
	@tools/coverage --box '$(B)/coverage'

mcdc: tree ## modified condition/decision coverage of the patch (clang-19): the figure
	@tools/setup build mcdc
	@CC=clang-19 tools/configure '$(B)/mcdc' -DFUSEBOX_COVERAGE=mcdc $(CMAKE_OPTIONS)
	@$(call watched,mcdc)
	@tools/mcdc --box '$(B)/mcdc'

# Places met for the first time come first, so that a limit leaves out what is met again and again.
FAULT_SECONDS ?= 170
SEED_SECONDS ?= 60
ALL_SECONDS ?=
SEED ?=
.PHONY: faults faults-seeds faults-all
faults: build ## each fault point of each scenario fails, for 170 s (FAULT_SECONDS=N; SEED=N: schedule at random)
	@tools/faults --out '$(B)' --seconds $(FAULT_SECONDS) $(if $(SEED),--seed $(SEED))

faults-seeds: build ## the same with seeds 1, 2 and 3, for 60 s each (SEED_SECONDS=N): the same places of fs/fuse must fail
	@tools/faults --out '$(B)' --seconds $(SEED_SECONDS) --seeds 1,2,3

faults-all: build ## each scenario's places fail the first time, alone and persistently; pairs, too: to the end (ALL_SECONDS=N: or so long)
	@tools/faults --out '$(B)' --times 1 --pairs $(if $(ALL_SECONDS),--seconds $(ALL_SECONDS))

.PHONY: defects
defects: build ## put each defect of tests/defects into the box; its finding must be reported
	@tools/defects --out '$(B)'

.PHONY: random random-short
random: build ## 1,000,000 random operations in all ways at once, against a model
	@$(B)/box/fusebox random --seeds 50 --ops 20000 --timeout 600 --log '$(B)/random.log'

random-short: build ## 60,000 of them
	@$(B)/box/fusebox random --seeds 6 --ops 10000 --timeout 300 --log '$(B)/random.log'

# MUTANT_SECONDS=N: a sample, the same for the same MUTANT_SEED on a machine of the same speed.
MUTANT_SECONDS ?= 0
MUTANT_SEED ?= 0

.PHONY: mutants
mutants: build ## change each part of the patch in small ways; some test must fail for each
	@tools/setup mutants
	@tools/mutants --out '$(B)' --seconds '$(MUTANT_SECONDS)' --seed '$(MUTANT_SEED)'

.PHONY: libfuse
libfuse: configure ## a server on libfuse serves a tree of 200 files: in the box, on this kernel (as root), as a program
	$(ninja) fusebox fusebox-host fusebox-fileserver
	@tools/libfuse --out '$(B)'

.PHONY: libfuse-guest
libfuse-guest: module configure ## fusebox-fileserver on Debian's stock kernel with our fuse.ko, in QEMU, as a user has it
	$(ninja) fusebox-fileserver
	@tools/guest --out '$(B)' --program tools/libfuse-program --with '$(B)/box/fusebox-fileserver' -- \
		/bin/fusebox-fileserver /tmp /modules || [ $$? = 77 ]

.PHONY: docs
docs: build ## write docs/shim.md (what fs/fuse needs of a kernel) and docs/coherency.md anew
	@tools/shim-doc --build '$(B)/box' --tree '$(B)/tree'
	@$(B)/box/fusebox coherency > '$(B)/coherency.md' && mv '$(B)/coherency.md' docs/coherency.md

.PHONY: bench
bench: configure ## what a passthrough I/O costs, into docs/performance.md
	@tools/setup test
	$(ninja) fusebox bench-io
	@tools/bench --box '$(B)/box' --write docs/performance.md

# Skipped (77) where there is no QEMU; that is no failure.
guest-smoke: module configure ## a handful of scenarios on Debian's stock kernel with our fuse.ko, in QEMU
	$(ninja) fusebox-host
	@tools/guest --out '$(B)' --program '$(B)/box/fusebox-host' -- --name guest $(SMOKE) || [ $$? = 77 ]

.PHONY: guest-32
guest-32: module ## the scenarios of guest-smoke by a 32-bit program, on the same 64-bit kernel
	@tools/cross --out '$(B)' i386 && ninja -C '$(B)/i386' --quiet fusebox-host && FUSEBOX_GUEST_TIMEOUT=$${FUSEBOX_GUEST_TIMEOUT:-900} \
		tools/guest --out '$(B)' --name guest-32 --program '$(B)/i386/fusebox-host' -- --name guest $(SMOKE) || [ $$? = 77 ]

.PHONY: guest guest-debug debug-short differences
guest: module configure ## all scenarios on Debian's stock kernel with our fuse.ko, lower files on ext4, tmpfs, overlayfs
	$(ninja) fusebox-host
	@mkdir -p '$(B)/traces' && rm -f '$(B)'/traces/guest-*.trace
	@status=0; for lower in $(LOWER); do \
		FUSEBOX_GUEST_TIMEOUT=$${FUSEBOX_GUEST_TIMEOUT:-900} tools/guest --out '$(B)' --name guest-$$lower \
			--script tests/guest/scenarios.sh -- 60 $$lower $(SCENARIOS) || [ $$? = 77 ] || status=1; \
		for f in '$(B)'/guest/guest-$$lower.results/*.trace; do [ ! -e "$$f" ] || cp "$$f" '$(B)/traces/'; done; \
	done; exit $$status

# What builds up, takes down and fails.
DEBUG_SHORT ?= registry replies freeze abort nth random/frozen
guest-debug: ## the same on a kernel with lockdep, KASAN, kmemleak; it is built first (minutes)
debug-short: SCENARIOS = $(DEBUG_SHORT)
debug-short: ## some of them, for CI
guest-debug debug-short: module configure
	$(ninja) fusebox-host
	@tools/debug-kernel --out '$(B)'
	@FUSEBOX_GUEST_MEMORY=1536 FUSEBOX_GUEST_TIMEOUT=$${FUSEBOX_GUEST_TIMEOUT:-3600} tools/guest --out '$(B)' \
		--name debug --kernel '$(B)/debug/kernel' --module '$(B)/debug/module' --script tests/guest/debug.sh -- 120 $(SCENARIOS) || [ $$? = 77 ]

# STRESS_SECONDS=N, STRESS_SEED=N
STRESS_SEED ?= 1
stress = FUSEBOX_GUEST_MEMORY=1536 FUSEBOX_GUEST_TIMEOUT=$$((3 * $(STRESS_SECONDS) + 900)) tools/guest --out '$(B)' \
	--with '$(B)/box/fusebox-fileserver' --tool fio --tool tcc --tool e2fsck --disk-size 300 \
	--script tests/guest/stress.sh

.PHONY: stress stress-short
stress: STRESS_SECONDS ?= 600
stress: module configure ## 10 minutes of load, freezes, kills and aborts on the debug kernel (STRESS_SECONDS=600)
	$(ninja) fusebox-host fusebox-fileserver
	@tools/setup stress
	@tools/debug-kernel --out '$(B)'
	@$(stress) --name stress --kernel '$(B)/debug/kernel' --module '$(B)/debug/module' -- \
		$(STRESS_SECONDS) $(STRESS_SEED) 128 || [ $$? = 77 ]

stress-short: STRESS_SECONDS ?= 60
stress-short: module configure ## a minute of it on Debian's stock kernel
	$(ninja) fusebox-host fusebox-fileserver
	@tools/setup stress
	@$(stress) --name stress-short -- $(STRESS_SECONDS) $(STRESS_SEED) 4096 || [ $$? = 77 ]

# What of guest, flash, count and host bench-kernel measures anew, how often, and after how many seconds of each at most.
BENCH_WHERE ?= flash,count,guest,host
BENCH_ROUNDS ?= 5
BENCH_SECONDS ?= 1800

.PHONY: bench-kernel
bench-kernel: module configure ## plain FUSE, passthrough and native on 6.1 (QEMU) and on this kernel (as root), into docs/performance.md
	@tools/setup bench-kernel
	$(ninja) fusebox-fileserver
	@tools/bench-kernel --out '$(B)' --where '$(BENCH_WHERE)' --rounds '$(BENCH_ROUNDS)' --limit '$(BENCH_SECONDS)' \
		--write docs/performance.md || [ $$? = 77 ]

differences: build host guest ## compare box, guest and host; writes docs/differences.md if all is explained
	@tools/differences --out '$(B)' --write docs/differences.md || [ $$? = 77 ]

# A status of 77 is no failure: this machine has no FUSE passthrough, or we are not root.
host: configure ## as root, on Linux 6.9 and later: the scenarios on the running kernel's own passthrough
	$(ninja) fusebox-host
	@tools/host --out '$(B)' -- $(SCENARIOS) || [ $$? = 77 ]

clean: ## remove all that was made, but keep what was unpacked of the kernel source
	@rm -rf '$(B)/box' '$(B)/tree' '$(B)/taken' '$(B)/pristine' '$(B)/module' '$(B)/compile_commands.json'

distclean: ## remove the build directory
	@rm -rf '$(B)'
