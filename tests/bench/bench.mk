# SPDX-License-Identifier: MIT
#
# The figures, measured: included by the top Makefile. See docs/benchmarks.md.

BENCH := $(BUILD)/bench

$(BENCH)/measure: tests/bench/measure.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) -std=c11 $(WARNINGS) -D_GNU_SOURCE -O2 -o $@ $<

$(BENCH)/empty.exe: tests/bench/empty.c
	@mkdir -p $(@D)
	$(call say,WINCC,$<)
	$(Q)$(MINGW_CC) -std=c11 $(WARNINGS) -Oz -municode -static -s -o $@ $<

.PHONY: bench-tools
bench-tools: $(BENCH)/measure $(BENCH)/empty.exe

.PHONY: bench
bench: deps
	@tools/deps bench
	@$(MAKE) --no-print-directory all lab farm bench-tools
	tests/bench/bench --build $(BUILD) $(if $(BENCH_QUICK),--quick)
