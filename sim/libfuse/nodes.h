/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The inodes that the kernel knows, with the names by which it found them.
 *
 * An inode is found again by the inode number of the lower file, so that hard links are one inode.
 * Its path is made of names when it is needed, so that a directory can be renamed without telling
 * what lies below. It is kept while the kernel counts a look-up, or a name below it is known.
 */
#ifndef FUSEBOX_SIM_LIBFUSE_NODES_H
#define FUSEBOX_SIM_LIBFUSE_NODES_H

#include <stdint.h>
#include "listing.h"

struct nodes;
struct name;

/**
 * struct open_file - a file that is open
 * @fd: the server's
 * @passed: it holds the inode's backing id
 * @listing: of a directory
 * @next: of the same inode
 */
struct open_file {
	int fd;
	int passed;
	struct listing listing;
	struct open_file *next;
};

/**
 * struct node - an inode
 * @ino: inode number of the lower file
 * @nlookup: the kernel's count
 * @files: open files
 * @backing_id: of the lower file; 0 = none
 * @backing_users: open files that are passed through to it
 * @names: private
 * @nchildren: private: names of which it is the directory
 * @gone: private: its last name went: it is not found by its number any more
 * @next: private: of the same bucket, or of those that are gone
 */
struct node {
	uint64_t ino;
	uint64_t nlookup;
	struct open_file *files;
	int32_t backing_id;
	unsigned int backing_users;
	struct name *names;
	unsigned int nchildren;
	int gone;
	struct node *next;
};

/**
 * nodes_new() - a tree of which only the root is known
 * @root_path: its path
 * @root_ino: its inode number
 *
 * Return: NULL when out of memory.
 */
struct nodes *nodes_new(const char *root_path, uint64_t root_ino);
/* Closes what is still open, too. */
void nodes_free(struct nodes *t);

struct node *nodes_root(struct nodes *t);

/**
 * nodes_get() - the inode that a look-up has found, with one more look-up
 * @t: the tree
 * @parent: where
 * @name: by which name
 * @ino: what
 *
 * Return: NULL when out of memory.
 */
struct node *nodes_get(struct nodes *t, struct node *parent, const char *name, uint64_t ino);

/* The kernel has forgotten @nlookup look-ups. */
void nodes_forget(struct nodes *t, struct node *n, uint64_t nlookup);

/**
 * nodes_unlink() - a name is gone
 * @t: the tree
 * @parent: directory
 * @name: in it
 * @last: it was the last of its inode, whose number may come back for another one
 */
void nodes_unlink(struct nodes *t, struct node *parent, const char *name, int last);

/**
 * nodes_rename() - a name has moved, or two have changed places
 * @t: the tree
 * @from: directory
 * @name: in it
 * @to: directory
 * @newname: in it; what was known by it is forgotten
 * @exchange: or gets the other name
 * @last: it was the last of its inode
 *
 * Return: 0 or -ENOMEM.
 */
int nodes_rename(struct nodes *t, struct node *from, const char *name, struct node *to,
		 const char *newname, int exchange, int last);

/**
 * nodes_path() - a path that leads to an inode
 * @t: the tree
 * @n: the inode; with @name: a directory
 * @name: NULL, or a name in it
 * @path: OS_PATH_MAX bytes
 *
 * Return: 0; -ENOENT when it has no name any more; -ENAMETOOLONG.
 */
int nodes_path(const struct nodes *t, const struct node *n, const char *name, char *path);

#endif /* FUSEBOX_SIM_LIBFUSE_NODES_H */
