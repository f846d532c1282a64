/* SPDX-License-Identifier: MIT */
#include "base/json.h"
#include "base/word.h"
#include "judgement/rows.h"

void row_encryption(struct bench *bench)
{
    const struct settings *wish = bench->wish;
    const cJSON *item;
    cJSON_ArrayForEach (item, bench_fact(bench, "namespaces")) {
        const char *path = json_text(item, "path");
        for (size_t i = 0; path != NULL && i < wish->namespace_count; i++)
            if (cJSON_IsTrue(json_member(item, "requires_encryption")) &&
                word_same(wish->namespaces[i].path, path))
                bench_say(bench,
                          "the namespace %s refuses calls that are not "
                          "encrypted (RequiresEncryption): clients must use "
                          "packet privacy (-AuthenticationLevel "
                          "PacketPrivacy)",
                          wish->namespaces[i].path);
    }
}

/* Windows enforces integrity since March 2023 without the value: one that is
 * set says that somebody decided so, perhaps on a Windows older than that. */
void row_old_clients(struct bench *bench)
{
    const cJSON *level = bench_fact(bench, "dcom_hardening.require_integrity");
    if (cJSON_IsNumber(level) && level->valuedouble == 1)
        bench_say(bench, "DCOM refuses callers below packet integrity "
                         "(RequireIntegrityActivationAuthenticationLevel = "
                         "1): old Linux clients (wmic, openvas-smb) must be "
                         "replaced by ones that sign, such as impacket's");
    if (bench_policy(bench, "lm_compatibility_level", 3) >= 5)
        bench_say(bench, "only NTLMv2 logs on (LmCompatibilityLevel = 5): "
                         "clients that send LM or NTLMv1 are refused");
}
