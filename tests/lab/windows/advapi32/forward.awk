# SPDX-License-Identifier: MIT
#
# objdump -p of one of Wine's DLLs -> the module definition of its stand-in:
# every export forwarded to the renamed copy, but for those in REPLACED.
#   awk -v dll=advapi32 -v replaced='GetSecurityInfo ...' -f forward.awk
BEGIN {
    count = split(replaced, names, " ")
    for (i = 1; i <= count; i++)
        ours[names[i]] = 1
    print "LIBRARY " dll ".dll"
    print "EXPORTS"
}
/^\[Ordinal\/Name Pointer\] Table/ { in_names = 1; next }
in_names && /^[ \t]*\[ *[0-9]+\]/ {
    name = $NF
    if (name in ours)
        printf "    %s = lab_%s\n", name, name
    else
        printf "    %s = %sw.%s\n", name, dll, name
    next
}
in_names && NF == 0 { in_names = 0 }
