/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Builds that count what runs (FUSEBOX_COVERAGE): their counters are memory of the process, written
 * at exit().
 */
#ifndef FUSEBOX_SIM_COVERAGE_H
#define FUSEBOX_SIM_COVERAGE_H

#include <stdbool.h>
#include <unistd.h>

/* Of the compilers' runtimes, which other builds have not. */
extern void __gcov_dump(void) __attribute__((weak));
extern int __llvm_profile_write_file(void) __attribute__((weak));

/**
 * coverage_counts() - does this build count?
 *
 * Return: whether it does. Memory must not be put back then, or counters would be, too.
 */
static inline bool coverage_counts(void)
{
	return __gcov_dump || __llvm_profile_write_file;
}

/**
 * coverage_exit() - _exit(2) that loses no counters
 * @status: of the process
 *
 * For a forked process, in which exit(3) would write the parent's buffers once more.
 */
_Noreturn static inline void coverage_exit(int status)
{
	if (__gcov_dump)
		__gcov_dump();
	if (__llvm_profile_write_file)
		__llvm_profile_write_file();
	_exit(status);
}

#endif
