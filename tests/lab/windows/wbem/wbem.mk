# SPDX-License-Identifier: MIT
#
# The lab's WMI namespaces: wbem.dll (a COM server) and wbemprobe.exe (walks
# the documented behaviour through COM).

WBEM_DIR := tests/lab/windows/wbem
WBEM_OBJ := $(LAB)/obj/wbem
WBEM_CFLAGS := -std=c11 $(LAB_WARNINGS) -Wno-pedantic-ms-format -I. -DUNICODE \
               -D_UNICODE -DCOBJMACROS -D_WIN32_WINNT=0x0602 \
               -D__USE_MINGW_ANSI_STDIO=0 -O2
WBEM_LDFLAGS := -static -s -Wl,--no-insert-timestamp
WBEM_LIBS := -lwbemuuid -lole32 -loleaut32 -ladvapi32 -luuid
WBEM_NOUNS := access_list namespace object qualifiers service services locator \
              server class_object

lab: $(LAB)/wbem.dll $(LAB)/wbemprobe.exe

$(LAB)/wbem.dll: $(WBEM_NOUNS:%=$(WBEM_OBJ)/%.o) $(WBEM_DIR)/wbem.def \
                 $(REMOTE_COMMON) $(REMOTE_CLIENT)
	$(LAB_Q)$(LAB_MINGW_CC) -shared $(WBEM_LDFLAGS) -o $@ $^ $(REMOTE_LIBS)

$(LAB)/wbemprobe.exe: $(WBEM_OBJ)/tap.o \
    $(patsubst $(WBEM_DIR)/%.c,$(WBEM_OBJ)/%.o,\
        $(wildcard $(WBEM_DIR)/wbemprobe*.c))
	$(LAB_Q)$(LAB_MINGW_CC) -municode $(WBEM_LDFLAGS) -o $@ $^ $(WBEM_LIBS)

$(WBEM_OBJ)/%.o: $(WBEM_DIR)/%.c
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(WBEM_CFLAGS) -MMD -MP -c -o $@ $<

$(WBEM_OBJ)/%.o: tests/lab/windows/%.c
	@mkdir -p $(@D)
	$(LAB_Q)$(LAB_MINGW_CC) $(WBEM_CFLAGS) -MMD -MP -c -o $@ $<

-include $(wildcard $(WBEM_OBJ)/*.d)
