# SPDX-License-Identifier: MIT
#
# What the lab needs: included by the top Makefile, and used alone by
# tests/lab/lab (`make -f tests/lab/lab.mk lab`), so that a lab comes up
# without the product.

BUILD ?= build
LAB := $(BUILD)/lab
LAB_CC := gcc
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
                $(LAB)/guard.so $(LAB)/login.exe $(LAB)/resident.exe \
                $(LAB)/mode.exe

.PHONY: lab
lab: $(LAB_PRODUCTS)

$(LAB)/session $(LAB)/free_port: $(LAB)/%: tests/lab/native/%.c
	@mkdir -p $(@D)
	$(LAB_CC) $(LAB_CFLAGS) -o $@ $<

$(LAB)/account.so $(LAB)/guard.so: $(LAB)/%.so: tests/lab/native/%.c
	@mkdir -p $(@D)
	$(LAB_CC) $(LAB_CFLAGS) -fPIC -shared -o $@ $< -ldl

LAB_LOGIN_SRC := $(addprefix tests/lab/windows/,login.c shells.c output.c)
$(LAB)/login.exe: $(LAB_LOGIN_SRC) $(wildcard tests/lab/windows/*.h)
	@mkdir -p $(@D)
	$(LAB_MINGW_CC) $(LAB_MINGW_CFLAGS) -o $@ $(LAB_LOGIN_SRC) -ladvapi32

$(LAB)/resident.exe: tests/lab/windows/resident.c
	@mkdir -p $(@D)
	$(LAB_MINGW_CC) $(LAB_MINGW_CFLAGS) -mwindows -o $@ $< -lole32

$(LAB)/mode.exe: tests/lab/windows/mode.c $(wildcard tests/lab/windows/*.h)
	@mkdir -p $(@D)
	$(LAB_MINGW_CC) $(LAB_MINGW_CFLAGS) -o $@ $< -ladvapi32
