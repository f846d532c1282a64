# SPDX-License-Identifier: MIT
#
# The farm: thousands of targets in one process. Included by the top Makefile.

FARM := $(HOST)/farm
FARM_OBJ := $(patsubst %.c,$(HOST)/%.o,$(wildcard tests/farm/*.c)) \
            $(addprefix $(HOST)/base/,buf.o err.o utf8.o json.o json_keys.o \
              json_print.o json_scan.o)

.PHONY: farm
farm: $(FARM)/farm $(FARM)/names.so

$(FARM)/farm: $(FARM_OBJ)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -lssh -luv -lcjson -lcrypto

# Preloaded into the controller: a resolver that can be silent.
$(FARM)/names.so: tests/peers/names.c
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -fPIC -shared -D_GNU_SOURCE -o $@ $<
