# SPDX-License-Identifier: MIT
#
# Who listens on which port, and the machine's addresses: iphlpapi.dll, which forwards to a renamed copy
# of Wine's, as advapi32 does.

IPHLPAPI_SRC := $(wildcard tests/lab/windows/iphlpapi/*.c)

lab: $(LAB)/iphlpapi.dll $(LAB)/iphlpapiw.dll

$(LAB)/iphlpapiw.dll: $(WINE_DLLS)/iphlpapi.dll
	@mkdir -p $(@D)
	$(LAB_Q)cp $< $@
	$(LAB_Q)at=$$(grep -abo -m1 'Wine builtin DLL' $@) && \
	    printf 'wmifleet copy of' | \
	    dd of=$@ bs=1 seek=$${at%%:*} conv=notrunc status=none

$(LAB)/iphlpapi.def: $(WINE_DLLS)/iphlpapi.dll \
                     tests/lab/windows/advapi32/forward.awk \
                     tests/lab/windows/iphlpapi/iphlpapi.mk
	@mkdir -p $(@D)
	$(LAB_Q)x86_64-w64-mingw32-objdump -p $< >$(LAB)/iphlpapi.exports
	$(LAB_Q)awk -v dll=iphlpapi \
	    -v replaced='GetAdaptersAddresses GetExtendedTcpTable' \
	    -f tests/lab/windows/advapi32/forward.awk $(LAB)/iphlpapi.exports >$@

$(LAB)/iphlpapi.dll: $(IPHLPAPI_SRC) $(LAB)/iphlpapi.def
	$(LAB_Q)$(LAB_MINGW_CC) $(filter-out -municode,$(LAB_MINGW_CFLAGS)) \
	    -shared -o $@ $(IPHLPAPI_SRC) $(LAB)/iphlpapi.def -ladvapi32
