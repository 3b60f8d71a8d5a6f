/* SHA-1 (RFC 3174) and BLAKE2b with a key (RFC 7693), for names of a hundred bytes: no allocation, no call elsewhere. */
#ifndef COMMONLINE_HASHES_H
#define COMMONLINE_HASHES_H
#include <stdint.h>
#include <string.h>

/* ---- SHA-1 ---- */

typedef struct {
    uint32_t h[5];
    uint64_t total;
    size_t held;
    uint8_t block[64];
} sha1;

static inline uint32_t turn32(uint32_t x, int n) { return x << n | x >> (32 - n); }

static inline uint32_t big32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

#define SHA1_STEP(a, b, c, d, e, f, k, i) e += turn32(a, 5) + (f) + k + sha1_word(w, i), b = turn32(b, 30)
#define SHA1_FIVE(choice, k, i)                                                                                    \
    SHA1_STEP(a, b, c, d, e, choice(b, c, d), k, i), SHA1_STEP(e, a, b, c, d, choice(a, b, c), k, i + 1),          \
        SHA1_STEP(d, e, a, b, c, choice(e, a, b), k, i + 2), SHA1_STEP(c, d, e, a, b, choice(d, e, a), k, i + 3),  \
        SHA1_STEP(b, c, d, e, a, choice(c, d, e), k, i + 4)
#define SHA1_TWENTY(choice, k, i)                                                                                  \
    SHA1_FIVE(choice, k, i), SHA1_FIVE(choice, k, i + 5), SHA1_FIVE(choice, k, i + 10), SHA1_FIVE(choice, k, i + 15)
#define SHA1_EITHER(x, y, z) (z ^ (x & (y ^ z)))
#define SHA1_ODD(x, y, z) (x ^ y ^ z)
#define SHA1_MOST(x, y, z) ((x & y) | (z & (x | y)))

/* The i-th word of the schedule; the last sixteen are kept. */
static inline uint32_t sha1_word(uint32_t w[16], int i) {
    if (i >= 16) w[i & 15] = turn32(w[(i + 13) & 15] ^ w[(i + 8) & 15] ^ w[(i + 2) & 15] ^ w[i & 15], 1);
    return w[i & 15];
}

static void sha1_block(sha1 *s, const uint8_t *p) {
    uint32_t w[16], a = s->h[0], b = s->h[1], c = s->h[2], d = s->h[3], e = s->h[4];
    for (int i = 0; i < 16; i++) w[i] = big32(p + 4 * i);
    SHA1_TWENTY(SHA1_EITHER, 0x5A827999, 0);
    SHA1_TWENTY(SHA1_ODD, 0x6ED9EBA1, 20);
    SHA1_TWENTY(SHA1_MOST, 0x8F1BBCDC, 40);
    SHA1_TWENTY(SHA1_ODD, 0xCA62C1D6, 60);
    s->h[0] += a;
    s->h[1] += b;
    s->h[2] += c;
    s->h[3] += d;
    s->h[4] += e;
}

static void sha1_begin(sha1 *s) {
    static const uint32_t begin[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    memcpy(s->h, begin, sizeof begin);
    s->total = s->held = 0;
}

static void sha1_add(sha1 *s, const void *data, size_t size) {
    const uint8_t *p = data;
    s->total += size;
    while (size) {
        size_t some = sizeof s->block - s->held < size ? sizeof s->block - s->held : size;
        memcpy(s->block + s->held, p, some);
        s->held += some;
        p += some;
        size -= some;
        if (s->held == sizeof s->block) {
            sha1_block(s, s->block);
            s->held = 0;
        }
    }
}

static void sha1_end(sha1 *s, uint8_t out[20]) {
    uint64_t bits = s->total * 8;
    s->block[s->held++] = 0x80;
    if (s->held > 56) {
        memset(s->block + s->held, 0, 64 - s->held);
        sha1_block(s, s->block);
        s->held = 0;
    }
    memset(s->block + s->held, 0, 56 - s->held);
    for (int i = 0; i < 8; i++) s->block[56 + i] = (uint8_t)(bits >> (56 - 8 * i));
    sha1_block(s, s->block);
    for (int i = 0; i < 20; i++) out[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

/* ---- BLAKE2b ---- */

#define BLAKE2B_BLOCK 128
#define BLAKE2B_KEY 64
#define BLAKE2B_OUT 64

typedef struct {
    uint64_t h[8], total;
    size_t held, size;
    uint8_t block[BLAKE2B_BLOCK];
} blake2b;

static const uint64_t BLAKE2B_IV[8] = {0x6A09E667F3BCC908u, 0xBB67AE8584CAA73Bu, 0x3C6EF372FE94F82Bu,
                                       0xA54FF53A5F1D36F1u, 0x510E527FADE682D1u, 0x9B05688C2B3E6C1Fu,
                                       0x1F83D9ABFB41BD6Bu, 0x5BE0CD19137E2179u};
static const uint8_t BLAKE2B_ORDER[12][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3}};

static inline uint64_t back64(uint64_t x, int n) { return x >> n | x << (64 - n); }

static inline uint64_t little64(const uint8_t *p) {
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
           (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

#define BLAKE2B_MIX(a, b, c, d, x, y)                                                                              \
    a += b + m[BLAKE2B_ORDER[r][x]], d = back64(d ^ a, 32), c += d, b = back64(b ^ c, 24);                         \
    a += b + m[BLAKE2B_ORDER[r][y]], d = back64(d ^ a, 16), c += d, b = back64(b ^ c, 63)

static inline __attribute__((always_inline)) void blake2b_round(uint64_t v[16], const uint64_t m[16], int r) {
    BLAKE2B_MIX(v[0], v[4], v[8], v[12], 0, 1);
    BLAKE2B_MIX(v[1], v[5], v[9], v[13], 2, 3);
    BLAKE2B_MIX(v[2], v[6], v[10], v[14], 4, 5);
    BLAKE2B_MIX(v[3], v[7], v[11], v[15], 6, 7);
    BLAKE2B_MIX(v[0], v[5], v[10], v[15], 8, 9);
    BLAKE2B_MIX(v[1], v[6], v[11], v[12], 10, 11);
    BLAKE2B_MIX(v[2], v[7], v[8], v[13], 12, 13);
    BLAKE2B_MIX(v[3], v[4], v[9], v[14], 14, 15);
}

static void blake2b_block(blake2b *s, uint64_t last) {
    uint64_t m[16], v[16];
    for (int i = 0; i < 16; i++) m[i] = little64(s->block + 8 * i);
    for (int i = 0; i < 8; i++) v[i] = s->h[i], v[i + 8] = BLAKE2B_IV[i];
    v[12] ^= s->total;
    v[14] ^= last;
    blake2b_round(v, m, 0), blake2b_round(v, m, 1), blake2b_round(v, m, 2), blake2b_round(v, m, 3);
    blake2b_round(v, m, 4), blake2b_round(v, m, 5), blake2b_round(v, m, 6), blake2b_round(v, m, 7);
    blake2b_round(v, m, 8), blake2b_round(v, m, 9), blake2b_round(v, m, 10), blake2b_round(v, m, 11);
    for (int i = 0; i < 8; i++) s->h[i] ^= v[i] ^ v[i + 8];
}

static void blake2b_add(blake2b *s, const void *data, size_t size) {
    const uint8_t *p = data;
    while (size) {
        if (s->held == BLAKE2B_BLOCK) { /* not the last one */
            s->total += BLAKE2B_BLOCK;
            blake2b_block(s, 0);
            s->held = 0;
        }
        size_t some = BLAKE2B_BLOCK - s->held < size ? BLAKE2B_BLOCK - s->held : size;
        memcpy(s->block + s->held, p, some);
        s->held += some;
        p += some;
        size -= some;
    }
}

/* `size` of 1 to 64 bytes, `keyed` of at most 64. */
static void blake2b_begin(blake2b *s, const void *key, size_t keyed, size_t size) {
    static const uint8_t nothing[BLAKE2B_BLOCK];
    memcpy(s->h, BLAKE2B_IV, sizeof s->h);
    s->h[0] ^= 0x01010000 ^ keyed << 8 ^ size;
    s->total = s->held = 0;
    s->size = size;
    if (keyed) {
        blake2b_add(s, key, keyed);
        blake2b_add(s, nothing, BLAKE2B_BLOCK - keyed);
    }
}

static void blake2b_end(blake2b *s, uint8_t *out) {
    s->total += s->held;
    memset(s->block + s->held, 0, BLAKE2B_BLOCK - s->held);
    blake2b_block(s, UINT64_MAX);
    for (size_t i = 0; i < s->size; i++) out[i] = (uint8_t)(s->h[i / 8] >> 8 * (i % 8));
}

#endif
