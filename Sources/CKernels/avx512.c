#if defined(__x86_64__)
#include <math.h>
#include <string.h>

#include "kernels.h"
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#pragma clang fp contract(fast)
#define PATH_NAME "avx512"
#define LANES 16
#define TABLE statelens_avx512
#define LOOP(name) name##_avx512
#include "loops.inc"
#pragma clang attribute pop
#endif
