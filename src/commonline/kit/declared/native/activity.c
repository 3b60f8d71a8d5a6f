/* The activity's Avro: the fields in the order of the contract's version that this was written for, which program.py
 * checks. */
#include "engine.h"

#define MOST_TAGS 200
#define LONGEST_LINE 1000

void put_raw(out *o, const char *data, Py_ssize_t size) {
    if (o->end - o->at < size) {
        o->full = 1;
        return;
    }
    if (size) memcpy(o->at, data, size);
    o->at += size;
}

static void put_long(out *o, int64_t number) {
    uint64_t rest = ((uint64_t)number << 1) ^ (uint64_t)(number >> 63);
    char bytes[10];
    int size = 0;
    for (; rest > 127; rest >>= 7) bytes[size++] = (char)(rest | 128);
    bytes[size++] = (char)rest;
    put_raw(o, bytes, size);
}

static void put_text(out *o, span text) {
    put_long(o, text.size);
    put_raw(o, text.at, text.size);
}

static void put_branch(out *o, int there) { put_raw(o, there ? "\2" : "\0", 1); }

static void put_optional(out *o, span text) {
    put_branch(o, text.at != NULL);
    if (text.at) put_text(o, text);
}

static void put_party(out *o, const party *one) {
    put_optional(o, one->account);
    put_long(o, one->kind);
    put_long(o, one->side);
    put_long(o, one->role);
    put_optional(o, one->name);
    put_optional(o, one->handle);
    if (one->claim.at) {
        put_long(o, 1);
        put_long(o, SAME_AS);
        put_text(o, one->claim);
        put_long(o, one->trust);
    }
    put_long(o, 0);
}

static void put_someone(out *o, const party *one) {
    put_branch(o, one->present);
    if (one->present) put_party(o, one);
}

static void put_links(const facts *f, out *o) {
    if (f->links) put_long(o, f->links);
    for (int i = 0; i < f->links; i++) {
        put_long(o, 0); /* link */
        put_long(o, f->link[i].start);
        put_long(o, f->link[i].end);
        put_optional(o, f->link[i].url);
    }
    put_long(o, 0);
}

static void put_object(work *w, const facts *f, out *o) {
    put_text(o, f->id);
    put_long(o, f->object_type);
    put_optional(o, f->version);
    put_optional(o, f->url);
    put_optional(o, f->title);
    put_optional(o, f->text);
    put_text(o, f->verb == V_DELETE ? (span){"text/plain", 10} : w->plan->markup);
    put_optional(o, f->language);
    put_branch(o, f->has_created);
    if (f->has_created) put_long(o, f->created);
    put_branch(o, 0); /* start_time */
    put_branch(o, 0); /* end_time */
    put_someone(o, &f->author);
    put_links(f, o);
    put_long(o, 0); /* attachments */
}

static void put_thread(const facts *f, out *o) {
    put_text(o, f->thread);
    put_optional(o, f->thread_title);
    put_long(o, f->thread_state);
    put_branch(o, f->container.at != NULL);
    if (f->container.at) {
        put_text(o, f->container);
        put_optional(o, f->container_name);
        put_branch(o, 0); /* kind */
    }
}

static void put_participants(const facts *f, out *o) {
    if (f->participants) put_long(o, f->participants);
    for (int i = 0; i < f->participants; i++) put_party(o, &f->participant[i]);
    put_long(o, 0);
}

static void put_reference(const facts *f, out *o) {
    if (f->parent.at) {
        put_long(o, 1);
        put_long(o, 1); /* reply */
        put_text(o, f->parent);
        put_branch(o, 0); /* author */
    }
    put_long(o, 0);
}

/* The parts of a text between commas, or the elements of a list; anything else alone. */
static int tag_values(work *w, const value *told, value *items) {
    if (told->type == LIST) {
        int count = json_list(w, told->text, items, MOST_TAGS);
        if (count < 0) ASIDE(w);
        return count < 0 ? 0 : count;
    }
    items[0] = *told;
    if (told->type != TEXT) return 1;
    int count = 0;
    const char *at = told->text.at, *end = at + told->text.size;
    for (;;) {
        const char *comma = memchr(at, ',', end - at);
        if (count == MOST_TAGS || told->text.size > LONGEST_LINE * MOST_TAGS) {
            ASIDE(w);
            return 0;
        }
        items[count++] = (value){TEXT, told->texture, {at, (comma ? comma : end) - at}, 0};
        if (!comma) return count;
        at = comma + 1;
    }
}

/* As values.lines: each once, in their order. */
static void put_tags(work *w, out *o) {
    value items[MOST_TAGS], told = evaluate(w, w->plan->key[TAGS]);
    span lines[MOST_TAGS];
    int count = 0, values = tag_values(w, &told, items);
    for (int i = 0; i < values; i++) {
        span line = one_line(w, &items[i], LONGEST_LINE);
        int known = !line.at;
        for (int j = 0; j < count && !known; j++) known = same(lines[j], line);
        if (!known) lines[count++] = line;
    }
    if (count) put_long(o, count);
    for (int i = 0; i < count; i++) put_text(o, lines[i]);
    put_long(o, 0);
}

static void put_metrics(work *w, out *o) {
    const plan *p = w->plan;
    double numbers[MOST_NAMED];
    int there[MOST_NAMED], count = 0;
    for (int i = 0; i < p->metrics; i++) {
        value told = evaluate(w, p->metric[i].of);
        count += there[i] = number_of(w, &told, &numbers[i]);
    }
    if (count) put_long(o, count);
    for (int i = 0; i < p->metrics; i++) {
        char bytes[8];
        if (!there[i]) continue;
        put_text(o, p->metric[i].name);
        PyFloat_Pack8(numbers[i], bytes, 1);
        put_raw(o, bytes, 8);
    }
    put_long(o, 0);
}

static void put_fields(work *w, out *o) {
    const plan *p = w->plan;
    span lines[MOST_NAMED];
    int count = 0;
    for (int i = 0; i < p->fields; i++) {
        value told = evaluate(w, p->field[i].of);
        lines[i] = one_line(w, &told, LONGEST_LINE);
        count += lines[i].at != NULL;
    }
    if (count) put_long(o, count);
    for (int i = 0; i < p->fields; i++) {
        if (!lines[i].at) continue;
        put_text(o, p->field[i].name);
        put_text(o, lines[i]);
    }
    put_long(o, 0);
}

static void put_head(work *w, const delivery *d, const facts *f, out *o) {
    put_text(o, (span){f->activity_id, 36});
    put_text(o, d->workspace);
    put_text(o, d->connector);
    put_text(o, d->source);
    put_text(o, f->event);
    put_long(o, f->verb);
    put_branch(o, 0); /* undoes */
    put_branch(o, 0); /* edge */
    put_someone(o, &f->actor);
    put_object(w, f, o);
    put_thread(f, o);
    put_participants(f, o);
    put_optional(o, f->our_account);
    put_reference(f, o);
}

/* `full` of the output, or `aside`, say afterwards that it does not count. */
void activity_write(work *w, const delivery *d, const facts *f, const source_place *at, out *o) {
    put_head(w, d, f, o);
    put_long(o, f->channel);
    put_long(o, f->direction);
    put_long(o, f->visibility);
    put_raw(o, f->automated ? "\1" : "\0", 1);
    put_optional(o, f->generator);
    put_optional(o, f->client_ref);
    put_long(o, f->published);
    put_long(o, f->dated ? CLOCK_SOURCE : CLOCK_RECEIVED);
    put_long(o, d->received);
    put_long(o, 0); /* changes */
    put_optional(o, f->reaction);
    put_tags(w, o);
    put_metrics(w, o);
    put_fields(w, o);
    put_text(o, d->id);
    put_text(o, at->topic);
    put_long(o, at->partition);
    put_long(o, at->offset);
    put_long(o, 0); /* entry */
    put_long(o, d->mode);
}
