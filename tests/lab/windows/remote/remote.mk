# SPDX-License-Identifier: MIT
#
# Remote WMI: objects for the programs that answer (resident.exe stands at
# TCP 135, service.dll at WMI's port) and for the one that calls (wbem.dll).

REMOTE_DIR := tests/lab/windows/remote
REMOTE_OBJ := $(LAB)/obj/remote
REMOTE_CFLAGS := -std=c11 $(LAB_WARNINGS) -Wno-pedantic-ms-format -I. \
                 -DUNICODE -D_UNICODE -DCOBJMACROS -DWIN32_LEAN_AND_MEAN \
                 -D_WIN32_WINNT=0x0602 -D__USE_MINGW_ANSI_STDIO=0 -O2
REMOTE_LIBS := -lwbemuuid -lole32 -loleaut32 -ladvapi32 -lws2_32 -luuid

lab: $(LAB)/wmiclient.exe $(LAB)/newuser.exe $(LAB)/putsd.exe

$(LAB)/wmiclient.exe: $(REMOTE_DIR)/wmiclient.c
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(LAB_MINGW_CFLAGS) -o $@ $< -lwbemuuid \
	    -lole32 -loleaut32 -luuid

$(LAB)/newuser.exe $(LAB)/putsd.exe: $(LAB)/%.exe: $(REMOTE_DIR)/%.c
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(LAB_MINGW_CFLAGS) -o $@ $< -lnetapi32 \
	    -ladvapi32

# What both sides need: the wire, the way, the firewall in it.
REMOTE_COMMON := $(patsubst %,$(REMOTE_OBJ)/%.o,wire place listener identity \
                   gate) \
                 $(patsubst %,$(LAB)/obj/firewall/%.o,text settings rule \
                   meaning address ports options store)
# What judges a caller.
REMOTE_SERVER := $(patsubst %,$(REMOTE_OBJ)/%.o,rpcss wmi callback caller com \
                   query trouble password account rights_store \
                   unsecapp) \
                 $(patsubst %,$(LAB)/obj/wbem/%.o,namespace access_list service)

# What calls.
REMOTE_CLIENT := $(patsubst %,$(REMOTE_OBJ)/%.o,blanket connection row result \
                   apartment operation remote_services unsecapp)

$(REMOTE_OBJ)/%.o: $(REMOTE_DIR)/%.c
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(REMOTE_CFLAGS) -MMD -MP -c -o $@ $<

$(REMOTE_OBJ)/account.o: tests/lab/windows/netapi32/account.c
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(REMOTE_CFLAGS) -MMD -MP -c -o $@ $<

$(REMOTE_OBJ)/rights_store.o: tests/lab/windows/advapi32/rights_store.c
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(REMOTE_CFLAGS) -MMD -MP -c -o $@ $<

-include $(wildcard $(REMOTE_OBJ)/*.d)
