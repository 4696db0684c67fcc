// SPDX-License-Identifier: GPL-2.0
/*
 * The inodes that the kernel knows. See nodes.h.
 */
#include "nodes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os.h"

#define BUCKETS	1024

/* One way to an inode. */
struct name {
	struct node *node;
	struct node *parent;
	struct name *next;		/* of the same inode */
	struct name *next_in_bucket;
	char text[];
};

struct nodes {
	struct node root;
	char root_path[OS_PATH_MAX];
	struct node *by_ino[BUCKETS];
	struct name *by_name[BUCKETS];
	struct node *gone;
};

static unsigned int ino_bucket(uint64_t ino)
{
	return ino * 0x9e3779b97f4a7c15ULL >> 54;
}

static unsigned int name_bucket(const struct node *parent, const char *text)
{
	uint64_t hash = parent->ino;

	while (*text)
		hash = (hash ^ (unsigned char)*text++) * 0x100000001b3ULL;
	return ino_bucket(hash);
}

struct nodes *nodes_new(const char *root_path, uint64_t root_ino)
{
	struct nodes *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	snprintf(t->root_path, sizeof(t->root_path), "%s", root_path);
	t->root.ino = root_ino;
	t->root.nlookup = 1;
	return t;
}

struct node *nodes_root(struct nodes *t)
{
	return &t->root;
}

static struct name **find_name(struct nodes *t, const struct node *parent, const char *text)
{
	struct name **at = &t->by_name[name_bucket(parent, text)];

	while (*at && ((*at)->parent != parent || strcmp((*at)->text, text)))
		at = &(*at)->next_in_bucket;
	return at;
}

static struct node **find_node(struct nodes *t, uint64_t ino)
{
	struct node **at = &t->by_ino[ino_bucket(ino)];

	while (*at && (*at)->ino != ino)
		at = &(*at)->next;
	return at;
}

/* Off the list that it is on. */
static void take_out(struct nodes *t, struct node *n)
{
	struct node **at = n->gone ? &t->gone : &t->by_ino[ino_bucket(n->ino)];

	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
}

static void set_gone(struct nodes *t, struct node *n)
{
	if (n->gone)
		return;
	take_out(t, n);
	n->gone = 1;
	n->next = t->gone;
	t->gone = n;
}

static void free_if_unused(struct nodes *t, struct node *n);

/* @at: where the bucket has it. */
static void drop_name(struct nodes *t, struct name **at)
{
	struct name *name = *at;
	struct name **link = &name->node->names;
	struct node *parent = name->parent;

	*at = name->next_in_bucket;
	while (*link != name)
		link = &(*link)->next;
	*link = name->next;
	free(name);
	parent->nchildren--;
	free_if_unused(t, parent);
}

/*
 * Nobody counts on it, and nothing known lies below it: its names go, and perhaps its directories.
 */
static void free_if_unused(struct nodes *t, struct node *n)
{
	if (n == &t->root || n->nlookup || n->nchildren || n->files)
		return;
	/* Out of sight first: its directory may be freed, but nothing comes back to it. */
	take_out(t, n);
	while (n->names)
		drop_name(t, find_name(t, n->names->parent, n->names->text));
	free(n);
}

static int add_name(struct nodes *t, struct node *n, struct node *parent, const char *text)
{
	struct name **at = find_name(t, parent, text), *name;

	if (*at && (*at)->node == n)
		return 0;
	name = malloc(sizeof(*name) + strlen(text) + 1);
	if (!name)
		return -ENOMEM;
	*name = (struct name) { .node = n, .parent = parent, .next = n->names };
	strcpy(name->text, text);
	n->names = name;
	parent->nchildren++;
	/* What the name led to before is not to be found by it any more. */
	if (*at) {
		struct node *old = (*at)->node;

		drop_name(t, at);
		free_if_unused(t, old);
		at = find_name(t, parent, text);
	}
	name->next_in_bucket = *at;
	*at = name;
	return 0;
}

struct node *nodes_get(struct nodes *t, struct node *parent, const char *name, uint64_t ino)
{
	struct node **at = find_node(t, ino), *n = *at;

	if (!n) {
		n = calloc(1, sizeof(*n));
		if (!n)
			return NULL;
		n->ino = ino;
		*at = n;
	}
	n->nlookup++;
	if (add_name(t, n, parent, name)) {
		nodes_forget(t, n, 1);
		return NULL;
	}
	return n;
}

void nodes_forget(struct nodes *t, struct node *n, uint64_t nlookup)
{
	if (n == &t->root)
		return;
	n->nlookup -= nlookup < n->nlookup ? nlookup : n->nlookup;
	free_if_unused(t, n);
}

void nodes_unlink(struct nodes *t, struct node *parent, const char *name, int last)
{
	struct name **at = find_name(t, parent, name);
	struct node *n;

	if (!*at)
		return;
	n = (*at)->node;
	if (last)
		set_gone(t, n);
	drop_name(t, at);
	free_if_unused(t, n);
}

int nodes_rename(struct nodes *t, struct node *from, const char *name, struct node *to,
		 const char *newname, int exchange, int last)
{
	struct name *a = *find_name(t, from, name), *b = *find_name(t, to, newname);
	struct node *one = a ? a->node : NULL, *other = b && exchange ? b->node : NULL;
	int ret = 0;

	if (one == other && one)
		return 0;
	nodes_unlink(t, from, name, 0);
	nodes_unlink(t, to, newname, last);
	/* Both are in use, as the kernel has just named them: they outlive their names. */
	if (one)
		ret = add_name(t, one, to, newname);
	if (other && !ret)
		ret = add_name(t, other, from, name);
	return ret;
}

/*
 * Writes the path from the end of @path to its begin; returns where it begins, NULL when it does
 * not fit.
 */
static char *prepend(char *path, char *at, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(at - path) < len + 1)
		return NULL;
	at -= len;
	memcpy(at, text, len);
	*--at = '/';
	return at;
}

int nodes_path(const struct nodes *t, const struct node *n, const char *name, char *path)
{
	size_t root_len = strlen(t->root_path);
	char *at = path + OS_PATH_MAX - 1;

	*at = 0;
	if (name)
		at = prepend(path, at, name);
	for (; at && n != &t->root; n = n->names->parent) {
		if (!n->names)
			return -ENOENT;
		at = prepend(path, at, n->names->text);
	}
	if (!at || (size_t)(at - path) < root_len)
		return -ENAMETOOLONG;
	memcpy(at - root_len, t->root_path, root_len);
	memmove(path, at - root_len, path + OS_PATH_MAX - (at - root_len));
	return 0;
}

/* An unmounting that overtakes a RELEASE leaves files open. */
static void close_files(struct node *n)
{
	struct open_file *f, *next;

	for (f = n->files; f; f = next) {
		next = f->next;
		os_close(f->fd);
		free(f);
	}
}

static void free_list(struct node *n)
{
	struct node *next;

	for (; n; n = next) {
		next = n->next;
		close_files(n);
		free(n);
	}
}

void nodes_free(struct nodes *t)
{
	if (!t)
		return;
	close_files(&t->root);
	free_list(t->gone);
	for (unsigned int i = 0; i < BUCKETS; i++) {
		for (struct name *name = t->by_name[i], *next; name; name = next) {
			next = name->next_in_bucket;
			free(name);
		}
		free_list(t->by_ino[i]);
	}
	free(t);
}
