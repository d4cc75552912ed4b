#include "CCPU.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <stdint.h>

static uint64_t enabled_states(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return ((uint64_t)high << 32) | low;
}

static bool has(uint32_t word, uint32_t mask) { return (word & mask) == mask; }

efgr_cpu_levels efgr_cpu_detect(void) {
  efgr_cpu_levels levels = {false, false};
  uint32_t a, b, c, d;

  if (!__get_cpuid(1, &a, &b, &c, &d)) return levels;
  const uint32_t v2_v3 = bit_SSE3 | bit_SSSE3 | bit_SSE4_1 | bit_SSE4_2 | bit_POPCNT | bit_CMPXCHG16B | bit_FMA |
                         bit_MOVBE | bit_F16C | bit_AVX | bit_OSXSAVE;
  if (!has(c, v2_v3)) return levels;
  // XCR0: the operating system saves XMM (bit 1) and YMM (bit 2); for AVX-512 also opmask and ZMM (bits 5 to 7).
  const uint64_t states = enabled_states();
  if ((states & 0x6) != 0x6) return levels;

  uint32_t leaf7b;
  if (!__get_cpuid_count(7, 0, &a, &leaf7b, &c, &d)) return levels;
  if (!has(leaf7b, bit_AVX2 | bit_BMI | bit_BMI2)) return levels;
  if (!__get_cpuid(0x80000001, &a, &b, &c, &d) || !has(c, bit_LZCNT | bit_LAHF_LM)) return levels;
  levels.x86_64_v3 = true;

  const uint32_t v4 = bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL;
  levels.x86_64_v4 = has(leaf7b, v4) && (states & 0xe6) == 0xe6;
  return levels;
}

// Leaf 0x8000001D lists the caches one by one; kind 0 ends the list (AMD64 Architecture Programmer's Manual, volume 3,
// appendix E.4.15).
long efgr_complex_cache_bytes(void) {
  uint32_t a, b, c, d;
  if (!__get_cpuid(0, &a, &b, &c, &d) || b != signature_AMD_ebx) return 0;
  for (uint32_t cache = 0; __get_cpuid_count(0x8000001D, cache, &a, &b, &c, &d) && (a & 0x1f) != 0; cache++) {
    const uint32_t level = (a >> 5) & 0x7;
    const long ways = (b >> 22) + 1, partitions = ((b >> 12) & 0x3ff) + 1, line = (b & 0xfff) + 1, sets = c + 1L;
    if (level == 3) return ways * partitions * line * sets;
  }
  return 0;
}

#else

efgr_cpu_levels efgr_cpu_detect(void) {
  efgr_cpu_levels levels = {false, false};
  return levels;
}

long efgr_complex_cache_bytes(void) { return 0; }

#endif

const char *efgr_build_flags(void) { return EFGR_BUILD_FLAGS; }
