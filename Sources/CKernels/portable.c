#define PATH_NAME "portable"
#define LANES 4
#define TABLE statelens_portable
#define LOOP(name) name##_portable
#include "loops.inc"
