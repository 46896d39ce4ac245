# greenload: builds into $(BUILD); the targets that people type are listed by `make help`.
CC      ?= gcc
BUILD   ?= build
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
VERSION := 0.1.0
SOVERSION := 0

ARCH    := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
# context_ARCH.c where there is one; `make CONTEXT=generic` takes swapcontext.
CONTEXT ?= $(if $(wildcard runtime/context_$(ARCH).c),$(ARCH),generic)

WARN    := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Werror
CFLAGS  ?= -O2 -g
ALL_CFLAGS := -std=gnu11 $(WARN) -fPIC -fvisibility=hidden -fno-plt -D_GNU_SOURCE $(CFLAGS) $(EXTRA_CFLAGS)
DEPGEN  = -MMD -MP

RUNTIME := $(filter-out runtime/context_%.c,$(wildcard runtime/*.c)) runtime/context_$(CONTEXT).c
LAUNCH  := $(wildcard preload/launcher*.c)
HOOKS   := $(filter-out $(LAUNCH),$(wildcard preload/*.c))
DEMOS   := $(patsubst demos/%.c,$(BUILD)/demos/%,$(wildcard demos/*.c))
PROGRAMS:= $(patsubst tests/programs/%.c,$(BUILD)/tests/programs/%,$(wildcard tests/programs/*.c))
UNITS   := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*.c))
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(wildcard tests/bench/*.c))

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB     := $(BUILD)/libgreenload.so
USE_LIB := -Iruntime -L$(BUILD) -lgreenload -Wl,-rpath,'$$ORIGIN/..' -Wl,-rpath,'$$ORIGIN/../..'

all: $(LIB) $(BUILD)/greenload $(DEMOS)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(DEPGEN) -Iruntime -DGREENLOAD_VERSION='"$(VERSION)"' -c $< -o $@

# Hooks have the visibility of what they replace; the export map keeps everything else in.
$(BUILD)/obj/preload/%.o: ALL_CFLAGS += -fvisibility=default

# The hooks behind the _chk names take their prototypes from the fortified headers.
$(BUILD)/obj/preload/fortify.o: ALL_CFLAGS += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2

# What the library exports: the hooks in the manifest and the public functions in the header, nothing else.
$(BUILD)/exports.map: preload/calls.def runtime/greenload.h scripts/exports
	@mkdir -p $(@D)
	scripts/exports preload/calls.def runtime/greenload.h > $@

$(LIB): $(call objects,$(RUNTIME) $(HOOKS)) $(BUILD)/exports.map
	$(CC) -shared $(CFLAGS) -Wl,-soname,libgreenload.so.$(SOVERSION) -Wl,-z,now -Wl,-z,relro -Wl,-z,defs \
	    -Wl,-Bsymbolic-functions -Wl,--version-script,$(BUILD)/exports.map -o $@ \
	    $(call objects,$(RUNTIME) $(HOOKS)) -lev $(wildcard /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1)
	ln -sf $(@F) $@.$(SOVERSION)

$(BUILD)/greenload: $(call objects,$(LAUNCH))
	$(CC) $(CFLAGS) -o $@ $^

$(BUILD)/demos/%: demos/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(DEPGEN) -o $@ $< $(USE_LIB) $(if $(filter fetch,$*),-lcurl)

# Programs that know nothing of us, and the same once more as distributions build theirs.
$(BUILD)/tests/programs/%: tests/programs/%.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -Wall -Wextra -Werror -O2 -g -D_GNU_SOURCE $(DEPGEN) -o $@ $<
	$(CC) -std=gnu11 -O2 -g -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 \
	    -o $@.fortified $<

$(BUILD)/tests/%.so: tests/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -shared -o $@ $< $(USE_LIB)

# The suites link the runtime's objects: nothing is interposed on the check runner.
$(BUILD)/tests/unit/%: tests/unit/%.c $(call objects,$(RUNTIME))
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(DEPGEN) -Iruntime -o $@ $(filter %.c %.o,$^) $(shell pkg-config --cflags --libs check) \
	    -lev $(wildcard /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1)

# Only what uses our header is linked with us: the references are to be native.
$(BUILD)/tests/bench/%: tests/bench/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(DEPGEN) -o $@ $< $(if $(shell grep -l '<greenload.h>' $<),$(USE_LIB)) \
	    $(if $(findstring fetch,$*),-lcurl)

# `make bench QUICK=1`: fewer and shorter runs; `make bench ROWS='switch echo'`: some of the rows.
bench: deps
	@$(MAKE) --no-print-directory all $(BENCHES)
	BUILD=$(BUILD) scripts/bench $(if $(QUICK),--quick) $(ROWS)

deps:
	scripts/deps

clean:
	rm -rf build

help:
	@echo 'make [all]      build/libgreenload.so, build/greenload, build/demos/*'
	@echo 'make demo       installs what it needs, then shows the URL fetcher at work'
	@echo 'make check      installs what it needs, then runs the tests'
	@echo 'make check-long the tests that take longer'
	@echo 'make torture    the tests on a build made to give bugs a chance'
	@echo 'make bench      measures, prints a table, writes build/bench.json'
	@echo 'make lint       format, static analysis, layering, manifest'
	@echo 'make install    DESTDIR and PREFIX are honoured'
	@echo 'make clean'

.PHONY: all bench deps clean help
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
