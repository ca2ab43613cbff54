#if defined(__x86_64__)
#include <math.h>
#include <string.h>

#include "kernels.h"
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#pragma clang fp contract(fast)
#define PATH_NAME "avx2"
#define LANES 8
#define TABLE statelens_avx2
#define LOOP(name) name##_avx2
#include "loops.inc"
#pragma clang attribute pop
#endif
