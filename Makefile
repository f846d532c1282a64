# SPDX-License-Identifier: MIT
#
# Every command there is:
#
#   make              build/wmifleet, with the payload inside
#   make demo         the main job on three lab targets
#   make test         everything that CI runs; ends with "N passed, N failed"
#   make farm         build/farm/farm: thousands of targets for a test
#   make bench        the figures of docs/benchmarks.md (BENCH_QUICK=1: tiny)
#   make unit lab-test lint    parts of it (TESTS=tests/x.bats for some)
#   make fuzz         the parsers' fuzz targets (FUZZ="rpc json" FUZZ_RUNS=N)
#   make deps         install what is missing (Debian packages)
#   make install      PREFIX=/usr/local DESTDIR=
#   make uninstall clean
#
# BUILD= chooses another output folder, SAN=1 builds with ASan and UBSan,
# V=1 shows whole commands.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0

CC := gcc
MINGW_CC := x86_64-w64-mingw32-gcc
MINGW_WINDRES := x86_64-w64-mingw32-windres
INSTALL := install

WARNINGS := -Wall -Wextra -Wshadow -Wvla -Wformat=2 -Wstrict-prototypes \
            -Wmissing-prototypes -Wwrite-strings -Wconversion
ifdef WERROR
WARNINGS += -Werror
endif
CPPFLAGS := -I. -D_GNU_SOURCE -DWMIFLEET_VERSION='"$(VERSION)"'
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=c11 $(WARNINGS) $(CFLAGS) $(SAN_FLAGS)
, := ,
SAN_FLAGS := $(if $(SAN),-fsanitize=address$(,)undefined \
             -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
Q := $(if $(V),,@)
say = $(if $(V),,@echo "  $(1)  $(2)")
LIBS := -lssh2 -lcjson -luv -lsqlite3 -lcrypto
HOST := $(BUILD)$(if $(SAN),/san)

.PHONY: all
all: $(HOST)/wmifleet

# Files that change only when the flags in them do. -Werror makes no object.
.PHONY: always
%/flags: always
	@mkdir -p $(@D)
	@printf '%s\n' "$$FLAGS" | cmp -s - $@ || printf '%s\n' "$$FLAGS" >$@

# --- the payload ------------------------------------------------------------

CJSON := build/cjson
PAYLOAD := $(BUILD)/payload
PAYLOAD_SRC := $(wildcard payload/*.c payload/*/*.c) base/err.c base/buf.c \
               base/problems.c base/word.c base/utf8.c $(wildcard base/json*.c)
PAYLOAD_OBJ := $(PAYLOAD_SRC:%.c=$(PAYLOAD)/%.o) $(PAYLOAD)/cJSON.o \
               $(PAYLOAD)/payload/payload.res
# __strtod: msvcrt's strtod, which is enough for numbers that the strict
# scanner has passed, instead of 20 KiB of mingw's.
PAYLOAD_CPPFLAGS := -D__strtod=strtod -I. -I$(CJSON)/include -DUNICODE -D_UNICODE -DCOBJMACROS \
                    -D_WIN32_WINNT=0x0602 -DWIN32_LEAN_AND_MEAN \
                    -DCJSON_HIDE_SYMBOLS -D__USE_MINGW_ANSI_STDIO=0 \
                    -DWMIFLEET_VERSION='"$(VERSION)"'
# The whole program is optimised at once, for size: LTO= leaves that out.
LTO := -flto=auto
PAYLOAD_CFLAGS = -std=c11 $(WARNINGS) -Wno-pedantic-ms-format -Oz $(LTO) \
                  -malign-data=abi \
                  -ffunction-sections -fdata-sections -fno-ident \
                  -fno-asynchronous-unwind-tables \
                  -ffile-prefix-map=$(CURDIR)=.
PAYLOAD_LDFLAGS := -municode -static -s -Oz $(LTO) -flto-partition=one \
                   -Wl,--gc-sections \
                   -Wl,--no-insert-timestamp -Wl,--dynamicbase \
                   -Wl,--nxcompat -Wl,--high-entropy-va
PAYLOAD_LIBS := -lole32 -loleaut32 -ladvapi32

$(PAYLOAD)/flags: export FLAGS = $(MINGW_CC) $(PAYLOAD_CPPFLAGS) \
    $(filter-out -Werror,$(PAYLOAD_CFLAGS)) $(PAYLOAD_LDFLAGS) $(PAYLOAD_LIBS)

$(PAYLOAD)/wmifleet-payload.exe: $(PAYLOAD_OBJ)
	$(call say,LINK,$@)
	$(Q)$(MINGW_CC) $(PAYLOAD_LDFLAGS) -o $@ $^ $(PAYLOAD_LIBS)

$(PAYLOAD)/%.o: %.c $(PAYLOAD)/flags | $(CJSON)/include/cjson/cJSON.h
	@mkdir -p $(@D)
	$(call say,WINCC,$<)
	$(Q)$(MINGW_CC) $(PAYLOAD_CPPFLAGS) $(PAYLOAD_CFLAGS) -MMD -MP -c -o $@ $<

# The linker's plugin knows no section for a GUID of its own.
$(PAYLOAD)/payload/win32/guids.o: LTO :=

$(PAYLOAD)/cJSON.o: $(CJSON)/include/cjson/cJSON.h $(PAYLOAD)/flags
	@mkdir -p $(@D)
	$(call say,WINCC,$(CJSON)/source/cJSON.c)
	$(Q)$(MINGW_CC) $(PAYLOAD_CPPFLAGS) $(PAYLOAD_CFLAGS) -w -c -o $@ \
	    $(CJSON)/source/cJSON.c

$(PAYLOAD)/payload/payload.res: payload/payload.rc $(PAYLOAD)/flags
	@mkdir -p $(@D)
	$(call say,WINRC,$<)
	$(Q)$(MINGW_WINDRES) -I. -DWMIFLEET_VERSION='\"$(VERSION)\"' -O coff -o $@ $<

# cJSON's source: CJSON_SRC=DIR, else Debian's source package.
$(CJSON)/include/cjson/cJSON.h:
	tools/cjson-source $(CJSON) $(CJSON_SRC)

.PHONY: payload
payload: $(PAYLOAD)/wmifleet-payload.exe

# --- the controller ---------------------------------------------------------

# What settings.c judges SIDs with, the names of codes, the ports of rules.
PORTABLE_PAYLOAD := payload/descriptor/sid.c payload/win32/errors.c \
                    payload/firewall/port_set.c

LIB_SRC := $(wildcard base/*.c inventory/*.c judgement/*.c verify/*.c) \
           $(filter-out controller/main.c,$(wildcard controller/*.c controller/*/*.c)) \
           $(wildcard payload/settings/*.c) \
           $(PORTABLE_PAYLOAD)
LIB_OBJ := $(LIB_SRC:%.c=$(HOST)/%.o) $(HOST)/payload_image.o

$(HOST)/wmifleet: $(HOST)/controller/main.o $(LIB_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(HOST)/flags: export FLAGS = $(CC) $(CPPFLAGS) \
    $(filter-out -Werror,$(ALL_CFLAGS)) $(LDFLAGS) $(LIBS)

$(HOST)/%.o: %.c $(HOST)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(HOST)/payload_image.o: controller/job/payload_image.S \
                         $(PAYLOAD)/wmifleet-payload.exe
	@mkdir -p $(@D)
	$(call say,AS,$<)
	$(Q)$(CC) -DPAYLOAD_FILE='"$(PAYLOAD)/wmifleet-payload.exe"' -c -o $@ $<

# --- tests ------------------------------------------------------------------

UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_HELP_OBJ := $(patsubst %.c,$(HOST)/%.o,\
                 $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c)))
UNIT_BIN := $(UNIT_SRC:%.c=$(HOST)/%)

# Payload files for native tests: those whose header says that they are free
# of windows.h, as long as they are.
PAYLOAD_PLAIN_SRC := $(filter-out payload/settings/% $(PORTABLE_PAYLOAD),\
    $(shell grep -L -e windows.h -e com.h $(wildcard $(patsubst %.h,%.c,\
        $(shell grep -l 'Free of windows.h' payload/*/*.h)))))
PAYLOAD_PLAIN_OBJ := $(PAYLOAD_PLAIN_SRC:%.c=$(HOST)/%.o)

# Programs in which the nth allocation is made to fail (alloc_door.h).
ALLOC_DOOR := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup \
              -Wl,--wrap=reallocarray,--wrap=strndup \
              -Wl,--wrap=asprintf,--wrap=vasprintf
ALLOC_DOOR_TESTS := account_memory buf environment fold inventory_memory \
                    job_memory jump_memory probe_memory replace_memory log \
                    problems report rule_group settings
$(foreach t,$(ALLOC_DOOR_TESTS),$(eval UNIT_LIBS_test_$(t) := $(ALLOC_DOOR)))

UNIT_LIBS_test_ssh := -Wl,--wrap=recv
UNIT_LIBS_test_ssh_prompt := -lssh
UNIT_LIBS_test_farm_stream := -Wl,--wrap=play_init,--wrap=play_release
$(UNIT_BIN): $(HOST)/tests/unit/%: $(HOST)/tests/unit/%.o $(UNIT_HELP_OBJ) \
             $(LIB_OBJ) $(PAYLOAD_PLAIN_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) $(UNIT_LIBS_$*) -lcmocka

$(HOST)/tests/unit/test_farm_stream: $(HOST)/tests/farm/stream.o

.PHONY: unit-bins
unit-bins: $(UNIT_BIN)

-include tests/lab/lab.mk
include tests/farm/farm.mk
include tests/fuzz/fuzz.mk
include tests/bench/bench.mk

.PHONY: unit
unit:
	$(MAKE) SAN=1 WERROR=1 unit-bins
	tools/run-tests --build $(BUILD) unit

.PHONY: test
test: deps
	tools/run-tests --build $(BUILD) all

.PHONY: lab-test
lab-test: deps
	tools/run-tests --build $(BUILD) bats $(TESTS)

.PHONY: fuzz
fuzz: deps
	FUZZ='$(FUZZ)' FUZZ_RUNS='$(FUZZ_RUNS)' \
	    tools/run-tests --build $(BUILD) fuzz

.PHONY: lint
lint: deps
	tools/lint $(BUILD)

.PHONY: demo
demo: deps
	@$(MAKE) --no-print-directory all lab
	tests/demo $(BUILD)

# --- the rest ---------------------------------------------------------------

.PHONY: deps
deps:
	@tools/deps

.PHONY: install uninstall clean
install: all
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
	    $(DESTDIR)$(PREFIX)/share/wmifleet
	$(INSTALL) -m 755 $(HOST)/wmifleet $(DESTDIR)$(PREFIX)/bin/wmifleet
	$(INSTALL) -m 644 docs/wmifleet.1 \
	    $(DESTDIR)$(PREFIX)/share/man/man1/wmifleet.1
	$(INSTALL) -m 644 inventory/schema.json \
	    $(DESTDIR)$(PREFIX)/share/wmifleet/schema.json

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/wmifleet \
	    $(DESTDIR)$(PREFIX)/share/man/man1/wmifleet.1 \
	    $(DESTDIR)$(PREFIX)/share/wmifleet/schema.json
	rmdir --ignore-fail-on-non-empty $(DESTDIR)$(PREFIX)/share/wmifleet

clean:
	rm -rf $(BUILD)

-include $(shell find $(HOST) $(PAYLOAD) -name '*.d' -type f 2>/dev/null)
