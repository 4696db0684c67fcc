// SPDX-License-Identifier: GPL-2.0
/*
 * Work on a tree of files, with a model of it. See tree.h.
 *
 * The model is two arrays: objects (inodes), and entries (names) that lead from a directory to one.
 * Neither gets smaller, so that indices stay good.
 */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#define PAGE		4096
#define MAX_SIZE	(6 * PAGE)
#define MAX_DEPTH	5
#define MAX_ENTRIES	600	/* then nothing new is made */
#define NAMES		24
#define ROOT		0
#define RENAME_SWAP	(1 << 1)	/* RENAME_EXCHANGE */
#define XATTR		"user.tree"

enum kind { FILE_OBJ, DIR_OBJ, LINK_OBJ };

struct obj {
	enum kind kind;
	unsigned int nlink;	/* names; of a directory 1 or 0 */
	size_t size;		/* of a file: of its data; of a link: of its target */
	char *data;		/* MAX_SIZE bytes, zeroes behind the end */
	char xattr[16];		/* value; "" = none */
};

struct ent {
	bool used;
	unsigned int parent, obj;
	char name[24];
};

struct tree {
	struct sc *sc;
	struct world *w;
	char base[W_PATH_MAX];
	unsigned long long state;
	struct obj *objs;
	unsigned int nobjs;
	struct ent *ents;
	unsigned int nents;
	unsigned int ops;
	char *buf;		/* MAX_SIZE bytes */
	bool broken;		/* an expectation failed: the model is no longer what there is */
};

/* ---- chance ---- */

static unsigned int below(struct tree *t, unsigned int n)
{
	/* Knuth's generator: the high bits are good enough for choosing operations. */
	t->state = t->state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned int)(t->state >> 33) % n;
}

/* ---- the model ---- */

static void out_of_memory(void)
{
	fputs("fusebox: no memory for the model of a tree\n", stderr);
	abort();
}

static unsigned int obj_new(struct tree *t, enum kind kind)
{
	struct obj *o;

	t->objs = realloc(t->objs, (t->nobjs + 1) * sizeof(*t->objs));
	if (!t->objs)
		out_of_memory();
	o = &t->objs[t->nobjs];
	*o = (struct obj) { .kind = kind, .data = kind == DIR_OBJ ? NULL : calloc(1, MAX_SIZE) };
	if (kind != DIR_OBJ && !o->data)
		out_of_memory();
	return t->nobjs++;
}

static struct ent *ent_new(struct tree *t, unsigned int parent, const char *name, unsigned int obj)
{
	struct ent *e = t->ents, *end = t->ents + t->nents;

	while (e < end && e->used)
		e++;
	if (e == end) {
		t->ents = realloc(t->ents, (t->nents + 1) * sizeof(*t->ents));
		if (!t->ents)
			out_of_memory();
		e = &t->ents[t->nents++];
	}
	*e = (struct ent) { .used = true, .parent = parent, .obj = obj };
	snprintf(e->name, sizeof(e->name), "%s", name);
	t->objs[obj].nlink++;
	return e;
}

static void ent_drop(struct tree *t, struct ent *e)
{
	struct obj *o = &t->objs[e->obj];

	e->used = false;
	if (!--o->nlink) {
		free(o->data);
		o->data = NULL;
	}
}

static struct ent *ent_find(struct tree *t, unsigned int parent, const char *name)
{
	for (unsigned int i = 0; i < t->nents; i++) {
		if (t->ents[i].used && t->ents[i].parent == parent &&
		    !strcmp(t->ents[i].name, name))
			return &t->ents[i];
	}
	return NULL;
}

/* The entry of a directory, which has one but for the root. */
static struct ent *ent_of_dir(struct tree *t, unsigned int dir)
{
	for (unsigned int i = 0; i < t->nents; i++) {
		if (t->ents[i].used && t->ents[i].obj == dir)
			return &t->ents[i];
	}
	return NULL;
}

static unsigned int nr_children(struct tree *t, unsigned int dir)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < t->nents; i++)
		n += t->ents[i].used && t->ents[i].parent == dir;
	return n;
}

static unsigned int depth(struct tree *t, unsigned int dir)
{
	unsigned int n = 0;

	for (; dir != ROOT; dir = ent_of_dir(t, dir)->parent)
		n++;
	return n;
}

/* Is @dir the directory @above, or below it? */
static bool is_below(struct tree *t, unsigned int dir, unsigned int above)
{
	for (; dir != above; dir = ent_of_dir(t, dir)->parent) {
		if (dir == ROOT)
			return false;
	}
	return true;
}

static void path_at(struct tree *t, const char *base, unsigned int parent, const char *name,
		    char *path)
{
	const char *parts[MAX_DEPTH + 2] = { name };
	int n = 1, len;

	for (; parent != ROOT; parent = ent_of_dir(t, parent)->parent)
		parts[n++] = ent_of_dir(t, parent)->name;
	len = snprintf(path, W_PATH_MAX, "%s", base);
	while (n--)
		len += snprintf(path + len, W_PATH_MAX - len, "/%s", parts[n]);
}

static void path_to(struct tree *t, unsigned int parent, const char *name, char *path)
{
	path_at(t, t->base, parent, name, path);
}

static void path_of(struct tree *t, const struct ent *e, char *path)
{
	path_to(t, e->parent, e->name, path);
}

struct tree *tree_new(struct sc *sc, const char *base, unsigned long long seed)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (!t)
		out_of_memory();
	t->sc = sc;
	t->w = sc_world(sc);
	t->state = seed * 0x9e3779b97f4a7c15ULL + 1;
	snprintf(t->base, sizeof(t->base), "%s", base);
	t->buf = calloc(1, MAX_SIZE);
	if (!t->buf)
		out_of_memory();
	obj_new(t, DIR_OBJ);	/* ROOT */
	t->objs[ROOT].nlink = 1;
	return t;
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	for (unsigned int i = 0; i < t->nobjs; i++)
		free(t->objs[i].data);
	free(t->objs);
	free(t->ents);
	free(t->buf);
	free(t);
}

unsigned int tree_ops(const struct tree *t)
{
	return t->ops;
}

unsigned int tree_files(const struct tree *t)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < t->nents; i++)
		n += t->ents[i].used;
	return n;
}

unsigned long long tree_bytes(const struct tree *t)
{
	unsigned long long n = 0;

	for (unsigned int i = 0; i < t->nobjs; i++)
		n += t->objs[i].nlink && t->objs[i].kind == FILE_OBJ ? t->objs[i].size : 0;
	return n;
}

/* ---- results ---- */

/* One operation is done; what it returned must be what the model says. */
static bool done(struct tree *t, const char *what, const char *path, long got, long want)
{
	t->ops++;
	if (got == want)
		return true;
	t->broken = true;
	return EXPECT(t->sc, false, "operation %u: %s %s is %ld (%s), expected %ld (%s)", t->ops,
		      what, path + strlen(t->base), got, sc_errno(got), want, sc_errno(want));
}

static long open_file(struct tree *t, const char *path, int flags)
{
	long fd = w_open(t->w, path, flags, 0644);

	if (fd < 0)
		done(t, "open", path, fd, 0);
	return fd;
}

/* ---- operations: on the tree and on the model ---- */

static void fill(struct tree *t, struct obj *o, size_t off, size_t len)
{
	sc_pattern(o->data + off, len, off, 1 + below(t, 1000));
	if (off + len > o->size)
		o->size = off + len;
}

static void do_write(struct tree *t, struct ent *e, size_t off, size_t len, int flags)
{
	struct obj *o = &t->objs[e->obj];
	char path[W_PATH_MAX];
	long fd;

	path_of(t, e, path);
	fd = open_file(t, path, O_RDWR | flags);
	if (fd < 0)
		return;
	if (flags & O_APPEND)
		off = o->size;
	fill(t, o, off, len);
	done(t, "write", path, w_pwrite(t->w, fd, o->data + off, len, off), len);
	w_close(t->w, fd);
}

static void do_create(struct tree *t, unsigned int dir, const char *name, size_t size)
{
	struct ent *old = ent_find(t, dir, name), *e;
	char path[W_PATH_MAX];
	long fd;

	path_to(t, dir, name, path);
	fd = w_open(t->w, path, O_CREAT | O_EXCL | O_RDWR, 0644);
	if (!done(t, "create", path, fd < 0 ? fd : 0, old ? -EEXIST : 0) || fd < 0)
		return;
	e = ent_new(t, dir, name, obj_new(t, FILE_OBJ));
	if (size) {
		fill(t, &t->objs[e->obj], 0, size);
		done(t, "write", path, w_write(t->w, fd, t->objs[e->obj].data, size), size);
	}
	w_close(t->w, fd);
}

static void do_mkdir(struct tree *t, unsigned int dir, const char *name)
{
	struct ent *old = ent_find(t, dir, name);
	char path[W_PATH_MAX];

	path_to(t, dir, name, path);
	if (done(t, "mkdir", path, w_mkdir(t->w, path, 0755), old ? -EEXIST : 0) && !old)
		ent_new(t, dir, name, obj_new(t, DIR_OBJ));
}

static void do_symlink(struct tree *t, unsigned int dir, const char *name)
{
	struct ent *old = ent_find(t, dir, name), *e;
	char path[W_PATH_MAX], target[48];
	struct obj *o;

	path_to(t, dir, name, path);
	snprintf(target, sizeof(target), "../to/%s/%u", name, below(t, 100000));
	if (!done(t, "symlink", path, w_symlink(t->w, target, path), old ? -EEXIST : 0) || old)
		return;
	/* Both may move the arrays. */
	e = ent_new(t, dir, name, obj_new(t, LINK_OBJ));
	o = &t->objs[e->obj];
	o->size = strlen(target);
	memcpy(o->data, target, o->size);
}

static void do_link(struct tree *t, struct ent *from, unsigned int dir, const char *name)
{
	struct ent *old = ent_find(t, dir, name);
	unsigned int obj = from->obj;
	char path[W_PATH_MAX], to[W_PATH_MAX];
	long want = t->objs[obj].kind == DIR_OBJ ? -EPERM : 0;

	path_of(t, from, path);
	path_to(t, dir, name, to);
	if (old)
		want = -EEXIST;
	if (done(t, "link", to, w_link(t->w, path, to), want) && !want)
		ent_new(t, dir, name, obj);
}

static void do_unlink(struct tree *t, struct ent *e)
{
	bool dir = t->objs[e->obj].kind == DIR_OBJ;
	char path[W_PATH_MAX];

	path_of(t, e, path);
	if (done(t, "unlink", path, w_unlink(t->w, path), dir ? -EISDIR : 0) && !dir)
		ent_drop(t, e);
}

static void do_rmdir(struct tree *t, struct ent *e)
{
	bool dir = t->objs[e->obj].kind == DIR_OBJ;
	long want = !dir ? -ENOTDIR : nr_children(t, e->obj) ? -ENOTEMPTY : 0;
	char path[W_PATH_MAX];

	path_of(t, e, path);
	if (done(t, "rmdir", path, w_rmdir(t->w, path), want) && !want)
		ent_drop(t, e);
}

/* What the kernel checks, in its order; 0 when the names change. */
static long rename_result(struct tree *t, struct ent *from, unsigned int dir, struct ent *to,
			  bool swap)
{
	bool is_dir = t->objs[from->obj].kind == DIR_OBJ;

	if (is_dir && is_below(t, dir, from->obj))
		return -EINVAL;
	if (!to)
		return swap ? -ENOENT : 0;
	/* The source is below the target. */
	if (t->objs[to->obj].kind == DIR_OBJ && is_below(t, from->parent, to->obj))
		return swap ? -EINVAL : -ENOTEMPTY;
	if (swap || to->obj == from->obj)
		return 0;
	if (is_dir && t->objs[to->obj].kind != DIR_OBJ)
		return -ENOTDIR;
	if (!is_dir && t->objs[to->obj].kind == DIR_OBJ)
		return -EISDIR;
	return is_dir && nr_children(t, to->obj) ? -ENOTEMPTY : 0;
}

static void swap_entries(struct ent *a, struct ent *b)
{
	unsigned int obj = a->obj;

	a->obj = b->obj;
	b->obj = obj;
}

static void do_rename(struct tree *t, struct ent *from, unsigned int dir, const char *name,
		      bool swap)
{
	struct ent *to = ent_find(t, dir, name);
	char path[W_PATH_MAX], newpath[W_PATH_MAX];
	long want;

	/* A tree that gets deeper by a rename would have paths that are too long. */
	if (t->objs[from->obj].kind == DIR_OBJ && (depth(t, dir) > 1 || swap))
		return;
	if (to && swap && t->objs[to->obj].kind == DIR_OBJ)
		return;
	want = rename_result(t, from, dir, to, swap);
	path_of(t, from, path);
	path_to(t, dir, name, newpath);
	if (!done(t, swap ? "exchange" : "rename", newpath,
		  w_rename(t->w, path, newpath, swap ? RENAME_SWAP : 0), want) ||
	    want)
		return;
	/* Two names of one inode: nothing happens. */
	if (to && to->obj == from->obj)
		return;
	if (swap) {
		swap_entries(from, to);
		return;
	}
	if (to)
		ent_drop(t, to);
	from->parent = dir;
	snprintf(from->name, sizeof(from->name), "%s", name);
}

static void do_truncate(struct tree *t, struct ent *e, size_t size, bool by_name)
{
	struct obj *o = &t->objs[e->obj];
	char path[W_PATH_MAX];
	long fd;

	path_of(t, e, path);
	if (by_name) {
		done(t, "truncate", path, w_truncate(t->w, path, size), 0);
	} else {
		fd = open_file(t, path, O_RDWR);
		if (fd < 0)
			return;
		done(t, "ftruncate", path, w_ftruncate(t->w, fd, size), 0);
		w_close(t->w, fd);
	}
	if (size < o->size)
		memset(o->data + size, 0, o->size - size);
	o->size = size;
}

static bool same(struct tree *t, const char *what, const char *path, const char *data, size_t len)
{
	if (!memcmp(t->buf, data, len))
		return true;
	t->broken = true;
	return EXPECT(t->sc, false, "operation %u: %s %s: wrong content", t->ops, what,
		      path + strlen(t->base));
}

static void do_read(struct tree *t, struct ent *e, size_t off, size_t len)
{
	struct obj *o = &t->objs[e->obj];
	size_t want = off >= o->size ? 0 : o->size - off < len ? o->size - off : len;
	char path[W_PATH_MAX];
	long fd;

	path_of(t, e, path);
	fd = open_file(t, path, O_RDONLY);
	if (fd < 0)
		return;
	if (done(t, "read", path, w_pread(t->w, fd, t->buf, len, off), want))
		same(t, "read", path, o->data + off, want);
	w_close(t->w, fd);
}

static void map_and_change(struct tree *t, struct obj *o, const char *path, long fd)
{
	size_t off = below(t, o->size), len = 1 + below(t, o->size - off);
	unsigned long long addr;

	if (!done(t, "mmap", path, w_mmap(t->w, fd, o->size, W_MAP_SHARED | W_MAP_WRITE, 0, &addr),
		  0))
		return;
	if (done(t, "load", path, w_load(t->w, addr + off, t->buf, len), 0))
		same(t, "load", path, o->data + off, len);
	fill(t, o, off, len);
	done(t, "store", path, w_store(t->w, addr + off, o->data + off, len), 0);
	done(t, "msync", path, w_msync(t->w, addr, o->size), 0);
	done(t, "munmap", path, w_munmap(t->w, addr, o->size), 0);
}

static void do_map(struct tree *t, struct ent *e)
{
	struct obj *o = &t->objs[e->obj];
	char path[W_PATH_MAX];
	long fd;

	if (!o->size)
		return;
	path_of(t, e, path);
	fd = open_file(t, path, O_RDWR);
	if (fd < 0)
		return;
	map_and_change(t, o, path, fd);
	w_close(t->w, fd);
}

static void do_xattr(struct tree *t, struct ent *e)
{
	struct obj *o = &t->objs[e->obj];
	bool set = o->xattr[0];
	char path[W_PATH_MAX];

	path_of(t, e, path);
	if (set && below(t, 2)) {
		done(t, "removexattr", path, w_removexattr(t->w, path, XATTR), 0);
		o->xattr[0] = 0;
		return;
	}
	done(t, "setxattr", path,
	     w_setxattr(t->w, path, XATTR, "", 0, set ? XATTR_CREATE : XATTR_REPLACE),
	     set ? -EEXIST : -ENODATA);
	snprintf(o->xattr, sizeof(o->xattr), "value-%u", below(t, 100000));
	done(t, "setxattr", path, w_setxattr(t->w, path, XATTR, o->xattr, strlen(o->xattr), 0), 0);
}

static void do_copy(struct tree *t, struct ent *from, struct ent *to)
{
	struct obj *a = &t->objs[from->obj], *b = &t->objs[to->obj];
	size_t off = a->size ? below(t, a->size) : 0, len = a->size - off;
	char path[W_PATH_MAX], to_path[W_PATH_MAX];
	long in, out;

	if (!len || a == b)
		return;
	path_of(t, from, path);
	path_of(t, to, to_path);
	in = open_file(t, path, O_RDONLY);
	out = open_file(t, to_path, O_RDWR);
	if (in >= 0 && out >= 0 &&
	    done(t, "copy", to_path, w_copy_range(t->w, in, off, out, off, len), len)) {
		memcpy(b->data + off, a->data + off, len);
		b->size = off + len > b->size ? off + len : b->size;
	}
	if (in >= 0)
		w_close(t->w, in);
	if (out >= 0)
		w_close(t->w, out);
}

/* A file that is open outlives its name. */
static void do_unlinked(struct tree *t, struct ent *e)
{
	struct obj *o = &t->objs[e->obj];
	size_t size = o->size;
	char path[W_PATH_MAX];
	struct w_stat st;
	long fd;

	path_of(t, e, path);
	fd = open_file(t, path, O_RDWR);
	if (fd < 0)
		return;
	memcpy(t->buf, o->data, size);
	if (done(t, "unlink", path, w_unlink(t->w, path), 0)) {
		unsigned int nlink = o->nlink - 1;
		char *copy = calloc(1, MAX_SIZE);

		if (!copy)
			out_of_memory();
		memcpy(copy, o->data, size);
		ent_drop(t, e);
		if (done(t, "read", path, w_pread(t->w, fd, t->buf, MAX_SIZE, 0), size))
			same(t, "read", path, copy, size);
		done(t, "fstat", path, w_fstat(t->w, fd, &st) ? -1 : (long)st.nlink, nlink);
		free(copy);
	}
	w_close(t->w, fd);
}

/* ---- chance again ---- */

static void some_name(struct tree *t, char *name)
{
	snprintf(name, 24, "n%u", below(t, NAMES));
}

/* Any entry of a kind, or of any kind if @kind is -1; NULL when there is none. */
static struct ent *some_entry(struct tree *t, int kind)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < t->nents; i++)
		n += t->ents[i].used && (kind < 0 || (int)t->objs[t->ents[i].obj].kind == kind);
	if (!n)
		return NULL;
	n = below(t, n);
	for (struct ent *e = t->ents;; e++) {
		if (e->used && (kind < 0 || (int)t->objs[e->obj].kind == kind) && !n--)
			return e;
	}
}

/* A directory in which something can be made. */
static unsigned int some_dir(struct tree *t)
{
	for (int tries = 0; tries < 4 && below(t, 4); tries++) {
		struct ent *e = some_entry(t, DIR_OBJ);

		if (e && depth(t, e->obj) < MAX_DEPTH - 1)
			return e->obj;
	}
	return ROOT;
}

static size_t some_size(struct tree *t)
{
	/* Often at the end of a page. */
	if (!below(t, 3))
		return below(t, MAX_SIZE / PAGE) * PAGE;
	return below(t, MAX_SIZE);
}

static void make_something(struct tree *t)
{
	unsigned int dir = some_dir(t);
	char name[24];

	some_name(t, name);
	switch (below(t, 10)) {
	case 0:
		do_mkdir(t, dir, name);
		break;
	case 1:
		do_symlink(t, dir, name);
		break;
	default:
		do_create(t, dir, name, some_size(t));
	}
}

static void work_on_entry(struct tree *t, struct ent *e)
{
	char name[24];
	bool swap;

	some_name(t, name);
	switch (below(t, 8)) {
	case 0:
		do_link(t, e, some_dir(t), name);
		break;
	case 1:
	case 2:
		do_unlink(t, e);
		break;
	case 3:
	case 4:
		do_rmdir(t, e);
		break;
	default:
		swap = !below(t, 5);
		do_rename(t, e, some_dir(t), name, swap);
	}
}

static void work_on_file(struct tree *t, unsigned int which)
{
	struct ent *e = some_entry(t, FILE_OBJ);
	size_t off = below(t, MAX_SIZE - 1);
	bool by_name;

	if (!e)
		return;
	switch (which) {
	case 0:
		do_write(t, e, off, 1 + below(t, MAX_SIZE - off), 0);
		break;
	case 1:
		off = t->objs[e->obj].size;
		if (off < MAX_SIZE)
			do_write(t, e, 0, 1 + below(t, MAX_SIZE - off), O_APPEND);
		break;
	case 2:
		do_read(t, e, off, 1 + below(t, MAX_SIZE - off));
		break;
	case 3:
		by_name = below(t, 2);
		do_truncate(t, e, some_size(t), by_name);
		break;
	case 4:
		do_map(t, e);
		break;
	case 5:
		do_xattr(t, e);
		break;
	case 6:
		do_copy(t, e, some_entry(t, FILE_OBJ));
		break;
	case 7:
		if (!below(t, 3))
			do_unlinked(t, e);
		break;
	}
}

void tree_work(struct tree *t, unsigned int nops)
{
	for (unsigned int i = 0; i < nops && !t->broken; i++) {
		unsigned int which = below(t, 8);
		struct ent *e = some_entry(t, -1);

		if (which < 2 && tree_files(t) < MAX_ENTRIES)
			make_something(t);
		else if (which < 4 && e)
			work_on_entry(t, e);
		else
			work_on_file(t, below(t, 8));
	}
}

/* ---- in stages ---- */

void tree_populate(struct tree *t, unsigned int nfiles)
{
	unsigned int dir = ROOT;
	char name[24];

	for (unsigned int i = 0; i < nfiles && !t->broken; i++) {
		if (i % 10 == 0) {
			snprintf(name, sizeof(name), "dir%u", i / 10);
			/* Each third one in the one before. */
			do_mkdir(t, i / 10 % 3 ? dir : ROOT, name);
			dir = ent_find(t, i / 10 % 3 ? dir : ROOT, name)->obj;
		}
		snprintf(name, sizeof(name), "file%u", i);
		do_create(t, dir, name, some_size(t));
		snprintf(name, sizeof(name), i % 20 ? "link%u" : "symlink%u", i);
		if (i % 20 == 10)
			do_link(t, some_entry(t, FILE_OBJ), dir, name);
		else if (i % 20 == 0)
			do_symlink(t, dir, name);
	}
}

/* Entries come and go below, so they are named by number. */
#define EACH(t, i, what) \
	for (unsigned int i = 0; i < (t)->nents && !(t)->broken; i++) \
		if ((t)->ents[i].used && (t)->objs[(t)->ents[i].obj].kind == (what))

void tree_rename_all(struct tree *t)
{
	unsigned int n = 0;
	char name[24];

	EACH(t, i, FILE_OBJ) {
		snprintf(name, sizeof(name), "moved%u", n++);
		do_rename(t, &t->ents[i], below(t, 2) ? t->ents[i].parent : some_dir(t), name,
			  false);
	}
	EACH(t, i, DIR_OBJ) {
		snprintf(name, sizeof(name), "other%u", n++);
		if (n % 2)
			do_rename(t, &t->ents[i], t->ents[i].parent, name, false);
	}
}

void tree_truncate_all(struct tree *t)
{
	unsigned int n = 0;

	EACH(t, i, FILE_OBJ) {
		if (n++ % 3 == 0)
			do_truncate(t, &t->ents[i], some_size(t), n % 2);
	}
}

void tree_map_all(struct tree *t)
{
	unsigned int n = 0;

	EACH(t, i, FILE_OBJ) {
		if (n++ % 4 == 0)
			do_map(t, &t->ents[i]);
	}
}

void tree_remove_all(struct tree *t)
{
	EACH(t, i, FILE_OBJ)
		do_unlink(t, &t->ents[i]);
	EACH(t, i, LINK_OBJ)
		do_unlink(t, &t->ents[i]);
	/* The deepest first: whoever has something in it waits for another round. */
	while (tree_files(t) && !t->broken) {
		EACH(t, i, DIR_OBJ) {
			if (!nr_children(t, t->ents[i].obj))
				do_rmdir(t, &t->ents[i]);
		}
	}
}

/* ---- is all there? ---- */

static void mix(long long *hash, const void *data, size_t len)
{
	const unsigned char *p = data;
	unsigned long long h = *hash;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3ULL;
	*hash = h >> 1;
}

static void check_content(struct tree *t, const struct obj *o, const char *path, long long *hash)
{
	long fd = w_open(t->w, path, O_RDONLY, 0), n;

	if (!EXPECT(t->sc, fd >= 0, "%s cannot be opened: %s", path, sc_errno(fd)))
		return;
	n = w_pread(t->w, fd, t->buf, MAX_SIZE, 0);
	w_close(t->w, fd);
	if (!EXPECT(t->sc, n == (long)o->size, "%s: %ld bytes (%s), expected %zu", path, n,
		    sc_errno(n), o->size))
		return;
	EXPECT(t->sc, !memcmp(t->buf, o->data, n), "%s: wrong content", path);
	mix(hash, t->buf, n);
}

static void check_link(struct tree *t, const struct obj *o, const char *path, long long *hash)
{
	long n = w_readlink(t->w, path, t->buf, MAX_SIZE);

	EXPECT(t->sc, n == (long)o->size && !memcmp(t->buf, o->data, n), "%s: leads elsewhere",
	       path);
	mix(hash, o->data, o->size);
}

static void check_xattr(struct tree *t, const struct obj *o, const char *path, long long *hash)
{
	long n = w_getxattr(t->w, path, XATTR, t->buf, MAX_SIZE);
	long want = o->xattr[0] ? (long)strlen(o->xattr) : -ENODATA;

	if (EXPECT(t->sc, n == want, "%s: attribute is %ld (%s), expected %ld", path, n,
		   sc_errno(n), want) &&
	    n > 0) {
		EXPECT(t->sc, !memcmp(t->buf, o->xattr, n), "%s: wrong attribute", path);
		mix(hash, t->buf, n);
	}
}

static void check_entry(struct tree *t, const char *base, const struct ent *e, long long *hash)
{
	static const unsigned int types[] = {
		[FILE_OBJ] = S_IFREG, [DIR_OBJ] = S_IFDIR, [LINK_OBJ] = S_IFLNK
	};
	const struct obj *o = &t->objs[e->obj];
	char path[W_PATH_MAX];
	struct w_stat st;
	long ret;

	path_at(t, base, e->parent, e->name, path);
	mix(hash, path + strlen(base), strlen(path) - strlen(base));
	ret = w_lstat(t->w, path, &st);
	if (!EXPECT(t->sc, !ret, "%s: %s", path, sc_errno(ret)))
		return;
	EXPECT(t->sc, (st.mode & S_IFMT) == types[o->kind], "%s: mode %o", path, st.mode);
	if (o->kind == DIR_OBJ)
		return;
	EXPECT(t->sc, st.nlink == o->nlink, "%s: %u links, expected %u", path, st.nlink, o->nlink);
	EXPECT(t->sc, st.size == o->size, "%s: size %llu, expected %zu", path, st.size, o->size);
	if (o->kind == LINK_OBJ) {
		check_link(t, o, path, hash);
		return;
	}
	check_content(t, o, path, hash);
	check_xattr(t, o, path, hash);
}

/* The names that a directory lists, no fewer and no more. */
static void check_names(struct tree *t, const char *path, unsigned int dir)
{
	unsigned int found = 0, wrong = 0;
	struct w_dirent d[8];
	long fd, n;

	fd = w_open(t->w, path, O_RDONLY | O_DIRECTORY, 0);
	if (!EXPECT(t->sc, fd >= 0, "%s cannot be opened: %s", path, sc_errno(fd)))
		return;
	while ((n = w_getdents(t->w, fd, d, 8)) > 0) {
		for (long i = 0; i < n; i++) {
			if (!strcmp(d[i].name, ".") || !strcmp(d[i].name, ".."))
				continue;
			found++;
			wrong += !ent_find(t, dir, d[i].name);
		}
	}
	w_close(t->w, fd);
	EXPECT(t->sc, !n && !wrong && found == nr_children(t, dir),
	       "%s: %u names, %u of them wrong, expected %u (%s)", path, found, wrong,
	       nr_children(t, dir), sc_errno(n));
}

long long tree_check(struct tree *t, const char *base)
{
	long long hash = 0x4bf29ce484222325LL;
	char path[W_PATH_MAX];

	check_names(t, base, ROOT);
	for (unsigned int i = 0; i < t->nents; i++) {
		const struct ent *e = &t->ents[i];

		if (!e->used)
			continue;
		check_entry(t, base, e, &hash);
		if (t->objs[e->obj].kind == DIR_OBJ) {
			path_at(t, base, e->parent, e->name, path);
			check_names(t, path, e->obj);
		}
	}
	return hash;
}
