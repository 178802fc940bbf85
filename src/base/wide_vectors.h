#pragma once

/// Before the definition of a function: its loops are compiled twice, for any processor and for those with vectors of
/// 32 bytes, and the program takes the one that fits where it runs. Both add in the same order and do not contract into
/// FMA, so the results are the same bytes.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define FG_WIDE_VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define FG_WIDE_VECTORS
#endif
