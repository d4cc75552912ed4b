// What becomes of freed memory: calls of the GNU C library that are no part of what Swift imports.
#include "CCPU.h"

#ifdef __linux__
#include <stdlib.h>
#endif

#ifdef __GLIBC__
#include <limits.h>
#include <malloc.h>

void efgr_keep_freed_memory(void) {
  mallopt(M_MMAP_THRESHOLD, INT_MAX);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
}
#else
void efgr_keep_freed_memory(void) {}
#endif
