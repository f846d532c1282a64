# SPDX-License-Identifier: MIT
#
# The fuzz targets, built by clang with libFuzzer and the sanitizers. Included
# by the top Makefile.

FUZZ_CC := clang
FUZZ_DIR := $(BUILD)/fuzz
FUZZ_SAN := address,undefined,float-cast-overflow
FUZZ_CFLAGS := -std=c11 -O1 -g -fno-omit-frame-pointer \
               -fno-sanitize-recover=all
FUZZ_TARGET_SRC := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_BIN := $(FUZZ_TARGET_SRC:tests/fuzz/%.c=$(FUZZ_DIR)/%)

# The parsers, and what they need; what a target does not need is left out
# when it is linked.
FUZZ_LIB_SRC := $(wildcard base/*.c inventory/*.c judgement/*.c \
    payload/settings/*.c verify/*.c \
    controller/report/recap*.c controller/report/describe*.c \
    controller/result/*.c) $(PORTABLE_PAYLOAD) $(PAYLOAD_PLAIN_SRC) \
    $(addprefix controller/,$(addsuffix .c,report/entries \
      $(addprefix host_keys/,known_hosts known_hosts_file known_hosts_line \
        known_hosts_match key_index) \
      $(addprefix undo/,snapshot_file snapshots undo undo_settings) \
      job/kept_target ssh/wire))
FUZZ_LIB_OBJ := $(FUZZ_LIB_SRC:%.c=$(FUZZ_DIR)/%.o)

FUZZ_EDGE := $(patsubst %,-Wl$(,)--wrap=buf_%,add add_text add_char addf addv \
               room added drop_front reset take)

$(FUZZ_DIR)/flags: export FLAGS = $(FUZZ_CC) $(CPPFLAGS) $(FUZZ_CFLAGS) \
    $(FUZZ_SAN)

$(FUZZ_DIR)/%.o: %.c $(FUZZ_DIR)/flags
	@mkdir -p $(@D)
	$(call say,FUZZCC,$<)
	$(Q)$(FUZZ_CC) $(CPPFLAGS) $(FUZZ_CFLAGS) -Wall -Wextra \
	    -fsanitize=fuzzer-no-link,$(FUZZ_SAN) -MMD -MP -c -o $@ $<

$(FUZZ_DIR)/parsers.a: $(FUZZ_LIB_OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(FUZZ_BIN): $(FUZZ_DIR)/%: $(FUZZ_DIR)/tests/fuzz/%.o \
             $(FUZZ_DIR)/tests/fuzz/fuzz.o $(FUZZ_DIR)/tests/fuzz/buf_edge.o \
             $(FUZZ_DIR)/parsers.a
	$(call say,LINK,$@)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer,$(FUZZ_SAN) \
	    $(LDFLAGS) $(FUZZ_EDGE) -o $@ $^ -lcjson -lcrypto

.PHONY: fuzz-bins
fuzz-bins: $(FUZZ_BIN)

-include $(shell find $(FUZZ_DIR) -name '*.d' -type f 2>/dev/null)
