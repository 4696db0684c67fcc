// SPDX-License-Identifier: GPL-2.0
/*
 * What libfuse asks of libc in the box, beyond memory (the build renames its calls, see
 * CMakeLists.txt; on a real kernel it has libc's). Requests and replies come and go by
 * sim/libfuse/os_world.c.
 */
#include "libfuse/os_world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int libfuse_close(int fd);
void libfuse_perror(const char *text);
int libfuse_pthread_key_create(unsigned int *key, void (*destroy)(void *value));
int libfuse_pthread_key_delete(unsigned int key);
void *libfuse_pthread_getspecific(unsigned int key);
int libfuse_pthread_setspecific(unsigned int key, const void *value);

/* A session's device is a file of the box. */
int libfuse_close(int fd)
{
	long ret = w_close(os_world, fd);

	if (ret >= 0)
		return 0;
	errno = -ret;
	return -1;
}

/* That a device cannot be read is in the trace, and in fault runs no news. */
void libfuse_perror(const char *text)
{
	(void)text;
}

/*
 * libfuse keeps a pipe for each thread, to splice by. In the box it is offered no splice, so there
 * is nothing to keep; a key of libc's would stay behind where a task is killed.
 */
int libfuse_pthread_key_create(unsigned int *key, void (*destroy)(void *value))
{
	(void)destroy;
	*key = 0;
	return 0;
}

int libfuse_pthread_key_delete(unsigned int key)
{
	(void)key;
	return 0;
}

void *libfuse_pthread_getspecific(unsigned int key)
{
	(void)key;
	return NULL;
}

int libfuse_pthread_setspecific(unsigned int key, const void *value)
{
	(void)key;
	(void)value;
	fputs("fusebox: libfuse wants to splice, which it must not in the box\n", stderr);
	abort();
}
