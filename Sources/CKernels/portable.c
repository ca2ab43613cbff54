#define PATH_NAME "portable"
#define TABLE statelens_portable
#define LOOP(name) name##_portable
#include "loops.inc"
