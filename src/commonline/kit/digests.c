/* SHA-256 of a body and its HMAC-SHA256 in one pass: the compiled form of digests.py, which is complete without it.
 *
 * One SHA-256 waits for its own results: x86's instructions for it (FIPS 180-4, sections 6.2.2 and 5.1.1; SHA-NI) do
 * a second one in the pauses of the first. `supported` says whether this processor has them. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#ifndef SOURCE_DIGEST
#define SOURCE_DIGEST ""
#endif
#define BLOCK 64
#define STATE 32
#define LONG_BODY (256 * 1024) /* from so many bytes on, other threads may run meanwhile */

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#include <immintrin.h>
#define SHA_NI __attribute__((target("sha,sse4.1,ssse3")))

static const uint32_t K[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static int has_sha(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) != 0;
}

typedef struct {
    __m128i abef, cdgh;
} lanes; /* the eight words of a state as the instructions want them */

SHA_NI static inline lanes lanes_of(const uint32_t *h) {
    __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)h), 0xB1);
    __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(h + 4)), 0x1B);
    return (lanes){_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xF0)};
}

SHA_NI static inline void put_lanes(lanes s, uint32_t *h) {
    __m128i feba = _mm_shuffle_epi32(s.abef, 0x1B), dchg = _mm_shuffle_epi32(s.cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)h, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((__m128i *)(h + 4), _mm_alignr_epi8(dchg, feba, 8));
}

SHA_NI static inline void load_words(__m128i w[4], const uint8_t *from) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    for (int i = 0; i < 4; i++)
        w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(from + 16 * i)), big_endian);
}

/* Rounds 4i to 4i + 3, and the words of the schedule that replace those they used. */
#define FOUR_ROUNDS(s, w, i)                                                                                       \
    do {                                                                                                           \
        __m128i sum = _mm_add_epi32(w[(i) & 3], _mm_load_si128((const __m128i *)&K[4 * (i)]));                     \
        s.cdgh = _mm_sha256rnds2_epu32(s.cdgh, s.abef, sum);                                                       \
        s.abef = _mm_sha256rnds2_epu32(s.abef, s.cdgh, _mm_shuffle_epi32(sum, 0x0E));                              \
        if ((i) < 12)                                                                                              \
            w[(i) & 3] = _mm_sha256msg2_epu32(                                                                     \
                _mm_add_epi32(_mm_sha256msg1_epu32(w[(i) & 3], w[((i) + 1) & 3]),                                  \
                              _mm_alignr_epi8(w[((i) + 3) & 3], w[((i) + 2) & 3], 4)),                             \
                w[((i) + 3) & 3]);                                                                                 \
    } while (0)

/* So many blocks from p into h, and as many from q into g. */
SHA_NI static void two(uint32_t *h, const uint8_t *p, uint32_t *g, const uint8_t *q, size_t blocks) {
    lanes s = lanes_of(h), t = lanes_of(g);
    for (; blocks; blocks--, p += BLOCK, q += BLOCK) {
        __m128i v[4], w[4];
        lanes s0 = s, t0 = t;
        load_words(v, p);
        load_words(w, q);
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) {
            FOUR_ROUNDS(s, v, i);
            FOUR_ROUNDS(t, w, i);
        }
        s = (lanes){_mm_add_epi32(s.abef, s0.abef), _mm_add_epi32(s.cdgh, s0.cdgh)};
        t = (lanes){_mm_add_epi32(t.abef, t0.abef), _mm_add_epi32(t.cdgh, t0.cdgh)};
    }
    put_lanes(s, h);
    put_lanes(t, g);
}
#else
static int has_sha(void) { return 0; }

static void two(uint32_t *h, const uint8_t *p, uint32_t *g, const uint8_t *q, size_t blocks) {
    (void)h, (void)p, (void)g, (void)q, (void)blocks; /* never called: begin refuses */
}
#endif

static int supported; /* asked once: on a virtual machine the question takes longer than a body's digest */
static const uint32_t BEGIN[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static void one(uint32_t *h, const uint8_t *p, size_t blocks) {
    uint32_t idle[8];
    memcpy(idle, BEGIN, STATE);
    two(h, p, idle, p, blocks);
}

/* Pads the last `size` (< 64) bytes of a message of `all` bytes, and writes its digest. */
static void finish(uint32_t *h, const uint8_t *last, size_t size, uint64_t all, uint8_t *digest) {
    uint8_t padded[2 * BLOCK] = {0};
    size_t blocks = size < BLOCK - 8 ? 1 : 2;
    memcpy(padded, last, size);
    padded[size] = 0x80;
    for (size_t i = 0; i < 8; i++) padded[blocks * BLOCK - 1 - i] = (uint8_t)((all * 8) >> (8 * i));
    one(h, padded, blocks);
    for (int i = 0; i < STATE; i++) digest[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}

/* `begun`: the states behind the inner and the outer key. */
static void prove(const uint8_t *begun, const uint8_t *lead, size_t led, const uint8_t *body, size_t size,
                  uint8_t mac[STATE], uint8_t digest[STATE]) {
    uint32_t h[8], g[8];
    uint8_t join[BLOCK] = {0};
    size_t whole = led / BLOCK, rest = led % BLOCK, skip = rest ? BLOCK - rest : 0, blocks;
    memcpy(h, begun, STATE);
    memcpy(g, BEGIN, STATE);
    one(h, lead, whole);
    if (skip > size) { /* lead and body end in one block */
        memcpy(join, lead + BLOCK * whole, rest);
        memcpy(join + rest, body, size);
        finish(h, join, rest + size, BLOCK + led + size, mac);
        blocks = 0;
    } else {
        if (rest) {
            memcpy(join, lead + BLOCK * whole, rest);
            memcpy(join + rest, body, skip);
            one(h, join, 1);
        }
        blocks = (size - skip) / BLOCK;
        two(h, body + skip, g, body, blocks);
        finish(h, body + skip + BLOCK * blocks, (size - skip) % BLOCK, BLOCK + led + size, mac);
    }
    one(g, body + BLOCK * blocks, size / BLOCK - blocks);
    finish(g, body + BLOCK * (size / BLOCK), size % BLOCK, size, digest);
    memcpy(h, begun + STATE, STATE);
    finish(h, mac, STATE, BLOCK + STATE, mac);
}

static PyObject *digests_begin(PyObject *Py_UNUSED(module), PyObject *given) {
    uint8_t block[BLOCK];
    uint32_t states[2][8];
    if (!supported || !PyBytes_Check(given) || PyBytes_GET_SIZE(given) != BLOCK) {
        PyErr_SetString(PyExc_ValueError, "a processor with SHA instructions, and a key of 64 bytes, are needed");
        return NULL;
    }
    for (int outer = 0; outer < 2; outer++) {
        for (int i = 0; i < BLOCK; i++) block[i] = (uint8_t)PyBytes_AS_STRING(given)[i] ^ (outer ? 0x5c : 0x36);
        memcpy(states[outer], BEGIN, STATE);
        one(states[outer], block, 1);
    }
    return PyBytes_FromStringAndSize((const char *)states, sizeof states);
}

static PyObject *digests_prove(PyObject *Py_UNUSED(module), PyObject *const *given, Py_ssize_t count) {
    if (count != 3 || !PyBytes_Check(given[0]) || PyBytes_GET_SIZE(given[0]) != 2 * STATE ||
        !PyBytes_Check(given[1]) || !PyBytes_Check(given[2]) || !supported) {
        PyErr_SetString(PyExc_TypeError, "prove(what begin gave, lead, body): three bytes");
        return NULL;
    }
    const uint8_t *data[3];
    for (int i = 0; i < 3; i++) data[i] = (const uint8_t *)PyBytes_AS_STRING(given[i]);
    size_t led = (size_t)PyBytes_GET_SIZE(given[1]), size = (size_t)PyBytes_GET_SIZE(given[2]);
    uint8_t mac[STATE], digest[STATE];
    if (size < LONG_BODY) {
        prove(data[0], data[1], led, data[2], size, mac, digest);
    } else {
        Py_BEGIN_ALLOW_THREADS prove(data[0], data[1], led, data[2], size, mac, digest);
        Py_END_ALLOW_THREADS
    }
    return Py_BuildValue("y#y#", mac, (Py_ssize_t)STATE, digest, (Py_ssize_t)STATE);
}

static PyObject *digests_supported(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(given)) {
    return PyBool_FromLong(supported);
}

static PyMethodDef METHODS[] = {
    {"begin", digests_begin, METH_O, "begin(key: bytes) -> bytes: the states behind a key that is padded to 64 bytes."},
    {"prove", (PyCFunction)(void (*)(void))digests_prove, METH_FASTCALL,
     "prove(begun, lead, body) -> (HMAC-SHA256 of lead and body, SHA-256 of body)"},
    {"supported", digests_supported, METH_NOARGS, "supported() -> bool: whether this processor can."},
    {NULL, NULL, 0, NULL}};

static int module_exec(PyObject *module) {
    supported = has_sha();
    return PyModule_AddStringConstant(module, "SOURCE_DIGEST", SOURCE_DIGEST);
}

static PyModuleDef_Slot SLOTS[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef DEFINITION = {
    PyModuleDef_HEAD_INIT, .m_name = "commonline.kit._digests", .m_size = 0, .m_methods = METHODS, .m_slots = SLOTS};

PyMODINIT_FUNC PyInit__digests(void) { return PyModuleDef_Init(&DEFINITION); }
