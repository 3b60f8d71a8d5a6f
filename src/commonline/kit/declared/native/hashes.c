/* Ids of activities, and the keyed names that stand as record keys. */
#include "../../../hashes.h"

#include "handful.h"

struct key_state {
    blake2b hashed;
};

static const uint8_t NAMESPACE[16] = {0x6f, 0x1d, 0x2f, 0x0e, 0x6a, 0x52, 0x5c, 0x7b,
                                      0x9a, 0x3c, 0x2f, 0x4e, 0x0c, 0x1b, 0x7a, 0x90};
static const char SEPARATOR = '\x1f';

/* As ids.uuid5: 36 characters. */
void uuid_of(const span *parts, int count, char *text) {
    static const char digit[] = "0123456789abcdef";
    uint8_t bytes[20];
    sha1 hashed;
    sha1_begin(&hashed);
    sha1_add(&hashed, NAMESPACE, sizeof NAMESPACE);
    for (int i = 0; i < count; i++) {
        if (i) sha1_add(&hashed, &SEPARATOR, 1);
        sha1_add(&hashed, parts[i].at, (size_t)parts[i].size);
    }
    sha1_end(&hashed, bytes);
    bytes[6] = 0x50 | (bytes[6] & 15);
    bytes[8] = 0x80 | (bytes[8] & 63);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *text++ = '-';
        *text++ = digit[bytes[i] >> 4];
        *text++ = digit[bytes[i] & 15];
    }
}

/* A state that has taken in the key: what follows is never empty, so the key's block need not wait. The caller frees it
 * by PyMem_Free; NULL: there is no memory. */
struct key_state *key_begin(const char *key, size_t size) {
    struct key_state *begun = PyMem_Malloc(sizeof *begun);
    if (!begun) return NULL;
    blake2b *hashed = &begun->hashed;
    blake2b_begin(hashed, key, size, KEY_BYTES);
    if (hashed->held == BLAKE2B_BLOCK) {
        hashed->total += BLAKE2B_BLOCK;
        blake2b_block(hashed, 0);
        hashed->held = 0;
    }
    return begun;
}

/* The key of an object's records, as outbox.py makes it. */
void key_of(const struct key_state *begun, span workspace, span object, unsigned char *key) {
    blake2b hashed = begun->hashed;
    blake2b_add(&hashed, workspace.at, (size_t)workspace.size);
    blake2b_add(&hashed, &SEPARATOR, 1);
    blake2b_add(&hashed, object.at, (size_t)object.size);
    blake2b_end(&hashed, key);
}
