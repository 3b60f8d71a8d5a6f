/* People: parties.py and the account URIs of accounts.py. Telephone numbers and what is not ASCII are Python's. */
#include "engine.h"

#define LONGEST_MAIL 320
#define LONGEST_NAME 300

static int is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/* A domain in small letters without dots at its end; None where it is none. */
static span domain_of(span told) {
    int letters = 0;
    while (told.size && told.at[told.size - 1] == '.') told.size--;
    for (Py_ssize_t i = 0; i < told.size; i++) {
        if (is_alphanumeric(told.at[i])) letters++;
        else if (told.at[i] != '-' && told.at[i] != '.' && told.at[i] != '_') return NOTHING;
    }
    return letters ? told : NOTHING;
}

/* As accounts.mailto. */
span mail_account(work *w, span address, unsigned texture) {
    if (!address.at || !address.size) return NOTHING;
    if (texture || address.size > LONGEST_MAIL) {
        ASIDE(w);
        return NOTHING;
    }
    span told = trimmed(address);
    while (told.size && strchr("<>", told.at[0])) told.at++, told.size--;
    while (told.size && strchr("<>", told.at[told.size - 1])) told.size--;
    Py_ssize_t at = told.size - 1;
    while (at >= 0 && told.at[at] != '@') at--;
    if (at < 1 || at == told.size - 1 || memchr(told.at, ' ', at)) return NOTHING;
    span domain = domain_of((span){told.at + at + 1, told.size - at - 1});
    if (!domain.at) return NOTHING;
    span parts[] = {{"mailto:", 7}, lowered(w, (span){told.at, at + 1 + domain.size})};
    return joined(w, parts, 2);
}

/* As parties.account_uri. */
span account_uri(work *w, const value *v) {
    span told = identifier(w, v);
    if (!told.at) return NOTHING;
    if (begins(told, "mailto:")) return mail_account(w, (span){told.at + 7, told.size - 7}, v->texture);
    if (begins(told, "https://") || begins(told, "http://")) {
        value trimmed_value = {TEXT, v->texture, told, 0};
        return address_of(w, &trimmed_value);
    }
    if (begins(told, "tel:")) {
        ASIDE(w);
        return NOTHING;
    }
    if (!begins(told, "acct:") && !begins(told, "did:")) return NOTHING;
    if (v->texture) {
        ASIDE(w);
        return NOTHING;
    }
    for (Py_ssize_t i = 0; i < told.size; i++)
        if (strchr(" \"<>\\^`{|}", told.at[i])) return NOTHING;
    return told;
}

/* A number without + is nobody's where no region is known; any other is Python's. */
static void check_phone(work *w, const value *v) {
    unsigned texture;
    span told = text_of(w, v, &texture);
    if (!told.at || !told.size) return;
    span bare = trimmed(told);
    if (texture || w->plan->region || (bare.size && bare.at[0] == '+')) ASIDE(w);
}

/* As parties.party: `role` -1: the table's. */
void party_read(work *w, const party_plan *table, int role, party *told) {
    value email = evaluate(w, table->of[P_EMAIL]), phone = evaluate(w, table->of[P_PHONE]);
    value account = evaluate(w, table->of[P_ACCOUNT]), own = evaluate(w, table->of[P_ID]);
    value name = evaluate(w, table->of[P_NAME]), handle = evaluate(w, table->of[P_HANDLE]);
    value kind = evaluate(w, table->of[P_KIND]), side = evaluate(w, table->of[P_SIDE]);
    unsigned texture;
    span address = text_of(w, &email, &texture);
    span mail = mail_account(w, address, texture);
    check_phone(w, &phone);
    told->account = account_uri(w, &account);
    if (!told->account.at) told->account = native_id(w, OF_USER, identifier(w, &own));
    if (!told->account.at) told->account = mail;
    told->name = one_line(w, &name, LONGEST_NAME);
    told->handle = one_line(w, &handle, LONGEST_NAME);
    told->present = told->account.at || told->name.at || told->handle.at;
    if (told->handle.at && told->handle.at[0] == '@') told->handle.at++, told->handle.size--;
    told->claim = mail.at && !same(mail, told->account) ? mail : NOTHING;
    int found = choice(w, &kind, S_KIND), on = choice(w, &side, S_SIDE);
    told->kind = found < 0 ? K_UNKNOWN : found;
    told->side = on < 0 ? S_UNKNOWN : on;
    told->role = role < 0 ? table->role : role;
    told->trust = table->trust;
}

/* Whether a text is what a pattern with `*` describes, as fnmatch says. */
static int matches(span text, span pattern) {
    Py_ssize_t t = 0, p = 0, star = -1, back = 0;
    while (t < text.size) {
        if (p < pattern.size && pattern.at[p] == '*') star = p++, back = t;
        else if (p < pattern.size && pattern.at[p] == text.at[t]) p++, t++;
        else if (star >= 0) p = star + 1, t = ++back;
        else return 0;
    }
    while (p < pattern.size && pattern.at[p] == '*') p++;
    return p == pattern.size;
}

static int order(span a, span b) {
    int found = memcmp(a.at, b.at, a.size < b.size ? a.size : b.size);
    return found ? found : (a.size > b.size) - (a.size < b.size);
}

/* As Placement.is_own. */
int is_own(const plan *p, span account) {
    for (Py_ssize_t low = 0, high = p->own_count; low < high;) {
        Py_ssize_t middle = (low + high) / 2;
        int found = order(account, p->own[middle]);
        if (!found) return 1;
        if (found < 0) high = middle;
        else low = middle + 1;
    }
    for (Py_ssize_t i = 0; i < p->pattern_count; i++)
        if (matches(account, p->pattern[i])) return 1;
    return 0;
}
