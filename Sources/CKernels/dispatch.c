#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "kernels.h"

extern const statelens_kernels statelens_portable;
#if defined(__x86_64__)
extern const statelens_kernels statelens_avx2, statelens_avx512, statelens_amx;

static int has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static int has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

// The instructions, and the system's leave to keep 8 KB of tile registers per thread. Leaf 0x1D,
// which describes the tiles, is not asked: virtual machines hide it though the tiles are there.
static int has_amx(void) {
    unsigned a, b, c, d;
    if (!has_avx512() || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    const unsigned bf16 = 1u << 22, tile = 1u << 24;
    if (!(d & bf16) || !(d & tile)) return 0;
    const unsigned vector_bf16 = 1u << 5;
    if (!__get_cpuid_count(7, 1, &a, &b, &c, &d) || !(a & vector_bf16)) return 0;
    const long request_permission = 0x1023, tile_data = 18;
    return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}
#endif

const statelens_kernels *statelens_kernels_for(const char *path) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if ((!path || !strcmp(path, "amx")) && has_amx()) return &statelens_amx;
    if (has_avx512() && (!path || !strcmp(path, "avx512"))) return &statelens_avx512;
    if (has_avx2() && (!path || !strcmp(path, "avx2"))) return &statelens_avx2;
#endif
    if (!path || !strcmp(path, "portable")) return &statelens_portable;
    return NULL;
}
