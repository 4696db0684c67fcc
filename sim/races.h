/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Races that are known and harmless, read from a file (tests/races/known.txt).
 */
#ifndef FUSEBOX_SIM_RACES_H
#define FUSEBOX_SIM_RACES_H

/**
 * races_load() - pairs in the file @path are no findings from now on
 * @path: two functions in a line, and indented lines that say why it is harmless
 *
 * A name fits the function that does the access, or an inline of a header by which it does it. "*"
 * in place of the second fits whoever reads what the first writes, but not in the files that the
 * patch adds to fs/fuse; "bit-field" fits every access to the neighbours of a bit-field that the
 * first writes. Names of functions in the patch's files fit only what they write and others read.
 * What is wrong is said on standard error.
 * Return: 0; -EINVAL for a file that cannot be read or does not read so.
 */
int races_load(const char *path);

/**
 * races_write() - how often each pair was met, by this process and those that it has made since,
 *	for tools/race
 * @path: gets a line of number, function and function for each
 *
 * Return: 0, or -EACCES (said on standard error).
 */
int races_write(const char *path);

#endif
