// SPDX-License-Identifier: GPL-2.0
/*
 * The list of known races.
 */
#include "races.h"

#include <core/race.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* In place of the second function. */
#define ANY_READER	"*"
#define ANY_FIELD	"bit-field"

struct pair {
	char *function[2];
	unsigned int line;
	bool why;
};

static struct pair *pairs;
static unsigned int nr_pairs;
static unsigned long *met; /* of each, by all processes that run scenarios */

/* An access that is written in a file that the patch adds, not in an inline of a header. */
static bool is_ours(fb_stack_t s)
{
	const char *file = fb_stack_site_file(s);

	return (strstr(file, "fs/fuse/passthrough") || strstr(file, "fs/fuse/backing")) &&
	       !strcmp(fb_stack_access(s), fb_stack_site(s));
}

/* One side of a race: where, and what it and the other side do. */
struct side {
	fb_stack_t stack;
	bool writes, other_writes;
};

/*
 * By name, what the patch adds is only excused where it writes and somebody else reads: he had the
 * choice to lock.
 */
static bool fits(const struct side *s, const char *function)
{
	if (!strcmp(function, ANY_FIELD))
		return true;
	if (!strcmp(function, ANY_READER))
		return !s->writes && !is_ours(s->stack);
	if (!fb_stack_accesses(s->stack, function))
		return false;
	return !is_ours(s->stack) || (s->writes && !s->other_writes);
}

static bool pair_fits(const struct pair *p, const struct side *a, const struct side *b)
{
	/* The function before a star is the one that writes. */
	if ((!strcmp(p->function[1], ANY_FIELD) || !strcmp(p->function[1], ANY_READER)) &&
	    !a->writes)
		return false;
	return fits(a, p->function[0]) && fits(b, p->function[1]);
}

static bool is_known(const struct fb_race *r, void *arg)
{
	bool here = r->kind & FB_ACCESS_WRITE, there = r->other_kind & FB_ACCESS_WRITE;
	struct side a = { r->here, here, there }, b = { r->there, there, here };

	(void)arg;
	for (unsigned int i = 0; i < nr_pairs; i++) {
		if (pair_fits(&pairs[i], &a, &b) || pair_fits(&pairs[i], &b, &a)) {
			__atomic_fetch_add(&met[i], 1, __ATOMIC_RELAXED);
			return true;
		}
	}
	return false;
}

static int add(char *line, unsigned int number)
{
	char *save = NULL, *a = strtok_r(line, " \t\n", &save), *b = strtok_r(NULL, " \t\n", &save);
	struct pair *more;

	if (!b || strtok_r(NULL, " \t\n", &save))
		return -EINVAL;
	more = realloc(pairs, (nr_pairs + 1) * sizeof(*pairs));
	if (!more)
		return -ENOMEM;
	pairs = more;
	pairs[nr_pairs] = (struct pair){ .function = { strdup(a), strdup(b) }, .line = number };
	if (!pairs[nr_pairs].function[0] || !pairs[nr_pairs].function[1])
		return -ENOMEM;
	nr_pairs++;
	return 0;
}

static int bad(const char *path, unsigned int line, const char *what)
{
	fprintf(stderr, "fusebox: %s:%u: %s\n", path, line, what);
	return -EINVAL;
}

static int check_reason(const char *path)
{
	if (nr_pairs && !pairs[nr_pairs - 1].why)
		return bad(path, pairs[nr_pairs - 1].line,
			   "say in an indented line below it why this race is harmless");
	return 0;
}

static int parse(FILE *f, const char *path)
{
	char line[512];
	int err = 0;

	for (unsigned int number = 1; !err && fgets(line, sizeof(line), f); number++) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (line[0] == ' ' || line[0] == '\t') {
			if (!nr_pairs)
				err = bad(path, number,
					  "a reason must follow the two functions it is for");
			else
				pairs[nr_pairs - 1].why = true;
			continue;
		}
		err = check_reason(path);
		if (!err && add(line, number))
			err = bad(path, number, "a race reads 'FUNCTION FUNCTION'");
	}
	return err ? err : check_reason(path);
}

int races_load(const char *path)
{
	FILE *f = fopen(path, "r");
	int err;

	if (!f) {
		fprintf(stderr,
			"fusebox: cannot read %s: %s; the list of known races is tests/races/known.txt\n",
			path, strerror(errno));
		return -EINVAL;
	}
	err = parse(f, path);
	fclose(f);
	if (err || !nr_pairs)
		return err;
	met = mmap(NULL, nr_pairs * sizeof(*met), PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (met == MAP_FAILED) {
		perror("fusebox: counting known races");
		return -ENOMEM;
	}
	fb_race_known(is_known, NULL);
	return 0;
}

int races_write(const char *path)
{
	FILE *f = fopen(path, "w");

	for (unsigned int i = 0; f && i < nr_pairs; i++)
		fprintf(f, "%lu %s %s\n", met[i], pairs[i].function[0], pairs[i].function[1]);
	if (f && !fclose(f))
		return 0;
	fprintf(stderr, "fusebox: cannot write %s: %s\n", path, strerror(errno));
	return -EACCES;
}
