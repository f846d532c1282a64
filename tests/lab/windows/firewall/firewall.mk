# SPDX-License-Identifier: MIT
#
# The lab's Windows Firewall: firewall.dll (COM servers), fwstate.exe (factory
# state) and fwprobe.exe (walks the documented behaviour through COM).

FIREWALL_CC := $(or $(LAB_MINGW_CC),$(MINGW_CC),x86_64-w64-mingw32-gcc)
FIREWALL_DIR := tests/lab/windows/firewall
FIREWALL_OUT := $(BUILD)/lab
FIREWALL_OBJ := $(FIREWALL_OUT)/obj/firewall
FIREWALL_CPPFLAGS := -I. -DUNICODE -D_UNICODE -DCOBJMACROS -DWIN32_LEAN_AND_MEAN \
                     -D_WIN32_WINNT=0x0602 -D__USE_MINGW_ANSI_STDIO=0
FIREWALL_CFLAGS := -std=c11 $(or $(LAB_WARNINGS),$(WARNINGS)) \
                   -Wno-pedantic-ms-format -O2
FIREWALL_LDFLAGS := -static -s -Wl,--no-insert-timestamp
FIREWALL_LIBS := -lole32 -loleaut32 -ladvapi32 -lws2_32 -luuid

FIREWALL_NOUNS := text names settings factory factory_rules
FIREWALL_DLL_NOUNS := $(FIREWALL_NOUNS) rule meaning address ports options \
                      store group guids server class_object rule_object rules_object \
                      policy_object products_object

FIREWALL_DLL := $(FIREWALL_OUT)/firewall.dll
FIREWALL_EXES := $(FIREWALL_OUT)/fwstate.exe $(FIREWALL_OUT)/fwprobe.exe

.PHONY: lab lab-firewall
lab: lab-firewall
lab-firewall: $(FIREWALL_DLL) $(FIREWALL_EXES)

$(FIREWALL_DLL): $(FIREWALL_DLL_NOUNS:%=$(FIREWALL_OBJ)/%.o) \
                 $(FIREWALL_DIR)/firewall.def
	$(call say,LINK,$@)
	$(Q)$(FIREWALL_CC) -shared $(FIREWALL_LDFLAGS) -o $@ $^ $(FIREWALL_LIBS)

$(FIREWALL_OUT)/fwstate.exe: $(FIREWALL_OBJ)/fwstate.o \
                             $(FIREWALL_NOUNS:%=$(FIREWALL_OBJ)/%.o)
	$(call say,LINK,$@)
	$(Q)$(FIREWALL_CC) -municode $(FIREWALL_LDFLAGS) -o $@ $^ $(FIREWALL_LIBS)

$(FIREWALL_OUT)/fwprobe.exe: $(FIREWALL_OBJ)/guids.o $(FIREWALL_OBJ)/tap.o \
    $(patsubst $(FIREWALL_DIR)/%.c,$(FIREWALL_OBJ)/%.o,\
        $(wildcard $(FIREWALL_DIR)/fwprobe*.c))
	$(call say,LINK,$@)
	$(Q)$(FIREWALL_CC) -municode $(FIREWALL_LDFLAGS) -o $@ $^ $(FIREWALL_LIBS)

$(FIREWALL_OBJ)/%.o: $(FIREWALL_DIR)/%.c
	@mkdir -p $(@D)
	$(call say,WINCC,$<)
	$(Q)$(FIREWALL_CC) $(FIREWALL_CPPFLAGS) $(FIREWALL_CFLAGS) -MMD -MP -c -o $@ $<

$(FIREWALL_OBJ)/%.o: tests/lab/windows/%.c
	@mkdir -p $(@D)
	$(call say,WINCC,$<)
	$(Q)$(FIREWALL_CC) $(FIREWALL_CPPFLAGS) $(FIREWALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(wildcard $(FIREWALL_OBJ)/*.d)
