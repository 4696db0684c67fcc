/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Work on a tree of files, with a model of it that says what each call must return, and what must
 * be there.
 *
 * Files have names of a few characters, so that operations by chance meet each other: hard links,
 * names that are taken, directories that are not empty.
 */
#ifndef FUSEBOX_SIM_SCENARIOS_TREE_H
#define FUSEBOX_SIM_SCENARIOS_TREE_H

#include "../scenario.h"

struct tree;

/**
 * tree_new() - a model of an empty directory
 * @sc: the scenario's run
 * @base: path of the directory
 * @seed: what happens by chance is a function of it
 *
 * Return: the model; a lack of memory ends the program.
 */
struct tree *tree_new(struct sc *sc, const char *base, unsigned long long seed);
void tree_free(struct tree *t);

/**
 * tree_populate() - copy files in: directories of ten files each, some symbolic links, some hard
 *	links
 * @t: the tree, empty
 * @nfiles: how many regular files
 */
void tree_populate(struct tree *t, unsigned int nfiles);

/* Each file, and each second directory, gets another name, perhaps in another directory. */
void tree_rename_all(struct tree *t);

/* Each third file shrinks or grows, by name or by descriptor. */
void tree_truncate_all(struct tree *t);

/* Each fourth file that is not empty is mapped: loads must see it, and it is changed by stores. */
void tree_map_all(struct tree *t);

/* All is removed, files before their directories. */
void tree_remove_all(struct tree *t);

/**
 * tree_work() - operations by chance, each result compared with the model's
 * @t: the tree
 * @nops: how many
 */
void tree_work(struct tree *t, unsigned int nops);

/**
 * tree_check() - is all there as the model has it?
 * @t: the tree
 * @base: where to look: the directory itself, or the same one by another path
 *
 * Names, types, link counts, sizes, contents, symbolic links, extended attributes. What is not so
 * is a failed expectation. Return: a hash of what was read (63 bits), which is the same for the
 * same tree.
 */
long long tree_check(struct tree *t, const char *base);

/* Operations done so far, files and directories that there are, bytes in files. */
unsigned int tree_ops(const struct tree *t);
unsigned int tree_files(const struct tree *t);
unsigned long long tree_bytes(const struct tree *t);

#endif /* FUSEBOX_SIM_SCENARIOS_TREE_H */
