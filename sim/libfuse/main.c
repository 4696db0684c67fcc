// SPDX-License-Identifier: GPL-2.0
/*
 * fusebox-fileserver: the file server as a program. See docs/example-server.md.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fileserver.h"

struct arguments {
	struct fileserver_opts opts;
	const char *mount_opts;
	const char *dirs[2];
	unsigned int ndirs;
};

static const struct argp_option options[] = {
	{ "passthrough", 'p', NULL, 0,
	  "let the kernel do reads, writes and mappings on the files themselves (as root, "
	  "on a kernel with FUSE passthrough)",
	  0 },
	{ "direct", 'd', NULL, 0, "files that are not passed through bypass the page cache", 0 },
	{ "writeback", 'w', NULL, 0,
	  "the kernel writes back later what applications write; not with --passthrough", 0 },
	{ "splice", 's', NULL, 0, "data go by splice; not with --passthrough", 0 },
	{ "no-xattrs", 'x', NULL, 0,
	  "files have no extended attributes, so that the kernel does not ask for them", 0 },
	{ "options", 'o', "OPTIONS", 0,
	  "mount options, in place of allow_other,default_permissions,"
	  "fsname=fileserver,subtype=fusebox",
	  0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;

	switch (key) {
	case 'p':
		a->opts.passthrough = true;
		return 0;
	case 'd':
		a->opts.direct = true;
		return 0;
	case 'w':
		a->opts.writeback = true;
		return 0;
	case 's':
		a->opts.splice = true;
		return 0;
	case 'x':
		a->opts.no_xattrs = true;
		return 0;
	case 'o':
		a->mount_opts = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (a->ndirs == 2)
			argp_usage(state);
		a->dirs[a->ndirs++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (a->ndirs < 2)
			argp_usage(state);
		if (a->opts.passthrough && (a->opts.writeback || a->opts.splice))
			argp_error(
				state,
				"--passthrough goes neither with --writeback nor with --splice: leave out one");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static char *absolute_dir(const char *path)
{
	char *real = realpath(path, NULL);
	struct stat st;

	if (real && !stat(real, &st) && !S_ISDIR(st.st_mode))
		errno = ENOTDIR;
	else if (real)
		return real;
	fprintf(stderr, "fusebox-fileserver: %s: %s; give an existing directory\n", path,
		strerror(errno));
	free(real);
	return NULL;
}

static int serve(const struct arguments *a, const char *mountpoint)
{
	struct fileserver *fs = fileserver_new(&a->opts, a->mount_opts);
	const struct fileserver_counts *c;
	int ret;

	if (!fs) {
		fputs("fusebox-fileserver: libfuse makes no session; see above for bad options\n",
		      stderr);
		return EXIT_FAILURE;
	}
	ret = fileserver_mount(fs, mountpoint);
	if (ret) {
		fprintf(stderr,
			"fusebox-fileserver: cannot mount on %s: run it as root, with /dev/fuse there\n",
			mountpoint);
		fileserver_free(fs);
		return EXIT_FAILURE;
	}
	printf("serving %s at %s\n", a->opts.root, mountpoint);
	fflush(stdout);
	ret = fileserver_loop(fs, true);
	if (a->opts.passthrough && !fileserver_has_passthrough(fs))
		fputs("fusebox-fileserver: the kernel has no FUSE passthrough: files were served by requests\n",
		      stderr);
	c = fileserver_counts(fs);
	fprintf(stderr,
		"fusebox-fileserver: %lu opens, %lu of them passed through; %lu READ and %lu WRITE requests; "
		"%lu GETATTR and %lu GETXATTR requests\n",
		c->opens, c->passed, c->reads, c->writes, c->getattrs, c->getxattrs);
	fileserver_free(fs);
	/* A signal is how it is meant to end. */
	return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "DIRECTORY MOUNTPOINT",
		.doc = "Serve DIRECTORY at MOUNTPOINT, in the foreground, until it is unmounted or interrupted.",
	};
	struct arguments a = {
		.opts = { .timeout = 3600 },
		.mount_opts = "allow_other,default_permissions,fsname=fileserver,subtype=fusebox",
	};
	char *root, *mountpoint;
	int ret = EXIT_FAILURE;

	argp_parse(&argp, argc, argv, 0, NULL, &a);
	root = absolute_dir(a.dirs[0]);
	mountpoint = root ? absolute_dir(a.dirs[1]) : NULL;
	if (mountpoint) {
		a.opts.root = root;
		ret = serve(&a, mountpoint);
	}
	free(mountpoint);
	free(root);
	return ret;
}
