/* Room for batches, used again: the kernel hands out a large piece of memory page by page, which costs more than to
 * fill it (a third of what appending took). All of it happens with the GIL held. */
#include "batch.h"

#define KEPT_FROM (64 * 1024)
#define KEPT_BYTES (16 * 1024 * 1024)
#define KEPT 64

typedef struct {
    char *bytes;
    Py_ssize_t size;
} room;

static room kept[KEPT];
static int count;
static Py_ssize_t held;

void room_free(char *bytes, Py_ssize_t size) {
    if (!bytes || size < KEPT_FROM || count == KEPT || size > KEPT_BYTES - held) {
        PyMem_RawFree(bytes);
        return;
    }
    kept[count++] = (room){bytes, size};
    held += size;
}

/* The one that was used last: most of it is in the processor's cache. */
static char *room_kept(Py_ssize_t *size) {
    for (int i = count - 1; i >= 0; i--) {
        if (kept[i].size < *size) continue;
        room found = kept[i];
        kept[i] = kept[--count];
        held -= found.size;
        *size = found.size;
        return found.bytes;
    }
    return NULL;
}

char *room_make(Py_ssize_t *size) {
    char *found = *size < KEPT_FROM ? NULL : room_kept(size);
    return found ? found : PyMem_RawMalloc((size_t)*size);
}

char *room_grown(char *bytes, Py_ssize_t used, Py_ssize_t before, Py_ssize_t *size) {
    char *found = *size < KEPT_FROM ? NULL : room_kept(size);
    if (!found) return PyMem_RawRealloc(bytes, (size_t)*size);
    memcpy(found, bytes, (size_t)used);
    room_free(bytes, before);
    return found;
}
