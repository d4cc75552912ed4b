// What Swift has no words for, for the inner loops: a fused multiply–add of whole vectors, their maximum, minimum and roots,
// a part of a vector in memory, writing past the caches, a fence for the optimizer, and asking for memory ahead. They
// vanish into the code that calls them, compiled for its instruction set.
#ifndef CLANES_H
#define CLANES_H

typedef float efgr_float4 __attribute__((ext_vector_type(4)));
typedef float efgr_float8 __attribute__((ext_vector_type(8)));
typedef float efgr_float16 __attribute__((ext_vector_type(16)));

#define EFGR_INLINE static inline __attribute__((always_inline))

// sum + x·y, lane by lane, in one rounding. Swift's `addingProduct` is a loop over the lanes, which the optimizer puts
// together again to vectors, but not always to whole ones.
EFGR_INLINE efgr_float4 efgr_add_product4(efgr_float4 sum, efgr_float4 x, efgr_float4 y) {
  return __builtin_elementwise_fma(x, y, sum);
}

EFGR_INLINE efgr_float8 efgr_add_product8(efgr_float8 sum, efgr_float8 x, efgr_float8 y) {
  return __builtin_elementwise_fma(x, y, sum);
}

EFGR_INLINE efgr_float16 efgr_add_product16(efgr_float16 sum, efgr_float16 x, efgr_float16 y) {
  return __builtin_elementwise_fma(x, y, sum);
}

// Lane by lane x where it is above y (below y), else y: the processor's own maximum and minimum. Swift's comparisons and
// `replacing(with:where:)` come to it only where the optimizer sees through both; elsewhere to twenty instructions.
// The same holds of square roots, which Swift takes one by one.
#define EFGR_LANE_BY_LANE(lanes) \
  EFGR_INLINE efgr_float##lanes efgr_greater##lanes(efgr_float##lanes x, efgr_float##lanes y) { \
    return x > y ? x : y; \
  } \
  EFGR_INLINE efgr_float##lanes efgr_lesser##lanes(efgr_float##lanes x, efgr_float##lanes y) { \
    return x < y ? x : y; \
  } \
  EFGR_INLINE efgr_float##lanes efgr_roots##lanes(efgr_float##lanes x) { \
    return __builtin_elementwise_sqrt(x); \
  } \
  /* Into memory without the line being read first or kept in a cache; at a multiple of the vector's size. */ \
  EFGR_INLINE void efgr_stream##lanes(float *memory, efgr_float##lanes x) { \
    __builtin_nontemporal_store(x, (efgr_float##lanes *)memory); \
  }
EFGR_LANE_BY_LANE(4)
EFGR_LANE_BY_LANE(8)
EFGR_LANE_BY_LANE(16)
#undef EFGR_LANE_BY_LANE

// The first `count` lanes from or into memory, nothing past them: by a mask where the instruction set has them, lane by
// lane elsewhere.
EFGR_INLINE efgr_float16 efgr_load_part16(const float *memory, int count, float filler) {
  efgr_float16 lanes = filler;
#ifdef __AVX512F__
  return __builtin_ia32_loadups512_mask(memory, lanes, (unsigned short)((1u << count) - 1));
#else
  for (int lane = 0; lane < count; lane++) lanes[lane] = memory[lane];
  return lanes;
#endif
}

EFGR_INLINE void efgr_store_part16(float *memory, efgr_float16 lanes, int count) {
#ifdef __AVX512F__
  __builtin_ia32_storeups512_mask(memory, lanes, (unsigned short)((1u << count) - 1));
#else
  for (int lane = 0; lane < count; lane++) memory[lane] = lanes[lane];
#endif
}

// What was written past the caches is seen by everyone who sees what is written after this.
EFGR_INLINE void efgr_finish_streams(void) {
#ifdef __x86_64__
  __builtin_ia32_sfence();
#else
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

// Whatever lies in memory may have changed after this: values are loaded again, not kept in registers that the loop
// needs for others. No instruction comes of it.
EFGR_INLINE void efgr_forget_memory(void) { __asm__ volatile("" ::: "memory"); }

// Asks for the cache line at `address`, into the first-level cache or into the second: a hint, which never faults.
EFGR_INLINE void efgr_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }
EFGR_INLINE void efgr_prefetch_far(const void *address) { __builtin_prefetch(address, 0, 2); }

#undef EFGR_INLINE

#endif
