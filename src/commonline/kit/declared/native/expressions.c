/* What an expression finds: paths, headers, literals, and the plainest of JMESPath's operators and functions. */
#include "engine.h"

static value text_value(span text, unsigned texture) { return (value){text.at ? TEXT : NONE, texture, text, 0}; }

static value boolean(int yes) { return (value){yes ? YES : NO, 0, NOTHING, 0}; }

/* JMESPath: null, false and what is empty. Zero is not. */
static int is_false(const value *v) {
    if (v->type == TEXT) return v->text.size == 0;
    if (v->type == LIST || v->type == TABLE) return v->number == 0;
    return v->type == NONE || v->type == NO;
}

static int equal(work *w, const value *a, const value *b) {
    if (a->type == REAL || b->type == REAL) ASIDE(w);
    if (a->type != b->type) return 0;
    if (a->type == LIST || a->type == TABLE) ASIDE(w);
    if (a->type == TEXT) return same(a->text, b->text);
    return a->type != WHOLE || a->number == b->number;
}

static value evaluate_join(work *w, const expression *e) {
    span parts[2 * MOST_CHILDREN];
    unsigned texture = 0;
    int count = 0;
    value glue = evaluate(w, e->of[0]);
    for (int i = 1; i < e->count; i++) {
        value one = evaluate(w, e->of[i]);
        if (glue.type != TEXT || one.type != TEXT) {
            ASIDE(w);
            return NULL_VALUE;
        }
        if (i > 1) parts[count++] = glue.text;
        parts[count++] = one.text;
        texture |= one.texture | glue.texture;
    }
    return text_value(joined(w, parts, count), texture);
}

static value evaluate_lower(work *w, value told) {
    if (told.type == NONE) return told;
    if (told.type != TEXT || told.texture & (WIDE | ODD)) {
        ASIDE(w);
        return NULL_VALUE;
    }
    return text_value(lowered(w, told.text), told.texture);
}

static value evaluate_to_string(work *w, value told) {
    if (told.type == TEXT) return told;
    if (told.type == NONE) return text_value((span){"null", 4}, 0);
    if (told.type == LIST || told.type == TABLE) ASIDE(w);
    unsigned texture;
    span text = text_of(w, &told, &texture);
    return text_value(text, 0);
}

static value evaluate_not(work *w, value told) {
    if (told.type == REAL) ASIDE(w);
    if (told.type == WHOLE) return boolean(0);
    return boolean(is_false(&told));
}

static value evaluate_not_null(work *w, const expression *e) {
    for (int i = 0; i < e->count; i++) {
        value told = evaluate(w, e->of[i]);
        if (told.type != NONE) return told;
    }
    return NULL_VALUE;
}

static value evaluate_pair(work *w, const expression *e) {
    value first = evaluate(w, e->of[0]);
    if (e->operation == OR) return is_false(&first) ? evaluate(w, e->of[1]) : first;
    if (e->operation == AND) return is_false(&first) ? first : evaluate(w, e->of[1]);
    value second = evaluate(w, e->of[1]);
    return boolean(equal(w, &first, &second) == (e->operation == EQUAL));
}

/* Of an expression's number; -1, none: null. */
value evaluate(work *w, int number) {
    if (number < 0) return NULL_VALUE;
    const expression *e = &w->plan->expression[number];
    switch (e->operation) {
    case PATH:
        return w->slot[e->slot];
    case HEADER:
        return text_value(w->header[e->slot], texture_of(w, w->header[e->slot]));
    case CONSTANT:
        return e->constant;
    case OR:
    case AND:
    case EQUAL:
    case UNEQUAL:
        return evaluate_pair(w, e);
    case NOT:
        return evaluate_not(w, evaluate(w, e->of[0]));
    case JOIN:
        return evaluate_join(w, e);
    case LOWER:
        return evaluate_lower(w, evaluate(w, e->of[0]));
    case TO_STRING:
        return evaluate_to_string(w, evaluate(w, e->of[0]));
    case NOT_NULL:
        return evaluate_not_null(w, e);
    default:
        ASIDE(w);
        return NULL_VALUE;
    }
}
