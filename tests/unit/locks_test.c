// SPDX-License-Identifier: GPL-2.0
/* Locks on files: vfs_shim/fs/locks.c, through fcntl(). */
#include "box_run.h"

static long lock(int fd, int cmd, short type, loff_t start, loff_t len)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };

	return box_fcntl(fd, cmd, (unsigned long)&l);
}

static int fd_a, fd_b;
static struct flock seen;

/* What another process finds in [start, start + len). */
struct probe {
	short type;
	loff_t start, len;
	long ret;
};

static void probe_process(void *arg)
{
	struct probe *p = arg;
	int fd = box_open("/lower/f", O_RDWR, 0);

	seen = (struct flock){
		.l_type = p->type, .l_whence = SEEK_SET, .l_start = p->start, .l_len = p->len
	};
	p->ret = box_fcntl(fd, F_GETLK, (unsigned long)&seen);
	if (!p->ret)
		p->ret = lock(fd, F_SETLK, p->type, p->start, p->len);
	box_close(fd);
}

static long probe(short type, loff_t start, loff_t len)
{
	struct probe p = { type, start, len, 0 };

	CHECK_EQ(box_reap(box_spawn("probe", BOX_FILES_EMPTY, probe_process, &p)), 0);
	return p.ret;
}

static void file_up(void)
{
	lower_up("mode=0777");
	fd_a = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
}

static void file_down(void)
{
	box_close(fd_a);
	lower_down();
}

static void ranges(void)
{
	file_up();
	CHECK_EQ(lock(fd_a, F_SETLK, F_WRLCK, 0, 100), 0);
	CHECK_EQ(probe(F_RDLCK, 50, 10), -EAGAIN);
	CHECK_EQ(seen.l_type, F_WRLCK);
	CHECK_EQ(seen.l_start, 0);
	CHECK_EQ(seen.l_len, 100);
	CHECK_EQ(probe(F_RDLCK, 100, 10), 0);
	CHECK_EQ(seen.l_type, F_UNLCK);
	/* A hole splits it. */
	CHECK_EQ(lock(fd_a, F_SETLK, F_UNLCK, 40, 20), 0);
	CHECK_EQ(probe(F_WRLCK, 40, 20), 0);
	CHECK_EQ(probe(F_WRLCK, 39, 1), -EAGAIN);
	CHECK_EQ(seen.l_len, 40);
	CHECK_EQ(probe(F_WRLCK, 60, 1), -EAGAIN);
	CHECK_EQ(seen.l_start, 60);
	/* What fills it makes one of them again. */
	CHECK_EQ(lock(fd_a, F_SETLK, F_WRLCK, 40, 20), 0);
	CHECK_EQ(probe(F_WRLCK, 99, 1), -EAGAIN);
	CHECK_EQ(seen.l_start, 0);
	CHECK_EQ(seen.l_len, 100);
	/* Readers share; a part becomes a read lock. */
	CHECK_EQ(lock(fd_a, F_SETLK, F_RDLCK, 0, 50), 0);
	CHECK_EQ(probe(F_RDLCK, 0, 50), 0);
	CHECK_EQ(probe(F_WRLCK, 0, 50), -EAGAIN);
	CHECK_EQ(probe(F_RDLCK, 50, 1), -EAGAIN);
	CHECK_EQ(lock(fd_a, F_SETLK, F_WRLCK, -1, 1), -EINVAL);
	CHECK_EQ(lock(fd_a, F_SETLK, 17, 0, 1), -EINVAL);
	/* Any close of the file by the process. */
	fd_b = box_open("/lower/f", O_RDONLY, 0);
	CHECK_EQ(lock(fd_b, F_SETLK, F_WRLCK, 500, 1), -EBADF);
	box_close(fd_b);
	CHECK_EQ(probe(F_WRLCK, 0, 0), 0);
	file_down();
}

static void locks_split_and_merge(void **state)
{
	BOX(ranges);
}

static void waiter(void *arg)
{
	int fd = box_open("/lower/f", O_RDWR, 0);

	note("w");
	CHECK_EQ(lock(fd, F_SETLKW, F_WRLCK, 0, 10), 0);
	note("g");
	box_close(fd);
}

static void waits(void)
{
	struct box_process *p;

	file_up();
	CHECK_EQ(lock(fd_a, F_SETLK, F_WRLCK, 5, 1), 0);
	p = box_spawn("waiter", BOX_FILES_EMPTY, waiter, NULL);
	while (!box_sleeps(p))
		fb_yield();
	note("u");
	CHECK_EQ(lock(fd_a, F_SETLK, F_UNLCK, 5, 1), 0);
	CHECK_EQ(box_reap(p), 0);
	file_down();
}

static void a_lock_is_waited_for(void **state)
{
	BOX(waits);
	assert_string_equal(shim_log, "wug");
}

static void killed(void)
{
	struct box_process *p;

	file_up();
	CHECK_EQ(lock(fd_a, F_SETLK, F_WRLCK, 5, 1), 0);
	p = box_spawn("waiter", BOX_FILES_EMPTY, waiter, NULL);
	while (!box_sleeps(p))
		fb_yield();
	box_kill(p);
	CHECK_EQ(box_reap(p), 1);
	CHECK_EQ(lock(fd_a, F_SETLK, F_UNLCK, 0, 0), 0);
	file_down();
}

static void a_killed_waiter_waits_no_more(void **state)
{
	BOX(killed);
}

static void crosswise(void *arg)
{
	int fd = box_open("/lower/f", O_RDWR, 0);

	CHECK_EQ(lock(fd, F_SETLK, F_WRLCK, 1, 1), 0);
	CHECK_EQ(lock(fd, F_SETLKW, F_WRLCK, 0, 1), 0);
	box_close(fd);
}

static void deadlocked(void)
{
	struct box_process *p;

	file_up();
	CHECK_EQ(lock(fd_a, F_SETLK, F_WRLCK, 0, 1), 0);
	p = box_spawn("crosswise", BOX_FILES_EMPTY, crosswise, NULL);
	while (!box_sleeps(p))
		fb_yield();
	CHECK_EQ(lock(fd_a, F_SETLKW, F_WRLCK, 1, 1), -EDEADLK);
	CHECK_EQ(lock(fd_a, F_SETLK, F_UNLCK, 0, 1), 0);
	CHECK_EQ(box_reap(p), 0);
	file_down();
}

static void a_deadlock_is_refused(void **state)
{
	BOX(deadlocked);
}

/*
 * Descriptions of one process are in each other's way; copies of a descriptor are one description.
 */
static void descriptions(void)
{
	struct flock l = { .l_type = F_WRLCK };
	int copy;

	file_up();
	fd_b = box_open("/lower/f", O_RDWR, 0);
	copy = box_dup(fd_a);
	CHECK_EQ(lock(fd_a, F_OFD_SETLK, F_WRLCK, 10, 10), 0);
	CHECK_EQ(lock(copy, F_OFD_SETLK, F_WRLCK, 12, 2), 0);
	CHECK_EQ(lock(fd_b, F_OFD_SETLK, F_RDLCK, 19, 5), -EAGAIN);
	CHECK_EQ(lock(fd_b, F_SETLK, F_RDLCK, 19, 5), -EAGAIN);
	CHECK_EQ(box_fcntl(fd_b, F_OFD_GETLK, (unsigned long)&l), 0);
	CHECK_EQ(l.l_start, 10);
	CHECK_EQ(l.l_pid, -1);
	/* Neither is the process's to give up, nor its fourth argument's to name a process. */
	CHECK_EQ(lock(fd_b, F_SETLK, F_UNLCK, 0, 0), 0);
	CHECK_EQ(lock(fd_b, F_OFD_SETLK, F_RDLCK, 19, 5), -EAGAIN);
	l.l_pid = 1;
	CHECK_EQ(box_fcntl(fd_b, F_OFD_SETLK, (unsigned long)&l), -EINVAL);
	CHECK_EQ(box_close(copy), 0);
	CHECK_EQ(lock(fd_b, F_OFD_SETLK, F_RDLCK, 19, 5), -EAGAIN);
	CHECK_EQ(box_close(fd_a), 0);
	CHECK_EQ(lock(fd_b, F_OFD_SETLK, F_RDLCK, 19, 5), 0);
	CHECK_EQ(box_close(fd_b), 0);
	lower_down();
}

static void locks_of_a_description(void **state)
{
	BOX(descriptions);
}

static void flocks(void)
{
	file_up();
	fd_b = box_open("/lower/f", O_RDONLY, 0);
	CHECK_EQ(box_flock(fd_a, LOCK_SH), 0);
	CHECK_EQ(box_flock(fd_b, LOCK_SH | LOCK_NB), 0);
	CHECK_EQ(box_flock(fd_a, LOCK_EX | LOCK_NB), -EAGAIN);
	CHECK_EQ(box_flock(fd_b, LOCK_UN), 0);
	CHECK_EQ(box_flock(fd_a, LOCK_EX | LOCK_NB), 0);
	CHECK_EQ(box_flock(fd_b, LOCK_NB), -EINVAL);
	CHECK_EQ(box_flock(99, LOCK_SH), -EBADF);
	CHECK_EQ(box_close(fd_a), 0);
	CHECK_EQ(box_flock(fd_b, LOCK_EX | LOCK_NB), 0);
	CHECK_EQ(box_close(fd_b), 0);
	lower_down();
}

static void bsd_locks_go_with_the_file(void **state)
{
	BOX(flocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(locks_split_and_merge),
		cmocka_unit_test(a_lock_is_waited_for),
		cmocka_unit_test(a_killed_waiter_waits_no_more),
		cmocka_unit_test(a_deadlock_is_refused),
		cmocka_unit_test(locks_of_a_description),
		cmocka_unit_test(bsd_locks_go_with_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
