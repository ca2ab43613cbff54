#include <string.h>

#include "kernels.h"

extern const statelens_kernels statelens_portable;
#if defined(__x86_64__)
extern const statelens_kernels statelens_avx2, statelens_avx512;

static int has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static int has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

const statelens_kernels *statelens_kernels_for(const char *path) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (has_avx512() && (!path || !strcmp(path, "avx512"))) return &statelens_avx512;
    if (has_avx2() && (!path || !strcmp(path, "avx2"))) return &statelens_avx2;
#endif
    if (!path || !strcmp(path, "portable")) return &statelens_portable;
    return NULL;
}
