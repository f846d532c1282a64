# SPDX-License-Identifier: MIT
#
# objdump -p of Wine's advapi32.dll -> the module definition of the stand-in:
# every export forwarded to the renamed copy, but for those in REPLACED.
#   awk -v replaced='GetSecurityInfo ...' -f forward.awk
BEGIN {
    count = split(replaced, names, " ")
    for (i = 1; i <= count; i++)
        ours[names[i]] = 1
    print "LIBRARY advapi32.dll"
    print "EXPORTS"
}
/^\[Ordinal\/Name Pointer\] Table/ { in_names = 1; next }
in_names && /^[ \t]*\[ *[0-9]+\]/ {
    name = $NF
    if (name in ours)
        printf "    %s = lab_%s\n", name, name
    else
        printf "    %s = advapi32w.%s\n", name, name
    next
}
in_names && NF == 0 { in_names = 0 }
