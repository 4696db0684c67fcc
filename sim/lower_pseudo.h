/* SPDX-License-Identifier: GPL-2.0 */
/*
 * File systems of the kernel itself, as far as their files are descriptors of a kind that a FUSE
 * server might hand over: "proc", whose super block has the maximal stack depth, and "sysfs". Each
 * has one readable file, "version".
 */
#ifndef FUSEBOX_SIM_LOWER_PSEUDO_H
#define FUSEBOX_SIM_LOWER_PSEUDO_H

/**
 * pseudo_socket() - open a socket that is connected to nothing
 *
 * Context: a process, in a system call.
 * Return: its descriptor, or -errno.
 */
int pseudo_socket(void);

#endif
