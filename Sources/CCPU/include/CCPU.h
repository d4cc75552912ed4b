// What Swift cannot tell by itself: CPUID and XGETBV, the flags that the manifest compiles with, where threads
// run, what becomes of freed memory, and the processor's counters.
#ifndef CCPU_H
#define CCPU_H

#include <stdbool.h>

/// The instruction sets that the micro-kernels are built for, as the processor and the operating system offer them.
/// The features asked for are those of the psABI levels x86-64-v3 and x86-64-v4, because a kernel compiled for a
/// level may use every instruction of it.
typedef struct {
  bool x86_64_v3;
  bool x86_64_v4;
} efgr_cpu_levels;

efgr_cpu_levels efgr_cpu_detect(void);

/// Bytes of the cache that the cores of a complex share at their own clock, several times as fast as memory: the third level
/// of AMD's processors since Zen. 0 where there is none, as where all cores of a processor share a slower one.
long efgr_complex_cache_bytes(void);

/// The flags of the code that is timed, as the manifest states them; a string that lives as long as the program.
const char *_Nonnull efgr_build_flags(void);

/// Writes the processors that the calling thread may use, at most `capacity` of them, and returns how many; 0 where the
/// system does not tell.
int efgr_allowed_processors(int *_Nonnull processors, int capacity);

/// Binds a thread of this process, or the calling one for 0, to `count` processors. False where that is refused.
bool efgr_bind_thread(int thread, const int *_Nonnull processors, int count);

/// The processor that the calling thread runs on; −1 where the system does not tell.
int efgr_current_processor(void);

/// Keeps freed memory for the next allocation instead of giving it back to the system. Nothing where the C library is not
/// GNU's.
void efgr_keep_freed_memory(void);

/// What a thread's user code can be counted by. The last is the operating system's own, in nanoseconds, and is there
/// where the processor's are not.
typedef enum { EFGR_INSTRUCTIONS, EFGR_CYCLES, EFGR_TASK_CLOCK } efgr_counter;

/// Opens a counter that stands still, of a thread of this process or of the calling one for 0. Returns a file, or the
/// negative error number: perf_event_open(2).
int efgr_open_counter(int thread, efgr_counter counter);

/// Lets a counter run or stand still. False where that failed.
bool efgr_run_counter(int file, bool runs);

/// What was counted so far; −1 where nothing was, though it ran.
double efgr_read_counter(int file);

void efgr_close_counter(int file);

#endif
