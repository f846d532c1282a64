#!/bin/sh
# SPDX-License-Identifier: MIT
# A dynamic inventory without _meta: each host is asked for by itself.
case $1 in
--list)
    cat <<'END'
{
    "web": ["w1", "w2"],
    "db": {"hosts": ["d1", "w2"], "vars": {"role": "db", "port": 5432}},
    "both": {"children": ["web", "db"], "vars": {"role": "both", "both": true}},
    "lonely": {"ansible_host": "10.0.0.9", "role": "lonely"},
    "nobody": {"hosts": []},
    "outer": {"children": ["both", "unheard_of"]}
}
END
    ;;
--host)
    case $2 in
    w1) echo '{"ansible_host": "10.0.0.1", "role": "first"}' ;;
    d1) echo '{"asked": "--host d1"}' ;;
    *) echo '{}' ;;
    esac
    ;;
esac
