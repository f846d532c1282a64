# SPDX-License-Identifier: MIT
#
# The lab's service control manager: the part of advapi32's stand-in that
# stands in this folder.

SERVICES_DIR := tests/lab/windows/services
SERVICES_SRC := $(addprefix $(SERVICES_DIR)/,handle.c guarded.c open.c \
                object_security.c \
                kin.c dependants.c control.c config.c)
SERVICES_REPLACED := $(shell sed -n 's/^REPLACED(\(.*\));/\1/p' \
                     $(SERVICES_DIR)/replaced.h)
SVCPROBE_SRC := $(wildcard $(SERVICES_DIR)/svcprobe*.c)

lab: $(LAB)/svcprobe.exe $(LAB)/service.dll $(LAB)/svcstate.exe \
     $(LAB)/winmgmt.exe

$(LAB)/svcprobe.exe: $(SVCPROBE_SRC) $(wildcard $(SERVICES_DIR)/svcprobe*.h)
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(LAB_MINGW_CFLAGS) -o $@ $(SVCPROBE_SRC) \
	    -ladvapi32

$(LAB)/service.dll: $(SERVICES_DIR)/host.c tests/lab/windows/modes.h \
                    $(REMOTE_COMMON) $(REMOTE_SERVER)
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(filter-out -municode,$(LAB_MINGW_CFLAGS)) \
	    -shared -o $@ $(filter %.c %.o,$^) -Wl,--kill-at $(REMOTE_LIBS)

$(LAB)/svcstate.exe $(LAB)/winmgmt.exe: $(LAB)/%.exe: $(SERVICES_DIR)/%.c \
                                        tests/lab/windows/modes.h
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(LAB_MINGW_CFLAGS) -o $@ $< -ladvapi32
