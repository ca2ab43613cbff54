#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "kernels.h"
#pragma clang attribute push(__attribute__((target("amx-tile,amx-bf16,avx512bf16,avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#pragma clang fp contract(fast)
#define PATH_NAME "amx"
#define LANES 16
#define TABLE statelens_amx
#define LOOP(name) name##_amx
#define HAS_AMX
#include "loops.inc"
#pragma clang attribute pop
#endif
