#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# report: a file about a run, of a fleet in which some are broken or hostile.

bats_require_minimum_version 1.5.0
load farm

setup_file() {
    farm_start 60 --fault refuse:5 --fault truncated-result:5 \
        --fault escape-texts:5
    export WMIFLEET_STORE=$LAB/state.db
    assert_equal "$(run_to seen check --json --reason 'a < b & "c"')" 6
    run_to one ping --json -l f00001
}

teardown_file() {
    farm_stop
}

# report FILE [RUN]: of the check, unless RUN says otherwise.
report() {
    local run
    run=$(jq -r 'select(.host).run' "$LAB/seen.out" | head -n 1)
    "$WMIFLEET" report "${2:-$run}" -o "$1"
}

# How many hosts of the check ended so.
hosts_that_are() {
    jq -r --arg word "$1" 'select(.status == $word).host' "$LAB/seen.out" |
        wc -l
}

@test "json: the run and the objects that --json gave" {
    report "$LAB/r.json"
    jq -S -c 'select(.host)' "$LAB/seen.out" | sort >"$LAB/given"
    jq -S -c '.hosts[]' "$LAB/r.json" | sort >"$LAB/told"
    cmp "$LAB/given" "$LAB/told"
    assert_equal "$(jq -r '.run | [.verb, .reason, .hosts, .exit_status] |
        @tsv' "$LAB/r.json")" $'check\ta < b & "c"\t60\t6'
}

@test "xml: well-formed, and its counts are those of its cases" {
    report "$LAB/r.xml"
    python3 - "$LAB/r.xml" "$(hosts_that_are unreachable)" <<'END'
import sys
import xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot().find("testsuite")
cases = suite.findall("testcase")
def having(name):
    return sum(case.find(name) is not None for case in cases)
for name, count in (("tests", len(cases)), ("failures", having("failure")),
                    ("errors", having("error")),
                    ("skipped", having("skipped"))):
    assert int(suite.get(name)) == count, (name, suite.get(name), count)
assert len({case.get("classname") for case in cases}) == 60
refused = [case for case in cases if case.find("error") is not None
           and case.find("error").get("type") == "refused"]
assert len(refused) == int(sys.argv[2]) > 0
assert suite.find("properties/property[@name='reason']").get("value") \
    == 'a < b & "c"'
END
}

@test "html: one page that stands alone, every host once in its table" {
    report "$LAB/r.html"
    python3 - "$LAB/r.html" "$(hosts_that_are drift)" <<'END'
import html.parser
import sys
ALONE = {"meta", "br"}
class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.rows, self.numbers, self.ids, self.links = \
            [], [], {}, set(), set()
    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        assert not {"src", "onload", "onclick"} & given.keys(), given
        assert tag not in ("script", "img", "link", "iframe"), tag
        if tag not in ALONE:
            self.open.append(tag)
        self.ids.add(given.get("id"))
        if tag == "a":
            assert given["href"].startswith("#"), given
            self.links.add(given["href"][1:])
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
    def handle_data(self, data):
        if self.open[-2:] == ["tr", "th"] and "tbody" in self.open:
            self.rows.append(data)
        if self.open[-1:] == ["b"]:
            self.number = data
        elif self.open[-1:] == ["li"]:
            self.numbers[data.strip()] = int(self.number)
with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
assert not any(ord(c) < 32 and c != "\n" or ord(c) == 0x202e for c in text)
page = Page()
page.feed(text)
page.close()
assert page.open == []
assert sorted(page.rows) == [f"f{k:05}" for k in range(1, 61)]
assert page.numbers["drift"] == int(sys.argv[2]) > 0
assert page.links <= page.ids
END
}

@test "the last run is told where none is named" {
    "$WMIFLEET" report -o "$LAB/last.json"
    assert_equal "$(jq -r .run.verb "$LAB/last.json")" ping
}

@test "hosts that the run did not come to are told as not tried" {
    run_to few check --json --canary 1 >"$LAB/status"
    "$WMIFLEET" report -o "$LAB/few.json"
    assert_equal "$(jq -r '.hosts[].status' "$LAB/few.json" |
        grep -c not_tried)" 59
    "$WMIFLEET" report -o "$LAB/few.html"
    grep -q '<b>59</b> not tried' "$LAB/few.html"
    assert_equal "$(grep -c '<th scope="row">' "$LAB/few.html")" 60
}

@test "what cannot be written is said, and nothing is left of it" {
    run -1 "$WMIFLEET" report -o "$LAB/not/there.html"
    assert_contains "$output" "$LAB/not/there.html: cannot be written: No such"
    run -1 "$WMIFLEET" report nonsense -o "$LAB/x.html"
    assert_contains "$output" nonsense
    run -5 "$WMIFLEET" report -o "$LAB/x.pdf"
    assert_contains "$output" 'ends in .html, .json or .xml'
    run -5 "$WMIFLEET" report
    run -5 "$WMIFLEET" report -o
    run -0 find "$LAB" -name 'x.*' -o -name '*.html.*'
    assert_equal "$output" ''
}

@test "a report that was there stays whole until the new one is" {
    printf 'old\n' >"$LAB/kept.html"
    chmod 600 "$LAB/kept.html"
    run -1 "$WMIFLEET" report nonsense -o "$LAB/kept.html"
    assert_equal "$(cat "$LAB/kept.html")" old
    (umask 027 && "$WMIFLEET" report -o "$LAB/kept.html")
    assert_equal "$(stat -c %a "$LAB/kept.html")" 640
}
