# greenload: builds into $(BUILD); the targets that people type are listed by `make help`.
CC      ?= gcc
BUILD   ?= build
PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
LIBDIR  ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR  ?= $(PREFIX)/share/man
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions
# Where 32-bit programs have their libraries: an empty one of our name goes there, lest ld.so complain of ours. Empty:
# none does.
LIBDIR32 ?=
VERSION := 0.1.0
SOVERSION := 0

ARCH    := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
# What differs between machines lies in runtime/arch and preload/arch; `make CONTEXT=generic` takes swapcontext on any of them.
MACHINE := $(if $(wildcard runtime/arch/$(ARCH)),$(ARCH),generic)
CONTEXT ?= $(MACHINE)

# The compiler knows what goes with it, also where it compiles for another machine.
OBJCOPY ?= $(shell $(CC) -print-prog-name=objcopy)
PKG_CONFIG ?= pkg-config
LOADER  := $(filter /%,$(foreach name,ld-linux-x86-64.so.2 ld-linux-aarch64.so.1,$(shell $(CC) -print-file-name=$(name))))

# A compiler newer than ours warns of more: that stops nobody's build but our own, by `make WERROR=1`.
FATAL   := $(if $(filter-out 0,$(WERROR)),-Werror)
WARN    := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes $(FATAL)
# `make DEBUG=1 BUILD=build/debug`: a library that finds out more of what it must not be asked.
CFLAGS  ?= $(if $(DEBUG),-Og -DDEBUG,-O2) -g
# `make SANITIZE=address BUILD=build/address`, or undefined, or thread: gcc's, whose libraries a shared one can be linked
# with.
ifneq ($(SANITIZE),)
# Hooks get pointers as the kernel does, which asks for no alignment.
INSTRUMENT := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-sanitize=alignment -fno-omit-frame-pointer \
    $(if $(filter address,$(SANITIZE)),-DWITH_ADDRESS_SANITIZER) \
    $(if $(filter thread,$(SANITIZE)),-DWITH_THREAD_SANITIZER -Wno-stringop-overflow) # gcc warns of _setjmp wrongly there
endif
# `make COVERAGE=1 BUILD=build/coverage`: counts which lines run, for scripts/coverage.
ifneq ($(COVERAGE),)
INSTRUMENT := --coverage -fprofile-update=atomic
CFLAGS  := -O1 -g
endif
# libev's macros, and our reading of libc's descriptors, look at the same memory in several ways.
ALL_CFLAGS := -std=gnu11 $(WARN) -fno-strict-aliasing -fPIC -fvisibility=hidden -fno-plt -D_GNU_SOURCE $(CPPFLAGS) $(CFLAGS) $(INSTRUMENT) $(EXTRA_CFLAGS)
DEPGEN  = -MMD -MP
# The library is optimised as a whole where the compiler is gcc: calls between its files lie on the way of each read.
LTO     := $(if $(INSTRUMENT)$(findstring clang,$(shell $(CC) --version)),,-flto=auto)

# A recipe says what it makes, as `CC runtime/sched/park.c`; with V=1 it prints its commands instead, with -s nothing.
silent  := $(findstring s,$(filter-out ---%,$(firstword -$(MAKEFLAGS))))
verbose := $(filter-out 0,$(V))
Q       := $(if $(verbose),,@)
SAY     := @$(if $(silent)$(verbose),:,printf '%-4s %s\n')

PUBLIC  := runtime/greenload.h $(wildcard runtime/greenload/*.h)
RUNTIME := $(wildcard runtime/*/*.c) runtime/arch/$(CONTEXT)/context.c runtime/arch/$(MACHINE)/cancellable_syscall.c \
    $(wildcard runtime/arch/$(MACHINE)/claims.S)
RUNTIME += $(if $(COVERAGE),tests/coverage/ends.c)
LAUNCH  := $(wildcard preload/launcher/*.c) preload/patch/syscall_scan.c
HOOKS   := $(filter-out preload/launcher/%,$(wildcard preload/*/*.c)) preload/arch/$(MACHINE)/jump.c
DEMOS   := $(patsubst demos/%.c,$(BUILD)/demos/%,$(wildcard demos/*.c))
TOUR    := $(patsubst demos/tour/%.c,$(BUILD)/demos/tour/%,$(wildcard demos/tour/*.c))
# Those of the tests lie in folders by topic; what is built of them has a name, by which it is run.
sources  = $(filter-out tests/$(1)/library/%,$(wildcard tests/$(1)/*/*.c))
programs = $(addprefix $(BUILD)/tests/$(1)/,$(basename $(notdir $(call sources,$(1)))))
PROGRAMS:= $(call programs,programs)
UNITS   := $(call programs,unit)
LINKED  := $(call programs,linked)
TESTLIBS:= $(patsubst tests/%.c,$(BUILD)/tests/%.so,$(wildcard tests/*.c))
UNITLIBS:= $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%.so,$(wildcard tests/unit/library/*.c))
PROGLIBS:= $(patsubst tests/programs/%.c,$(BUILD)/tests/programs/%.so,$(wildcard tests/programs/library/*.c tests/programs/library/*/*.c))
REPORTS := $(patsubst tests/reports/%.c,$(BUILD)/tests/reports/%,$(wildcard tests/reports/*.c))
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(wildcard tests/bench/*.c))

# liburing is linked in: few programs come to need it, and a library of its own would cost each of them its loading.
OUR_URING := $(BUILD)/our_liburing.a
# So is libev: what it calls leads to the functions of runtime/io/libev_calls.c, and its own names stay inside, so that a
# program may use a libev of its own.
OUR_LIBEV := $(BUILD)/our_libev.a
LIBS    := $(OUR_LIBEV) $(OUR_URING)

objects = $(patsubst %,$(BUILD)/obj/%.o,$(basename $(1)))
LIB     := $(BUILD)/libgreenload.so
USE_LIB := -Iruntime -L$(BUILD) -lgreenload -Wl,-rpath,'$$ORIGIN/..' -Wl,-rpath,'$$ORIGIN/../..'

all: $(LIB) $(BUILD)/greenload $(DEMOS)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) $(DEPGEN) -include runtime/sys/strtol_of_c17.h -I. -Iruntime/arch/$(MACHINE) -DGREENLOAD_VERSION='"$(VERSION)"' -c $< -o $@

$(BUILD)/obj/%.o: %.S
	@mkdir -p $(@D)
	$(SAY) AS $<
	$(Q)$(CC) $(ALL_CFLAGS) $(DEPGEN) -c $< -o $@

# Hooks have the visibility of what they replace; the export map keeps everything else in.
$(BUILD)/obj/preload/%.o: ALL_CFLAGS += -fvisibility=default

# The fortified headers define some of the functions that the hooks are, with attributes that these would get, too. For
# clang, from glibc 2.40 on, they overload them. The hooks behind the _chk names have their prototypes in libc.h.
$(call objects,$(HOOKS)): ALL_CFLAGS += -U_FORTIFY_SOURCE

# The unit tests link the same objects, without it: to optimise the runtime once for each suite takes minutes.
$(call objects,$(RUNTIME) $(HOOKS)): ALL_CFLAGS += $(LTO) $(if $(LTO),-ffat-lto-objects)
$(UNITS): private ALL_CFLAGS += $(if $(LTO),-fno-lto)

# The report of who waits where finds the program's calls by the chain of frames.
$(call objects,$(RUNTIME) $(HOOKS)): ALL_CFLAGS += -fno-omit-frame-pointer

# They run on the stacks of the program's threads, which may have no more than PTHREAD_STACK_MIN.
$(call objects,$(RUNTIME) $(HOOKS)): ALL_CFLAGS += $(if $(INSTRUMENT),,-Wframe-larger-than=5000)

# Compiled without the sanitizer: what runs before it has begun, while the library is relocated and while the sanitizer
# looks for libc; the handler of setxid, which also runs in an OS thread of the sanitizer; and the switch of fibers.
EARLY   := $(filter %/libc.c %/libc_sanitized.c %/image.c %/fork.c %/dl.c %/sanitizers.c %/setxid.c %/fiber.c,$(RUNTIME) $(HOOKS))
$(call objects,$(EARLY)): ALL_CFLAGS += $(if $(SANITIZE),-fno-sanitize=all)

# Programs of libFuzzer's, which is clang's alone, of the sources that they are about.
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*.c))
fuzzers: $(FUZZERS)
$(BUILD)/fuzz/elf_file: preload/launcher/elf.c preload/launcher/object.c preload/launcher/refuse.c
$(BUILD)/fuzz/script: preload/launcher/script.c
$(BUILD)/fuzz/code: preload/patch/syscall_scan.c
$(BUILD)/fuzz/command_line: preload/launcher/options.c
$(BUILD)/fuzz/environment: preload/core/options.c
$(BUILD)/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.h
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)clang -std=gnu11 -O1 -g -D_GNU_SOURCE -fno-strict-aliasing -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	    -I. -Iruntime/arch/$(MACHINE) -DGREENLOAD_VERSION='"$(VERSION)"' -o $@ $(filter-out %/options.c,$(filter %.c,$^))

# What the library exports: the hooks in the manifest and the public functions in the header, nothing else.
$(BUILD)/exports.map: preload/calls.def $(PUBLIC) scripts/exports scripts/calls
	@mkdir -p $(@D)
	$(SAY) GEN $@
	$(Q)scripts/exports preload/calls.def runtime/greenload.h$(if $(COVERAGE), | sed 's/^global:/& _exit; _Exit;/') > $@

# Those of its functions that we have hooks for get other names in our copy: there they are the library's own.
$(BUILD)/liburing.a: preload/calls.def scripts/calls
	@mkdir -p $(@D)
	$(SAY) GEN $@
	$(Q)$(OBJCOPY) $$(scripts/calls | awk '$$2 ~ /io_uring_/ { print "--redefine-sym", $$2 "=our_" $$2 }') \
	    $(shell $(CC) -print-file-name=liburing.a) $@

# Its memory comes from runtime/io/ring.c.
$(OUR_URING): $(BUILD)/liburing.a
	$(SAY) GEN $@
	$(Q)$(OBJCOPY) --redefine-sym calloc=uring_calloc --redefine-sym free=uring_free $< $@

$(OUR_LIBEV): runtime/io/libev_calls.c
	@mkdir -p $(@D)
	$(SAY) GEN $@
	$(Q)$(OBJCOPY) $$(sed -nE 's/^[^#\t].*\blibev_([a-z_0-9]+)\(.*|^NEVER_CALLED\(([a-z_0-9]+)\)/--redefine-sym \1\2=libev_\1\2/p' $<) \
	    --redefine-sym stderr=libev_stderr $(shell $(CC) -print-file-name=libev.a) $@

$(LIB): $(OUR_LIBEV) $(OUR_URING) $(call objects,$(RUNTIME) $(HOOKS)) $(BUILD)/exports.map
	$(SAY) LD $@
	$(Q)$(CC) -shared $(CFLAGS) $(INSTRUMENT) $(LDFLAGS) $(LTO) -Wl,-soname,libgreenload.so.$(SOVERSION) -Wl,-z,now -Wl,-z,relro -Wl,-z,defs \
	    -Wl,-Bsymbolic-functions -Wl,--version-script,$(BUILD)/exports.map -o $@ \
	    $(call objects,$(RUNTIME) $(HOOKS)) $(LIBS) $(LOADER)
	$(Q)ln -sf $(@F) $@.$(SOVERSION)

# The launcher finds its library relative to itself, so that an installed tree can be moved as a whole.
LIBRARY_FROM_BIN = $(shell realpath -ms --relative-to="$(BINDIR)" "$(LIBDIR)")

$(BUILD)/obj/preload/launcher/library.o: $(BUILD)/library-from-bin
$(BUILD)/obj/preload/launcher/library.o: \
    ALL_CFLAGS += -DSONAME='"libgreenload.so.$(SOVERSION)"' -DLIBRARY_FROM_BIN='"$(LIBRARY_FROM_BIN)"'

# Where Debian has the libraries of this machine.
$(BUILD)/obj/preload/launcher/needed.o $(BUILD)/obj/preload/launcher/library.o: \
    ALL_CFLAGS += -DMULTIARCH='"$(shell $(CC) -dumpmachine | sed s/-pc-/-/)"'

# Rewritten only when it changes: `make install` with other directories than `make` had compiles one object anew.
$(BUILD)/library-from-bin: always
	@mkdir -p $(@D)
	@echo '$(LIBRARY_FROM_BIN)' | cmp -s - $@ || echo '$(LIBRARY_FROM_BIN)' > $@

$(BUILD)/greenload: $(call objects,$(LAUNCH))
	$(SAY) LD $@
	$(Q)$(CC) $(CFLAGS) $(INSTRUMENT) $(LDFLAGS) -o $@ $^

$(BUILD)/demos/%: demos/%.c $(LIB)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(DEPGEN) -o $@ $< $(USE_LIB) $(if $(filter fetch,$*),-lcurl)

define comes_from
$(BUILD)/tests/$(1)/$(basename $(notdir $(2))): $(2)

endef
$(foreach kind,programs unit linked,$(foreach source,$(call sources,$(kind)),$(eval $(call comes_from,$(kind),$(source)))))

# Programs that know nothing of us, and the same once more as distributions build theirs.
$(PROGRAMS): %:
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) -std=gnu11 -Wall -Wextra $(FATAL) -O2 -g -D_GNU_SOURCE $(DEPGEN) -I. -o $@ $(filter %.c,$^) $(PROGRAM_LIBS)
	$(SAY) LD $@.fortified
	$(Q)$(CC) -std=gnu11 -O2 -g -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -I. \
	    -o $@.fortified $(filter %.c,$^) $(PROGRAM_LIBS)

$(BUILD)/tests/programs/ring_waits: PROGRAM_LIBS = -luring
$(BUILD)/tests/programs/ring_numbers: PROGRAM_LIBS = -luring
$(BUILD)/tests/programs/kernel_aio: PROGRAM_LIBS = -laio
$(BUILD)/tests/programs/thread_executable_stack: PROGRAM_LIBS = -Wl,-z,execstack
$(BUILD)/tests/programs/thread_constructor: $(BUILD)/tests/programs/library/starts_threads.so
$(BUILD)/tests/programs/thread_constructor: PROGRAM_LIBS = -L$(BUILD)/tests/programs/library -l:starts_threads.so \
    -Wl,-rpath,'$$ORIGIN/library'

# Programs that hang: their functions are visible by name.
$(BUILD)/tests/reports/%: tests/reports/%.c $(LIB)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) -std=gnu11 -Wall -Wextra $(FATAL) -O2 -g -rdynamic -D_GNU_SOURCE $(DEPGEN) -I. -o $@ $< \
	    $(if $(shell grep -l '<greenload.h>' $<),$(USE_LIB))

# Linked without the library, so that the loader is free to have its constructor run first.
$(BUILD)/tests/early.so: tests/early.c
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) -shared -o $@ $<

$(BUILD)/tests/%.so: tests/%.c $(LIB)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) -shared -o $@ $< $(USE_LIB)

# The suites link the runtime's objects: nothing is interposed on the check runner.
$(UNITS): %: $(BUILD)/obj/tests/unit/libc_calls.o $(call objects,$(RUNTIME)) $(OUR_LIBEV) $(OUR_URING)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(DEPGEN) -I. -Iruntime/arch/$(MACHINE) -o $@ $(filter %.c %.o,$^) $(shell $(PKG_CONFIG) --cflags --libs check) \
	    $(LIBS) $(LOADER)

# What the programs load: a library finds what lies in `inner` beside it.
$(BUILD)/tests/programs/library/%.so: tests/programs/library/%.c
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) -fvisibility=default -shared -I. -o $@ $< -Wl,-rpath,'$$ORIGIN/inner' $(LIBRARY_FLAGS)

$(BUILD)/tests/programs/library/executable_stack.so: LIBRARY_FLAGS = -Wl,-z,execstack

# What the suites load.
$(BUILD)/tests/unit/library/%.so: tests/unit/library/%.c
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) -fvisibility=default -shared -o $@ $<

# A call must reach our hooks first, and from there ThreadSanitizer's functions. gcc by itself links the sanitizer before
# this library, and the sanitizer then takes our hooks for libc's functions.
LIBS_BEHIND := $(if $(filter thread,$(SANITIZE)),-nodefaultlibs -ltsan -lc -lgcc -lgcc_s)

# scripts/sanitize checks with it that ThreadSanitizer reports a race.
ifeq ($(SANITIZE),thread)
RACE    := $(BUILD)/tests/sanitizers/race
$(RACE): tests/sanitizers/race.c
endif

# Programs written for us, whose calls are hooked because they are linked with us.
$(LINKED) $(RACE): %: $(LIB)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(DEPGEN) -I. -o $@ $(filter %.c,$^) $(USE_LIB) -l:liburing.a $(LIBS_BEHIND)

# Only what uses our header is linked with us: the references are to be native.
$(BUILD)/tests/bench/%: tests/bench/%.c $(LIB)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(DEPGEN) -o $@ $< $(if $(shell grep -l '<greenload.h>' $<),$(USE_LIB)) \
	    $(if $(findstring fetch,$*),-lcurl)

# Go's compiler is there for one row: without it, that row says so.
GO_BENCHES := $(if $(shell sh -c 'command -v go'),$(BUILD)/tests/bench/echo_go)

$(BUILD)/tests/bench/echo_go: tests/bench/echo_go.go
	@mkdir -p $(@D)
	$(SAY) GO $@
	$(Q)GOCACHE="$(abspath $(BUILD))/go-cache" go build -o $@ $<

# `make bench QUICK=1`: fewer and shorter runs; `make bench ROWS='switch echo'`: some of the rows.
bench:
	@scripts/deps bench
	+@$(MAKE) --no-print-directory all $(BENCHES) $(GO_BENCHES)
	$(Q)BUILD=$(BUILD) scripts/bench $(if $(QUICK),--quick) $(ROWS)

# For scripts/claims.
library-objects:
	@printf '%s\n' $(call objects,$(RUNTIME) $(HOOKS))

units: $(UNITS) $(UNITLIBS)
linked: $(LINKED) $(RACE)
tests: $(TOUR) $(PROGRAMS) $(PROGLIBS) $(UNITS) $(UNITLIBS) $(LINKED) $(REPORTS) $(TESTLIBS)
benches: $(BENCHES)

# What the tests of a kind need beside themselves.
support-unit: $(UNITLIBS)
support-programs: $(LIB) $(BUILD)/greenload $(TESTLIBS) $(PROGLIBS)
support-linked support-reports: $(LIB)
support-tour: $(TOUR)
support-launcher support-real support-fetch: all

# make demo URLS='https://... https://...' fetches those.
demo:
	@scripts/deps demo
	+@$(MAKE) --no-print-directory all
	@BUILD='$(BUILD)' scripts/demo

# Small programs that do what every tutorial on coroutines does; what they print, and how long they take, is checked.
demo-tour: $(TOUR)
	@BUILD='$(BUILD)' scripts/tour

deps:
	$(Q)scripts/deps build demo check real lint bench systems

# `make check T='fork thread_life'` runs the tests of these names alone, as scripts/find-tests finds them.
check: TESTS = $(if $(T),named $(T),plain)
check-long: TESTS = long
torture: TESTS = torture

# The scripts run make again, hence the plus sign.
check check-long torture:
	@scripts/deps check $(if $(filter long,$(TESTS)),real)
	+@MAKE='$(MAKE)' BUILD='$(BUILD)' scripts/check $(TESTS)

# `make check-systems SYSTEMS=trixie`: what a new user does, on bare systems.
check-systems:
	@BUILD='$(BUILD)' SYSTEMS='$(SYSTEMS)' scripts/systems
# The tests that an emulator of the processor can run, on arm64's Debian 12.
check-aarch64:
	@scripts/deps aarch64
	@scripts/aarch64

lint:
	@scripts/deps lint
	+@MAKE='$(MAKE)' BUILD='$(BUILD)' scripts/lint

# Puts the sources into the layout that lint asks for.
format:
	@scripts/deps lint
	$(Q)find runtime preload tests demos -name '*.[ch]' -exec clang-format -i {} +

# The suites of the runtime alone: they need no root, no network and no server.
check-units: units
	@for suite in $(UNITS); do CK_TIMEOUT_MULTIPLIER=$${CK_TIMEOUT_MULTIPLIER:-5} "$$suite" || exit; done

# The sources as they are here, in $(BUILD)/greenload-$(VERSION).tar.gz.
dist:
	$(SAY) GEN $(BUILD)/greenload-$(VERSION).tar.gz
	$(Q)scripts/dist '$(VERSION)' '$(BUILD)'

# Debian packages of them, in $(BUILD)/deb.
deb:
	@scripts/deps package
	+@MAKE='$(MAKE)' BUILD='$(BUILD)' scripts/deb

# Builds them twice, and tries them in a system of their own.
check-deb:
	+@MAKE='$(MAKE)' BUILD='$(BUILD)' scripts/check-deb

# The suites and the linked tests, built with one sanitizer after the other.
sanitize:
	@scripts/deps check
	+@MAKE='$(MAKE)' BUILD='$(BUILD)' scripts/sanitize

# `make fuzz SECONDS_EACH=600`: a minute for each of tests/fuzz, unless said otherwise.
fuzz:
	@scripts/deps fuzz
	+@MAKE='$(MAKE)' BUILD='$(BUILD)' SECONDS_EACH='$(SECONDS_EACH)' scripts/fuzz

# Which lines the tests run; `make coverage SHOW=runtime/sched` names those of a folder that none does.
coverage:
	@scripts/deps check
	+@MAKE='$(MAKE)' BUILD='$(BUILD)' scripts/coverage $(SHOW)

.PHONY: units linked sanitize fuzz fuzzers coverage check-units dist deb check-deb $(addprefix support-,unit programs linked reports tour launcher real fetch)

PC_DIR  = $(LIBDIR)/pkgconfig
REAL    = libgreenload.so.$(VERSION)
# Pages that come from the headers; each function is found under its own name, be it described there or by hand.
MANUALS = $(patsubst runtime/greenload/%.h,$(BUILD)/man/green_%.3,$(filter-out %_x86_64.h,$(wildcard runtime/greenload/*.h)))

$(BUILD)/man/green_%.3: runtime/greenload/%.h scripts/manual
	@mkdir -p $(@D)
	$(SAY) GEN $@
	$(Q)scripts/manual $< > $@

manuals: $(MANUALS)

install: $(LIB) $(BUILD)/greenload $(MANUALS)
	install -d "$(DESTDIR)$(BINDIR)" "$(DESTDIR)$(LIBDIR)" "$(DESTDIR)$(PC_DIR)" "$(DESTDIR)$(INCLUDEDIR)/greenload" \
	    "$(DESTDIR)$(MANDIR)/man1" "$(DESTDIR)$(MANDIR)/man3" "$(DESTDIR)$(COMPLETIONDIR)"
	install -m 755 $(BUILD)/greenload "$(DESTDIR)$(BINDIR)/greenload"
	install -m 755 $(LIB) "$(DESTDIR)$(LIBDIR)/$(REAL)"
	ln -sf $(REAL) "$(DESTDIR)$(LIBDIR)/libgreenload.so.$(SOVERSION)"
	ln -sf libgreenload.so.$(SOVERSION) "$(DESTDIR)$(LIBDIR)/libgreenload.so"
	install -m 644 runtime/greenload.h "$(DESTDIR)$(INCLUDEDIR)/greenload.h"
	install -m 644 runtime/greenload/*.h "$(DESTDIR)$(INCLUDEDIR)/greenload"
	sed -e 's|@LIBDIR@|$(LIBDIR:$(PREFIX)/%=$${prefix}/%)|; s|@INCLUDEDIR@|$(INCLUDEDIR:$(PREFIX)/%=$${prefix}/%)|' \
	    -e 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' \
	    runtime/greenload.pc.in | install -m 644 /dev/stdin "$(DESTDIR)$(PC_DIR)/greenload.pc"
	$(if $(LIBDIR32),install -d "$(DESTDIR)$(LIBDIR32)" && as --32 -o $(BUILD)/empty.o /dev/null && \
	    ld -m elf_i386 -shared -o $(BUILD)/empty.so $(BUILD)/empty.o && \
	    install -m 644 $(BUILD)/empty.so "$(DESTDIR)$(LIBDIR32)/libgreenload.so.$(SOVERSION)")
	install -m 644 preload/greenload.1 "$(DESTDIR)$(MANDIR)/man1/greenload.1"
	install -m 644 preload/greenload.bash "$(DESTDIR)$(COMPLETIONDIR)/greenload"
	install -m 644 runtime/green_spawn.3 $(MANUALS) "$(DESTDIR)$(MANDIR)/man3"
	for page in runtime/green_spawn.3 $(MANUALS); do \
	    for name in $$(sed -n 's/^\.Nm \(green_[a-z_0-9]*\).*/\1/p' "$$page"); do \
	        test "$$name.3" = "$${page##*/}" || \
	        echo ".so man3/$${page##*/}" | install -m 644 /dev/stdin "$(DESTDIR)$(MANDIR)/man3/$$name.3" || exit; \
	    done; done
	@# A library that is installed for good is found at once; only root can tell the loader.
	test -n "$(DESTDIR)" || test "$$(id -u)" != 0 || ldconfig

uninstall:
	rm -f "$(DESTDIR)$(BINDIR)/greenload" "$(DESTDIR)$(INCLUDEDIR)/greenload.h" \
	    "$(DESTDIR)$(LIBDIR)/$(REAL)" "$(DESTDIR)$(LIBDIR)/libgreenload.so.$(SOVERSION)" \
	    "$(DESTDIR)$(LIBDIR)/libgreenload.so" "$(DESTDIR)$(PC_DIR)/greenload.pc" \
	    "$(DESTDIR)$(MANDIR)/man1/greenload.1" "$(DESTDIR)$(COMPLETIONDIR)/greenload"
	$(if $(LIBDIR32),rm -f "$(DESTDIR)$(LIBDIR32)/libgreenload.so.$(SOVERSION)")
	rm -rf "$(DESTDIR)$(INCLUDEDIR)/greenload"
	rm -f "$(DESTDIR)$(MANDIR)"/man3/green_*.3
	test -n "$(DESTDIR)" || test "$$(id -u)" != 0 || ldconfig

clean:
	rm -rf build

help:
	@echo 'make [all]      build/libgreenload.so, build/greenload, build/demos/*'
	@echo 'make demo       installs what it needs, then shows the URL fetcher at work'
	@echo 'make demo-tour  small programs with the public functions, and checks what they print'
	@echo 'make check      installs what it needs, then runs the tests'
	@echo "make check T=NAME    one of them: a suite, a program, a case; several names, patterns as 'cancel_*', unit/fork"
	@echo 'make check-long the tests that take longer'
	@echo 'make check-systems  demo and tests on Debian 12, 13 and unstable, in chroots'
	@echo 'make check-aarch64  the tests for arm64, in an emulator'
	@echo 'make torture    the tests on a build made to give bugs a chance'
	@echo 'make sanitize   the tests on builds with sanitizers'
	@echo 'make fuzz       libFuzzer at what reads files, code and options'
	@echo 'make coverage   which lines the tests run'
	@echo 'make bench      measures, prints a table, writes build/bench.json'
	@echo 'make lint       format, static analysis, layering, manifest'
	@echo 'make format     puts the sources into the layout that lint asks for'
	@echo 'make deps       installs everything that the targets above need'
	@echo 'make install    DESTDIR, PREFIX, BINDIR, LIBDIR, LIBDIR32, INCLUDEDIR, MANDIR, COMPLETIONDIR are honoured'
	@echo 'make uninstall'
	@echo 'make dist       the sources as a tarball'
	@echo 'make deb        Debian packages, in build/deb; make check-deb tries them'
	@echo 'make clean'
	@echo
	@echo 'make V=1 prints the commands. make WERROR=1 fails where the compiler warns, as lint and .ci/run do.'

.PHONY: all always library-objects manuals demo demo-tour tests benches bench deps check check-aarch64 check-systems check-long torture lint format install uninstall clean help
.DELETE_ON_ERROR:
.SECONDARY:
# Only where the compiler puts them: file systems of other systems are below $(BUILD), too.
-include $(shell find $(BUILD)/obj $(BUILD)/demos $(BUILD)/tests -name '*.d' 2>/dev/null)
