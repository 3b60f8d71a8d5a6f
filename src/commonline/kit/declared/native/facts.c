/* What a delivery tells: drafting.py, and the id of finish.py. */
#include "engine.h"

#define LONGEST_EVENT 120
#define LONGEST_LINE 1000
#define LONGEST_LANGUAGE 35

static value found(work *w, enum key key) { return evaluate(w, w->plan->key[key]); }

static span line_of(work *w, enum key key) {
    value told = found(w, key);
    return one_line(w, &told, LONGEST_LINE);
}

static int symbol(work *w, enum key key, enum symbols of, int otherwise) {
    value told = found(w, key);
    int number = choice(w, &told, of);
    return number < 0 ? otherwise : number;
}

static span uri(work *w, enum key key, enum prefix kind) {
    value told = found(w, key);
    return native_id(w, kind, identifier(w, &told));
}

/* As guesses.event: what the headers say, then what the body's keys say. Not where an expression found nothing. */
static span guessed_event(work *w) {
    if (w->plan->key[EVENT] >= 0) ASIDE(w);
    for (int i = 0; i < w->plan->event_guesses; i++) {
        int number = w->plan->event_guess[i];
        value told = evaluate(w, number);
        if (told.type != TEXT || !told.text.size) continue;
        if (told.texture & ODD || (told.text.size > LONGEST_EVENT && (told.texture || w->plan->expression[number].operation == HEADER)))
            ASIDE(w);
        if (w->plan->expression[number].operation == HEADER) return told.text;
        if (told.text.size > LONGEST_EVENT) continue;
        span line = one_line(w, &told, LONGEST_EVENT);
        return line.at ? line : (span){"event", 5};
    }
    return (span){"event", 5};
}

static span event_of(work *w) {
    value told = found(w, EVENT);
    span line = one_line(w, &told, LONGEST_EVENT);
    return line.at ? line : guessed_event(w);
}

/* As drafting._version: a revision, or a time as microseconds. */
static span version_of(work *w) {
    value told = found(w, VERSION);
    if (told.type != TEXT) return identifier(w, &told);
    span bare = trimmed(told.text);
    Py_ssize_t digits = 0;
    int64_t micros;
    while (digits < bare.size && bare.at[digits] >= '0' && bare.at[digits] <= '9') digits++;
    if (told.texture & WIDE) ASIDE(w);
    if (!bare.size || digits == bare.size) return identifier(w, &told);
    if (!moment(w, &told, &micros)) return identifier(w, &told);
    char *made = room(w, 32);
    return made ? (span){made, snprintf(made, 32, "%lld", (long long)micros)} : NOTHING;
}

/* As guesses.verb: the verb that the event's last word speaks of; -1: none. */
static int spoken(const plan *p, span event) {
    char last[16];
    Py_ssize_t end = event.size;
    while (end && !(event.at[end - 1] >= 'a' && event.at[end - 1] <= 'z')) end--;
    Py_ssize_t begin = end;
    while (begin && event.at[begin - 1] >= 'a' && event.at[begin - 1] <= 'z') begin--;
    if (begin < end && begin && event.at[begin - 1] >= 'A' && event.at[begin - 1] <= 'Z') begin--;
    if (begin == end || end - begin > (Py_ssize_t)sizeof last) return -1;
    for (Py_ssize_t i = begin; i < end; i++) last[i - begin] = (char)(event.at[i] | 32);
    for (int i = 0; i < p->words; i++)
        if (same(p->word[i].name, (span){last, end - begin})) return p->word[i].of;
    return -1;
}

static int verb_of(work *w, span event, span version) {
    const plan *p = w->plan;
    value deleted = found(w, DELETED), edited = found(w, EDITED);
    if (truth(w, &deleted)) return V_DELETE;
    if (truth(w, &edited)) return V_UPDATE;
    for (int i = 0; i < p->verbs; i++) {
        if (!same(p->verb[i].name, event)) continue;
        if (p->verb[i].of < 0) ASIDE(w);
        return p->verb[i].of;
    }
    int verb = symbol(w, TYPE, S_TYPE, -1);
    if (verb < 0) verb = spoken(p, event);
    return verb < 0 ? version.at ? V_UPDATE : V_CREATE : verb;
}

static span language_of(work *w) {
    span told = line_of(w, LANGUAGE);
    Py_ssize_t part = 0;
    if (!told.at || told.size > LONGEST_LANGUAGE) return NOTHING;
    for (Py_ssize_t i = 0; i <= told.size; i++) {
        if (i == told.size || told.at[i] == '-') {
            if (!part) return NOTHING;
            part = 0;
        } else if ((told.at[i] >= '0' && told.at[i] <= '9') || ((told.at[i] | 32) >= 'a' && (told.at[i] | 32) <= 'z')) part++;
        else {
            if (told.at[i] & 0x80) ASIDE(w);
            return NOTHING;
        }
    }
    return told;
}

static void object_read(work *w, facts *f) {
    value text = found(w, TEXT_KEY), url = found(w, URL), created = found(w, CREATED), files = found(w, ATTACHMENTS);
    f->id = uri(w, ID, OF_ITEM);
    if (!f->id.at || (files.type != NONE && !(files.type == LIST && !files.number))) ASIDE(w);
    f->object_type = symbol(w, OBJECT_TYPE, S_OBJECT_TYPE, O_NOTE);
    f->url = address_of(w, &url);
    f->title = line_of(w, TITLE);
    f->text = f->verb == V_DELETE ? NOTHING : plain_text(w, &text, same(w->plan->markup, (span){"text/html", 9}));
    f->links = f->text.at && !w->aside ? links_of(w, f->text, f->link, MOST_LINKS) : 0;
    f->language = language_of(w);
    f->has_created = moment(w, &created, &f->created);
    f->author.present = 0;
    if (w->plan->has_author) party_read(w, &w->plan->author, R_AUTHOR, &f->author);
}

static void thread_read(work *w, facts *f) {
    f->thread = uri(w, THREAD, OF_THREAD);
    if (!f->thread.at) f->thread = f->id;
    f->thread_title = line_of(w, THREAD_TITLE);
    f->thread_state = symbol(w, THREAD_STATE, S_THREAD_STATE, T_UNKNOWN);
    f->container = uri(w, CONTAINER, OF_CONTAINER);
    f->container_name = line_of(w, CONTAINER_NAME);
    f->parent = uri(w, PARENT, OF_ITEM);
    if (f->parent.at && same(f->parent, f->id)) f->parent = NOTHING;
}

/* Parties with `each` are Python's, unless there are none. */
static void participants_read(work *w, facts *f) {
    f->participants = 0;
    for (int i = 0; i < w->plan->participants; i++) {
        const party_plan *table = &w->plan->participant[i];
        if (table->of[P_EACH] < 0) {
            party_read(w, table, -1, &f->participant[f->participants]);
            f->participants += f->participant[f->participants].present;
            continue;
        }
        value each = evaluate(w, table->of[P_EACH]);
        if (each.type != NONE && !(each.type == LIST && !each.number)) ASIDE(w);
    }
}

static void published_read(work *w, const delivery *d, facts *f) {
    const plan *p = w->plan;
    f->dated = 0;
    if (p->key[PUBLISHED] >= 0) {
        value told = found(w, PUBLISHED);
        f->dated = moment(w, &told, &f->published);
    } else {
        for (int i = 0; i < p->time_guesses && !f->dated; i++) {
            value told = evaluate(w, p->time_guess[i]);
            f->dated = moment(w, &told, &f->published);
        }
    }
    if (!f->dated) f->published = d->received;
}

/* Of a Create nothing; else the version, else when it happened; a digest of the facts is Python's. */
static span revision_of(work *w, const facts *f, span version) {
    if (f->verb == V_CREATE) return (span){"", 0};
    if (version.at) return version;
    char *made = room(w, 32);
    if (!made || !f->dated || f->verb == V_UPDATE) {
        ASIDE(w);
        return (span){"", 0};
    }
    return (span){made, snprintf(made, 32, "%lld", (long long)f->published)};
}

static void identify(work *w, const delivery *d, facts *f) {
    span parts[] = {d->workspace, f->id, w->symbols[S_TYPE].name[f->verb], f->revision};
    uuid_of(parts, 4, f->activity_id);
}

static int is_decimal(span text) {
    for (Py_ssize_t i = 0; i < text.size; i++)
        if (text.at[i] < '0' || text.at[i] > '9') return 0;
    return text.size > 0;
}

/* All of it. `aside` says afterwards whether it counts. */
void facts_read(work *w, const delivery *d, facts *f) {
    value ignore = found(w, IGNORE), ours = found(w, OUR_ACCOUNT), automated = found(w, AUTOMATED);
    if (truth(w, &ignore)) ASIDE(w);
    f->event = event_of(w);
    span version = version_of(w);
    f->verb = verb_of(w, f->event, version);
    if (w->aside || w->plan->relations >> f->verb & 1) {
        ASIDE(w);
        return;
    }
    f->version = version.at && is_decimal(version) ? version : NOTHING;
    object_read(w, f);
    thread_read(w, f);
    f->actor.present = 0;
    if (w->plan->has_actor) party_read(w, &w->plan->actor, R_AUTHOR, &f->actor);
    participants_read(w, f);
    f->our_account = account_uri(w, &ours);
    f->channel = symbol(w, CHANNEL, S_CHANNEL, C_OTHER);
    f->direction = symbol(w, DIRECTION, S_DIRECTION, -1);
    f->visibility = symbol(w, VISIBILITY, S_VISIBILITY, L_RESTRICTED);
    f->automated = truth(w, &automated);
    f->generator = line_of(w, GENERATOR);
    f->client_ref = line_of(w, CLIENT_REF);
    f->reaction = line_of(w, REACTION);
    published_read(w, d, f);
    f->revision = revision_of(w, f, version);
    if (!w->aside) identify(w, d, f);
    if (!w->aside) place(w, f);
}
