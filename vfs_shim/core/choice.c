// SPDX-License-Identifier: GPL-2.0
/*
 * The decision vector. Each decision among two or more ways has a number, counted from the start of
 * the run; the token keeps only those that were not the default.
 *
 * Token: NAME "@" base64url of: varint 2 * fault_at + fault_persistent, or for a pair of faults the
 * varints 1, fault_at, fault_then - fault_at, or for an intruder 1, 0, intrude_at; for each
 * deviation varint distance from the one before (the first: its number), varint value - 1; one
 * check byte over name and varints.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "explore_internal.h"
#include "snapshot.h"

#define PREEMPT_ONE_IN 8 /* random policy: how often a choice point switches */

struct deviation {
	uint64_t number;
	unsigned int value;
};

struct vector {
	struct deviation *d;
	size_t n, room;
};

static enum fb_policy policy;
static uint64_t rng;
static FB_UNTOLD uint64_t nr_decisions;
static unsigned int variant; /* of faults */
static FB_UNTOLD struct vector made, wanted; /* this run's; the replayed token's */
static FB_UNTOLD size_t next_wanted;
static bool diverged;
static FB_UNTOLD char *token;
static FB_UNTOLD size_t token_room;

static void make_room(struct vector *v)
{
	if (v->n < v->room)
		return;
	v->room = v->room ? v->room * 2 : 4096;
	v->d = realloc(v->d, v->room * sizeof(*v->d));
	if (!v->d)
		abort();
}

static void push(struct vector *v, uint64_t number, unsigned int value)
{
	make_room(v);
	v->d[v->n++] = (struct deviation){number, value};
}

/* splitmix64 */
uint64_t fb_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static uint64_t random_word(void)
{
	return fb_random(&rng);
}

static unsigned int replayed(uint64_t number, unsigned int n)
{
	unsigned int value;

	if (next_wanted == wanted.n || wanted.d[next_wanted].number != number)
		return 0;
	value = wanted.d[next_wanted++].value;
	if (value < n)
		return value;
	if (!diverged)
		fb_trace("replay: decision %llu has %u ways, the token wants number %u",
			 (unsigned long long)number, n, value);
	diverged = true;
	return 0;
}

/* One of @n ways; the default is 0. */
unsigned int fb_decide(enum fb_decision kind, unsigned int n)
{
	uint64_t number;
	unsigned int v = 0;

	if (policy == FB_POLICY_EXPLORE)
		v = fb_x_decide(kind, n);
	if (n < 2)
		return 0;
	number = nr_decisions++;
	if (policy == FB_POLICY_REPLAY)
		v = replayed(number, n);
	else if (policy == FB_POLICY_RANDOM && kind != FB_DEC_POINT)
		v = (unsigned int)(random_word() % n);
	else if (policy == FB_POLICY_RANDOM && random_word() % PREEMPT_ONE_IN == 0)
		v = 1 + (unsigned int)(random_word() % (n - 1));
	v = fb_plan_decide(kind, n, v);
	if (v)
		push(&made, number, v);
	return v;
}

/**
 * fb_fault_way() - a decision among @n ways of failing: fb_run_opts.fault_variant if there are so
 *	many; if that is
 * 0, as by fb_choose(). Context: any, after fb_fault().
 */
unsigned int fb_fault_way(const char *what, unsigned int n)
{
	if (policy == FB_POLICY_REPLAY || !variant || n < 2)
		return fb_choose(what, n);
	if (variant >= n)
		return fb_choose(what, n);
	push(&made, nr_decisions++, variant);
	fb_trace("choice: %s: %u of %u", what, variant, n);
	return variant;
}

/**
 * fb_choose() - a decision among @n ways, 0 unless the policy or the token says otherwise. Context:
 * any.
 */
unsigned int fb_choose(const char *what, unsigned int n)
{
	unsigned int v;

	if (!n)
		fb_report_fatal(FB_CONTRACT, 0, NULL, "choice without an alternative (%s)", what);
	v = fb_decide(FB_DEC_CHOOSE, n);
	if (n > 1 && v)
		fb_trace("choice: %s: %u of %u", what, v, n);
	return v;
}

/** fb_replay_diverged() - the token named a way that there was not. */
bool fb_replay_diverged(void)
{
	return diverged;
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static size_t put_varint(uint8_t *to, uint64_t v)
{
	size_t n = 0;

	while (v > 0x7f) {
		to[n++] = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	to[n++] = (uint8_t)v;
	return n;
}

/* Bytes used, or 0 when malformed. */
static size_t get_varint(const uint8_t *from, size_t len, uint64_t *v)
{
	*v = 0;
	for (size_t n = 0; n < len && n < 10; n++) {
		if (n == 9 && from[n] > 1)
			return 0;
		*v |= (uint64_t)(from[n] & 0x7f) << (7 * n);
		if (!(from[n] & 0x80))
			return n && !from[n] ? 0 : n + 1;
	}
	return 0;
}

static uint8_t check_byte(const char *name, size_t name_len, const uint8_t *p, size_t len)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < name_len; i++)
		h = (h ^ (uint8_t)name[i]) * 16777619u;
	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 16777619u;
	return (uint8_t)(h ^ h >> 8 ^ h >> 16 ^ h >> 24);
}

static void encode(char *to, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i += 3) {
		uint32_t w = (uint32_t)p[i] << 16;

		if (i + 1 < len)
			w |= (uint32_t)p[i + 1] << 8;
		if (i + 2 < len)
			w |= p[i + 2];
		*to++ = digits[w >> 18];
		*to++ = digits[w >> 12 & 63];
		if (i + 1 < len)
			*to++ = digits[w >> 6 & 63];
		if (i + 2 < len)
			*to++ = digits[w & 63];
	}
	*to = '\0';
}

/* Bytes, or -1: a digit that is none, an impossible length, bits set that no byte holds. */
static ssize_t decode(uint8_t *to, const char *s)
{
	uint32_t w = 0;
	unsigned int bits = 0;
	ssize_t n = 0;

	for (; *s; s++) {
		const char *d = strchr(digits, *s);

		if (!d)
			return -1;
		w = w << 6 | (uint32_t)(d - digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			to[n++] = (uint8_t)(w >> bits);
			w &= (1u << bits) - 1;
		}
	}
	return bits == 6 || w ? -1 : n;
}

#define PAIR 1 /* in place of 2 * fault_at + persistent: no fault, but persistent */

static size_t put_faults(uint8_t *to, const struct fb_faults *f)
{
	size_t len;

	if (!f->then && !f->point) {
		len = put_varint(to, f->at * 2);
		to[0] |= f->persistent;
		return len;
	}
	len = put_varint(to, PAIR);
	len += put_varint(to + len, f->at);
	return len + put_varint(to + len, f->point ? f->point : f->then - f->at);
}

/* Bytes used, or 0 when malformed. */
static size_t get_faults(const uint8_t *from, size_t len, struct fb_faults *f)
{
	uint64_t v, gap;
	size_t n = get_varint(from, len, &v), m, k;

	if (!n || v != PAIR) {
		f->at = v / 2;
		f->persistent = v & 1;
		f->then = f->point = 0;
		return n;
	}
	m = get_varint(from + n, len - n, &v);
	k = m ? get_varint(from + n + m, len - n - m, &gap) : 0;
	if (!k || !gap)
		return 0;
	*f = v ? (struct fb_faults){.at = v, .then = v + gap} : (struct fb_faults){.point = gap};
	return n + m + k;
}

/** fb_token() - the decisions so far; valid until the next call. */
const char *fb_token(void)
{
	size_t name_len = strlen(fb_core.name), len = 0;
	uint8_t *p = malloc(48 + made.n * 20);
	uint64_t last = 0;

	if (!p)
		abort();
	len += put_faults(p, fb_faults_told());
	for (size_t i = 0; i < made.n; i++) {
		len += put_varint(p + len, made.d[i].number - last);
		len += put_varint(p + len, made.d[i].value - 1);
		last = made.d[i].number;
	}
	p[len] = check_byte(fb_core.name, name_len, p, len);
	len++;
	if (token_room < name_len + len * 4 / 3 + 8) {
		token_room = 2 * (name_len + len * 4 / 3 + 8);
		token = realloc(token, token_room);
		if (!token)
			abort();
	}
	memcpy(token, fb_core.name, name_len);
	token[name_len] = '@';
	encode(token + name_len + 1, p, len);
	free(p);
	return token;
}

/** fb_token_name() - see choice.h. */
int fb_token_name(const char *from, char *name, size_t len)
{
	const char *at = strrchr(from, '@');

	if (!at || at == from || (size_t)(at - from) >= len)
		return -EINVAL;
	memcpy(name, from, (size_t)(at - from));
	name[at - from] = '\0';
	return 0;
}

static int parse_deviations(const uint8_t *p, size_t len)
{
	uint64_t number = 0, step, value;
	size_t n;

	while (len) {
		n = get_varint(p, len, &step);
		if (!n || (wanted.n && !step))
			return -EINVAL;
		p += n;
		len -= n;
		n = get_varint(p, len, &value);
		if (!n || value >= UINT32_MAX - 1)
			return -EINVAL;
		p += n;
		len -= n;
		number += step;
		push(&wanted, number, (unsigned int)value + 1);
	}
	return 0;
}

static int parse(const char *from, struct fb_faults *faults)
{
	const char *at = strrchr(from, '@');
	uint8_t *p = malloc(strlen(at + 1) + 1);
	ssize_t len;
	size_t n;
	int err = -EINVAL;

	if (!p)
		abort();
	len = decode(p, at + 1);
	if (len < 2 || check_byte(from, (size_t)(at - from), p, (size_t)len - 1) != p[len - 1])
		goto out;
	len--;
	n = get_faults(p, (size_t)len, faults);
	if (!n)
		goto out;
	err = parse_deviations(p + n, (size_t)len - n);
out:
	free(p);
	return err;
}

/** fb_token_faults() - see choice.h. Not during a replay. */
bool fb_token_faults(const char *from)
{
	struct fb_faults faults = {0};
	bool ok = strrchr(from, '@') && !parse(from, &faults);

	wanted.n = 0;
	return ok && (faults.at || faults.point);
}

int fb_choice_reset(const struct fb_run_opts *opts)
{
	struct fb_faults faults = {opts->fault_at, opts->fault_then, opts->fault_persistent,
				   opts->intrude_at};
	int err;

	policy = opts->policy;
	fb_plan_reset(opts->record, policy == FB_POLICY_PLANNED ? opts->plan : NULL);
	rng = opts->seed;
	nr_decisions = 0;
	variant = opts->fault_variant;
	made.n = wanted.n = next_wanted = 0;
	make_room(&made);
	diverged = false;
	if (policy == FB_POLICY_REPLAY) {
		if (!opts->token)
			return -EINVAL;
		err = fb_token_name(opts->token, fb_core.name, sizeof(fb_core.name));
		if (err || (opts->name && strcmp(opts->name, fb_core.name)))
			return -EINVAL;
		err = parse(opts->token, &faults);
		if (err)
			return err;
	}
	if (opts->fault_none)
		faults = (struct fb_faults){0};
	fb_fault_reset(&faults);
	return 0;
}
