// The processor's own counters: a system call that no C library wraps.
#define _GNU_SOURCE
#include "CCPU.h"

#ifdef __linux__
#include <errno.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int efgr_open_counter(int thread, efgr_counter counter) {
  struct perf_event_attr event;
  memset(&event, 0, sizeof event);
  event.size = sizeof event;
  event.type = counter == EFGR_TASK_CLOCK ? PERF_TYPE_SOFTWARE : PERF_TYPE_HARDWARE;
  event.config = counter == EFGR_TASK_CLOCK     ? PERF_COUNT_SW_TASK_CLOCK
                 : counter == EFGR_INSTRUCTIONS ? PERF_COUNT_HW_INSTRUCTIONS
                                                : PERF_COUNT_HW_CPU_CYCLES;
  event.disabled = 1;
  event.exclude_kernel = 1;
  event.exclude_hv = 1;
  event.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  long file = syscall(SYS_perf_event_open, &event, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
  return file < 0 ? -errno : (int)file;
}

bool efgr_run_counter(int file, bool runs) {
  return ioctl(file, runs ? PERF_EVENT_IOC_ENABLE : PERF_EVENT_IOC_DISABLE, 0) == 0;
}

double efgr_read_counter(int file) {
  uint64_t values[3];
  if (read(file, values, sizeof values) != sizeof values || values[2] == 0) return -1;
  // More counters than the processor has take turns.
  return (double)values[0] * ((double)values[1] / (double)values[2]);
}

void efgr_close_counter(int file) { close(file); }
#else
#include <errno.h>

int efgr_open_counter(int thread, efgr_counter counter) { return -ENOSYS; }
bool efgr_run_counter(int file, bool runs) { return false; }
double efgr_read_counter(int file) { return -1; }
void efgr_close_counter(int file) {}
#endif
