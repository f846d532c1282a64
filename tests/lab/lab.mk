# SPDX-License-Identifier: MIT
#
# What the lab needs: included by the top Makefile, and used alone by
# tests/lab/lab (`make -f tests/lab/lab.mk lab`), so that a lab comes up
# without the product.

BUILD ?= build
LAB := $(BUILD)/lab
LAB_CC := gcc
LAB_Q := $(if $(V),,@)
LAB_MINGW_CC := x86_64-w64-mingw32-gcc
LAB_WARNINGS := -Wall -Wextra -Wshadow -Wvla -Wformat=2 -Wstrict-prototypes \
                -Wmissing-prototypes -Wwrite-strings -Wconversion
ifdef WERROR
LAB_WARNINGS += -Werror
endif
LAB_CFLAGS := -std=c11 $(LAB_WARNINGS) -D_GNU_SOURCE -O2 -g
LAB_MINGW_CFLAGS := -std=c11 $(LAB_WARNINGS) -Wno-pedantic-ms-format \
                    -DUNICODE -D_UNICODE -DCOBJMACROS -D_WIN32_WINNT=0x0602 \
                    -O2 -fno-ident -municode -static -s \
                    -Wl,--no-insert-timestamp

LAB_PRODUCTS := $(LAB)/session $(LAB)/free_port $(LAB)/account.so \
                $(LAB)/relay $(LAB)/door $(LAB)/recorded \
                $(LAB)/guard.so $(LAB)/login.exe $(LAB)/resident.exe \
                $(LAB)/mode.exe $(LAB)/security.exe \
                $(LAB)/arguments.exe $(LAB)/registry.exe $(LAB)/killer.exe \
                $(LAB)/rightsprobe.exe $(LAB)/keyprobe.exe \
                $(LAB)/advapi32.dll $(LAB)/advapi32w.dll \
                $(LAB)/firewall.dll $(LAB)/fwstate.exe

.DELETE_ON_ERROR:
.PHONY: lab
lab: $(LAB_PRODUCTS)

$(LAB)/session $(LAB)/free_port $(LAB)/relay $(LAB)/door: $(LAB)/%: \
    tests/lab/native/%.c
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_CC) $(LAB_CFLAGS) -o $@ $<

$(LAB)/recorded: tests/lab/native/recorded.c payload/protocol.h
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_CC) $(LAB_CFLAGS) -I. -o $@ $< -lcrypto

$(LAB)/account.so $(LAB)/guard.so: $(LAB)/%.so: tests/lab/native/%.c
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_CC) $(LAB_CFLAGS) -fPIC -shared -o $@ $< -ldl

LAB_LOGIN_SRC := $(addprefix tests/lab/windows/,login.c shells.c output.c)
$(LAB)/login.exe: $(LAB_LOGIN_SRC) $(wildcard tests/lab/windows/*.h)
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(LAB_MINGW_CFLAGS) -o $@ $(LAB_LOGIN_SRC) -ladvapi32

include tests/lab/windows/remote/remote.mk
$(LAB)/resident.exe: tests/lab/windows/resident.c tests/lab/windows/parked.h \
                     $(REMOTE_COMMON) $(REMOTE_SERVER)
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(LAB_MINGW_CFLAGS) -mwindows -o $@ \
	    $(filter %.c %.o,$^) $(REMOTE_LIBS)

$(LAB)/security.exe $(LAB)/arguments.exe $(LAB)/registry.exe: $(LAB)/%.exe: tests/lab/windows/%.c
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(LAB_MINGW_CFLAGS) -o $@ $< -ladvapi32

$(LAB)/rightsprobe.exe $(LAB)/keyprobe.exe: $(LAB)/%.exe: \
    tests/lab/windows/%.c tests/lab/windows/tap.c tests/lab/windows/tap.h
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(LAB_MINGW_CFLAGS) -o $@ $(filter %.c,$^) \
	    -ladvapi32

$(LAB)/killer.exe: tests/lab/windows/killer.c
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(LAB_MINGW_CFLAGS) -o $@ $< -lntdll

LAB_MODE_SRC := $(addprefix tests/lab/windows/,mode.c mode_effects.c \
                advapi32/record.c advapi32/key_park.c \
                services/mode_services.c)
$(LAB)/mode.exe: $(LAB_MODE_SRC) tests/lab/windows/advapi32/record.h \
                 tests/lab/windows/advapi32/key_park.h \
                 tests/lab/windows/services/mode_services.h \
                 $(wildcard tests/lab/windows/*.h)
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(LAB_MINGW_CFLAGS) -o $@ $(LAB_MODE_SRC) -ladvapi32

# --- the stand-in for advapi32 ----------------------------------------------
#
# Wine's own is copied under another name; with its mark overwritten Wine
# takes the copy for any other DLL. The stand-in forwards to it.

WINE_DLLS := /usr/lib/x86_64-linux-gnu/wine/x86_64-windows
include tests/lab/windows/services/services.mk
ADVAPI32_SRC := $(wildcard tests/lab/windows/advapi32/*.c) \
                tests/lab/windows/netapi32/account.c $(SERVICES_SRC)
ADVAPI32_REPLACED := GetSecurityInfo SetSecurityInfo GetNamedSecurityInfoW \
                     SetNamedSecurityInfoW GetFileSecurityW SetFileSecurityW \
                     GetTokenInformation CheckTokenMembership \
                     RegSetValueExW RegDeleteValueW \
                     LookupAccountNameW LookupAccountSidW \
                     AdjustTokenPrivileges RegCreateKeyExW RegOpenKeyExW \
                     RegSetKeySecurity \
                     LsaOpenPolicy LsaClose LsaQueryInformationPolicy \
                     LsaAddAccountRights LsaRemoveAccountRights \
                     LsaEnumerateAccountRights \
                     LsaEnumerateAccountsWithUserRight \
                     $(SERVICES_REPLACED)

$(LAB)/advapi32w.dll: $(WINE_DLLS)/advapi32.dll
	@mkdir -p $(@D)
	$(LAB_Q)cp $< $@
	$(LAB_Q)at=$$(grep -abo -m1 'Wine builtin DLL' $@) && \
	    printf 'wmifleet copy of' | \
	    dd of=$@ bs=1 seek=$${at%%:*} conv=notrunc status=none

$(LAB)/advapi32.exports: $(WINE_DLLS)/advapi32.dll
	@mkdir -p $(@D)
	$(LAB_Q)x86_64-w64-mingw32-objdump -p $< >$@

$(LAB)/advapi32.def: $(LAB)/advapi32.exports \
                     tests/lab/windows/advapi32/forward.awk tests/lab/lab.mk \
                     $(SERVICES_DIR)/replaced.h
	$(LAB_Q)awk -v dll=advapi32 -v replaced='$(ADVAPI32_REPLACED)' \
	    -f tests/lab/windows/advapi32/forward.awk $< >$@

# What the stand-in itself calls comes from the copy.
$(LAB)/libadvapi32w.a: $(LAB)/advapi32.def
	$(LAB_Q)sed -e 's/^LIBRARY.*/LIBRARY advapi32w.dll/' -e 's/ = .*//' $< \
	    >$(LAB)/advapi32w.def
	$(LAB_Q)x86_64-w64-mingw32-dlltool -d $(LAB)/advapi32w.def -l $@

$(LAB)/advapi32.dll: $(ADVAPI32_SRC) $(LAB)/advapi32.def \
                     $(LAB)/libadvapi32w.a \
                     $(wildcard tests/lab/windows/*.h) \
                     $(wildcard tests/lab/windows/advapi32/*.h) \
                     tests/lab/windows/netapi32/account.h \
                     $(wildcard $(SERVICES_DIR)/*.h)
	$(LAB_Q)$(LAB_MINGW_CC) $(filter-out -municode,$(LAB_MINGW_CFLAGS)) -shared \
	    -nostdlib -Wl,--entry,DllMain -o $@ $(ADVAPI32_SRC) \
	    $(LAB)/advapi32.def $(LAB)/libadvapi32w.a -lmsvcrt -lkernel32

include tests/lab/windows/firewall/firewall.mk
include tests/lab/windows/wbem/wbem.mk
include tests/lab/windows/netapi32/netapi32.mk
include tests/lab/windows/iphlpapi/iphlpapi.mk
