/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Findings that are known and are not the patch's.
 */
#ifndef FUSEBOX_SIM_KNOWN_H
#define FUSEBOX_SIM_KNOWN_H

/**
 * struct known_finding - a mistake of the kernel itself
 * @scenarios: where it may be met: a shell pattern
 * @text: part of the first line of its report
 * @reason: how it comes about, and that it is the kernel's
 */
struct known_finding {
	const char *scenarios, *text, *reason;
};

#define MAX_KNOWN 8

/**
 * known_at() - walk the table
 * @i: 0, 1, ... below MAX_KNOWN
 *
 * Return: the entry, or NULL behind the last one.
 */
const struct known_finding *known_at(unsigned int i);

/**
 * known_find() - are all findings of a run known?
 * @scenario: its name
 * @details: its findings as text
 *
 * Return: index of the first one in the table; -1 if one is not known.
 */
int known_find(const char *scenario, const char *details);

#endif
