# SPDX-License-Identifier: MIT
#
# The lab's local accounts: netapi32.dll, which forwards to a renamed copy of
# Wine's (as advapi32 does), and netprobe.exe (walks the documented behaviour).

NETAPI32_DIR := tests/lab/windows/netapi32
NETAPI32_SRC := $(addprefix $(NETAPI32_DIR)/,account.c rules.c groups.c \
                users.c policy.c join.c) \
                $(addprefix tests/lab/windows/remote/,password.c place.c)
NETAPI32_REPLACED := $(shell sed -n 's/^REPLACED(\(.*\));/\1/p' \
                     $(NETAPI32_DIR)/replaced.h)
NETPROBE_SRC := $(wildcard $(NETAPI32_DIR)/netprobe*.c) \
                tests/lab/windows/tap.c

lab: $(LAB)/netapi32.dll $(LAB)/netapi32w.dll $(LAB)/netprobe.exe

$(LAB)/netapi32w.dll: $(WINE_DLLS)/netapi32.dll
	@mkdir -p $(@D)
	$(LAB_Q)cp $< $@
	$(LAB_Q)at=$$(grep -abo -m1 'Wine builtin DLL' $@) && \
	    printf 'wmifleet copy of' | \
	    dd of=$@ bs=1 seek=$${at%%:*} conv=notrunc status=none

$(LAB)/netapi32.exports: $(WINE_DLLS)/netapi32.dll
	@mkdir -p $(@D)
	$(LAB_Q)x86_64-w64-mingw32-objdump -p $< >$@

$(LAB)/netapi32.def: $(LAB)/netapi32.exports $(NETAPI32_DIR)/replaced.h \
                     tests/lab/windows/advapi32/forward.awk
	$(LAB_Q)awk -v dll=netapi32 -v replaced='$(NETAPI32_REPLACED)' \
	    -f tests/lab/windows/advapi32/forward.awk $< >$@
	$(LAB_Q)printf '    %s = lab_%s\n' \
	    NetGetAadJoinInformation NetGetAadJoinInformation \
	    NetFreeAadJoinInformation NetFreeAadJoinInformation >>$@

# What the stand-in itself calls comes from the copy.
$(LAB)/libnetapi32w.a: $(LAB)/netapi32.def
	$(LAB_Q)sed -e 's/^LIBRARY.*/LIBRARY netapi32w.dll/' -e 's/ = .*//' -e '/Aad/d' $< \
	    >$(LAB)/netapi32w.def
	$(LAB_Q)x86_64-w64-mingw32-dlltool -d $(LAB)/netapi32w.def -l $@

$(LAB)/netapi32.dll: $(NETAPI32_SRC) $(LAB)/netapi32.def \
                     $(LAB)/libnetapi32w.a tests/lab/windows/modes.h \
                     $(wildcard $(NETAPI32_DIR)/*.h) \
                     $(addprefix tests/lab/windows/remote/,password.h place.h)
	$(LAB_Q)$(LAB_MINGW_CC) $(filter-out -municode,$(LAB_MINGW_CFLAGS)) \
	    -shared -o $@ $(NETAPI32_SRC) $(LAB)/netapi32.def \
	    $(LAB)/libnetapi32w.a -ladvapi32

$(LAB)/netprobe.exe: $(NETPROBE_SRC) $(wildcard $(NETAPI32_DIR)/netprobe*.h) \
                     tests/lab/windows/tap.h
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(LAB_MINGW_CFLAGS) -o $@ $(NETPROBE_SRC) \
	    -lnetapi32 -ladvapi32
