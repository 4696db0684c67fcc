/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file server on libfuse's low-level API: it serves a directory, with passthrough where the
 * kernel has it.
 *
 * The same source is a task of the box, a thread of fusebox-host, and the program
 * fusebox-fileserver (main.c).
 */
#ifndef FUSEBOX_SIM_LIBFUSE_FILESERVER_H
#define FUSEBOX_SIM_LIBFUSE_FILESERVER_H

#include <stdbool.h>
#include <stdint.h>

struct fileserver;

/**
 * struct fileserver_opts - what is served, and how
 * @root: absolute path of the directory
 * @passthrough: negotiate passthrough, and name a backing file for each file that is opened
 * @direct: files that are not passed through bypass the kernel's page cache
 * @writeback: the kernel keeps what is written, and writes it back later; there is no passthrough
 *	with it
 * @splice: data go between the device and the files without a copy of ours
 * @no_xattrs: extended attributes are answered with ENOSYS, so that the kernel asks once
 * @timeout: seconds for which the kernel may use names and attributes
 */
struct fileserver_opts {
	const char *root;
	bool passthrough;
	bool direct;
	bool writeback;
	bool splice;
	bool no_xattrs;
	double timeout;
};

/**
 * struct fileserver_counts - what a server has done
 * @opens: opens and creates answered
 * @passed: those of them with a backing file
 * @reads: READ requests
 * @writes: WRITE requests
 * @getattrs: GETATTR requests
 * @getxattrs: GETXATTR requests
 */
struct fileserver_counts {
	unsigned long opens;
	unsigned long passed;
	unsigned long reads;
	unsigned long writes;
	unsigned long getattrs;
	unsigned long getxattrs;
};

/**
 * fileserver_new() - make a server
 * @opts: copied
 * @mount_opts: for fuse_session_mount(), as "allow_other,default_permissions"
 *
 * Return: the server, NULL when out of memory or for bad options, of which libfuse has then told.
 */
struct fileserver *fileserver_new(const struct fileserver_opts *opts, const char *mount_opts);

/**
 * fileserver_attach() - serve a device that is mounted, or will be, by others
 * @fs: the server
 * @dev: the FUSE device; the server closes it in the end
 *
 * Return: 0 or -errno.
 */
int fileserver_attach(struct fileserver *fs, int dev);

/**
 * fileserver_mount() - or mount it itself
 * @fs: the server
 * @mountpoint: absolute path
 *
 * Return: 0 or -errno.
 */
int fileserver_mount(struct fileserver *fs, const char *mountpoint);

/**
 * fileserver_loop() - serve until it is unmounted, or a signal comes
 * @fs: the server
 * @signals: end at SIGINT, SIGTERM and SIGHUP
 *
 * Return: 0, or an error as fuse_session_loop() has it.
 */
int fileserver_loop(struct fileserver *fs, bool signals);

/* Only while it does not serve. */
const struct fileserver_counts *fileserver_counts(const struct fileserver *fs);
/* Has the kernel passthrough? Known once INIT has been answered. */
bool fileserver_has_passthrough(const struct fileserver *fs);

/**
 * fileserver_free() - unmount what it has mounted, close all files
 * @fs: the server or NULL
 */
void fileserver_free(struct fileserver *fs);

#endif /* FUSEBOX_SIM_LIBFUSE_FILESERVER_H */
