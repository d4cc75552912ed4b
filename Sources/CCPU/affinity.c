// On which processors threads may run: calls of the GNU C library that are no part of what Swift imports.
#define _GNU_SOURCE
#include "CCPU.h"

#ifdef __linux__
#include <sched.h>

int efgr_allowed_processors(int *processors, int capacity) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
  int count = 0;
  for (int processor = 0; processor < CPU_SETSIZE && count < capacity; processor++)
    if (CPU_ISSET(processor, &set)) processors[count++] = processor;
  return count;
}

bool efgr_bind_thread(int thread, const int *processors, int count) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int index = 0; index < count; index++) {
    if (processors[index] < 0 || processors[index] >= CPU_SETSIZE) return false;
    CPU_SET(processors[index], &set);
  }
  return sched_setaffinity(thread, sizeof set, &set) == 0;
}

int efgr_current_processor(void) { return sched_getcpu(); }
#else
int efgr_allowed_processors(int *processors, int capacity) { return 0; }
bool efgr_bind_thread(int thread, const int *processors, int count) { return false; }
int efgr_current_processor(void) { return -1; }
#endif
