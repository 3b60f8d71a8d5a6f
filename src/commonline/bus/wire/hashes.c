/* The two hashes of Kafka's clients: CRC-32C (RFC 3720, section 12.1) of a batch, MurmurHash2 of a key. */
#include "batch.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

#define POLYNOMIAL 0x82f63b78u /* Castagnoli's, its bits reversed */
#define SEED 0x9747b28cu
#define M 0x5bd1e995u

static uint32_t table[8][256];
static int by_processor;

void hashes_prepare(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t rest = i;
        for (int bit = 0; bit < 8; bit++) rest = rest & 1 ? rest >> 1 ^ POLYNOMIAL : rest >> 1;
        table[0][i] = rest;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (int slice = 1; slice < 8; slice++)
            table[slice][i] = table[slice - 1][i] >> 8 ^ table[0][table[slice - 1][i] & 255];
#if defined(__x86_64__)
    __builtin_cpu_init();
    by_processor = __builtin_cpu_supports("sse4.2");
#endif
}

static inline uint32_t four(const unsigned char *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

uint32_t crc32c_by_table(const char *data, size_t size) {
    const unsigned char *at = (const unsigned char *)data;
    uint32_t crc = ~0u;
    for (; size >= 8; size -= 8, at += 8) {
        uint32_t low = four(at) ^ crc, high = four(at + 4);
        crc = table[7][low & 255] ^ table[6][low >> 8 & 255] ^ table[5][low >> 16 & 255] ^ table[4][low >> 24] ^
              table[3][high & 255] ^ table[2][high >> 8 & 255] ^ table[1][high >> 16 & 255] ^ table[0][high >> 24];
    }
    for (; size; size--, at++) crc = crc >> 8 ^ table[0][(crc ^ *at) & 255];
    return ~crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc32c_by_processor(const char *data, size_t size) {
    uint64_t crc = ~0u;
    for (; size >= 8; size -= 8, data += 8) {
        uint64_t part;
        memcpy(&part, data, 8);
        crc = _mm_crc32_u64(crc, part);
    }
    for (; size; size--, data++) crc = _mm_crc32_u8((uint32_t)crc, (unsigned char)*data);
    return ~(uint32_t)crc;
}
#endif

uint32_t crc32c(const char *data, size_t size) {
#if defined(__x86_64__)
    if (by_processor) return crc32c_by_processor(data, size);
#endif
    return crc32c_by_table(data, size);
}

/* As Kafka's clients have it; `commonline.bus.partitions.murmur2` is the same. */
uint32_t murmur2(const char *data, size_t size) {
    const unsigned char *at = (const unsigned char *)data;
    uint32_t hash = SEED ^ (uint32_t)size;
    for (; size >= 4; size -= 4, at += 4) {
        uint32_t part = four(at) * M;
        hash = hash * M ^ (part ^ part >> 24) * M;
    }
    if (size) {
        for (size_t i = 0; i < size; i++) hash ^= (uint32_t)at[i] << 8 * i;
        hash *= M;
    }
    hash = (hash ^ hash >> 13) * M;
    return hash ^ hash >> 15;
}
