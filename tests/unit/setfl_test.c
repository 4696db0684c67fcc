// SPDX-License-Identifier: GPL-2.0
/* fcntl(2) and signals about files against the kernel's rules: vfs_shim/fs/fcntl.c. */
#include "box_run.h"
#include <linux/poll.h>
#include <linux/sched/signal.h>

static void settable(void)
{
	const int all = O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME;
	int fd;

	lower_up(NULL);
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(box_fcntl(fd, F_GETFL, 0), O_RDWR | O_LARGEFILE);
	CHECK_EQ(box_fcntl(fd, F_SETFL, all | O_TRUNC | O_CREAT | O_SYNC), 0);
	CHECK_EQ(box_fcntl(fd, F_GETFL, 0), O_RDWR | O_LARGEFILE | all);
	CHECK_EQ(box_fcntl(fd, F_SETFL, 0), 0);
	CHECK_EQ(box_fcntl(fd, F_GETFL, 0), O_RDWR | O_LARGEFILE);
	CHECK_EQ(box_fcntl(fd, 9999, 0), -EINVAL);
	box_close(fd);
	lower_down();
}

static void which_flags_can_change(void **state)
{
	BOX(settable);
}

static void effect(void)
{
	struct w_lower_event ev[8];
	int fd;

	lower_up(NULL);
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(box_write(fd, "abc", 3), 3);
	CHECK_EQ(box_fcntl(fd, F_SETFL, O_APPEND), 0);
	CHECK_EQ(box_pwrite(fd, "d", 1, 0), 1);
	CHECK_EQ(box_fcntl(fd, F_SETFL, 0), 0);
	CHECK_EQ(box_pwrite(fd, "e", 1, 0), 1);
	CHECK_EQ(lower_log_take(lower_super(), ev, 8), 4);
	CHECK_EQ(ev[2].off, 3);
	CHECK(ev[2].kiocb_flags & IOCB_APPEND);
	CHECK_EQ(ev[3].off, 0);
	CHECK(!(ev[3].kiocb_flags & IOCB_APPEND));
	box_close(fd);
	lower_down();
}

static void the_next_write_obeys(void **state)
{
	BOX(effect);
}

static void append_only(void)
{
	unsigned int flags = FS_APPEND_FL;
	int fd;

	lower_up(NULL);
	fd = box_open("/lower/f", O_CREAT | O_RDWR | O_APPEND, 0644);
	box_syscall_enter();
	CHECK_EQ(box_syscall_exit("ioctl", ksys_ioctl(fd, FS_IOC_SETFLAGS, (long)&flags)), 0);
	CHECK_EQ(box_fcntl(fd, F_SETFL, 0), -EPERM);
	CHECK_EQ(box_fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK), 0);
	CHECK_EQ(box_open("/lower/f", O_RDWR, 0), -EPERM);
	CHECK_EQ(box_ftruncate(fd, 0), -EPERM);
	flags = 0;
	box_syscall_enter();
	CHECK_EQ(box_syscall_exit("ioctl", ksys_ioctl(fd, FS_IOC_GETFLAGS, (long)&flags)), 0);
	CHECK_EQ(flags, FS_APPEND_FL);
	box_close(fd);
	lower_down();
}

static void append_only_files_stay_so(void **state)
{
	BOX(append_only);
}

static void noatime(void)
{
	int fd;

	lower_up("mode=0777");
	box_close(box_open("/lower/f", O_CREAT | O_RDWR, 0666));
	CHECK_EQ(box_setids(1000, 1000), 0);
	fd = box_open("/lower/f", O_RDONLY, 0);
	CHECK(fd >= 0);
	CHECK_EQ(box_fcntl(fd, F_SETFL, O_NOATIME), -EPERM);
	CHECK_EQ(box_open("/lower/f", O_RDONLY | O_NOATIME, 0), -EPERM);
}

static void noatime_is_the_owners(void **state)
{
	BOX(noatime);
}

static void async(void)
{
	unsigned long io = 1UL << (SIGIO - 1);
	int fds[2];

	CHECK_EQ(box_pipe(fds), 0);
	CHECK_EQ(box_fcntl(fds[0], F_SETOWN, current->tgid), 0);
	CHECK_EQ(box_fcntl(fds[0], F_GETOWN, 0), current->tgid);
	CHECK_EQ(box_fcntl(fds[0], F_SETFL, FASYNC), 0);
	CHECK(box_fcntl(fds[0], F_GETFL, 0) & FASYNC);
	box_syscall_enter();
	CHECK_EQ(ksys_write(fds[1], "x", 1), 1);
	CHECK(current->pending & io);
	box_syscall_exit("write", 1);
	CHECK_EQ(box_fcntl(fds[0], F_SETFL, 0), 0);
	box_syscall_enter();
	CHECK_EQ(ksys_write(fds[1], "x", 1), 1);
	CHECK(!(current->pending & io));
	box_syscall_exit("write", 1);
	box_close(fds[0]);
	box_close(fds[1]);
}

static void sigio(void **state)
{
	BOX(async);
}

static int poll_fds[2];

static void poller(void *arg)
{
	struct pollfd p = { .fd = poll_fds[0], .events = POLLIN };

	box_syscall_enter();
	CHECK_EQ(box_syscall_exit("poll", ksys_poll(&p, 1, -1)), 1);
	CHECK_EQ(p.revents, POLLIN);
}

static void polling(void)
{
	struct pollfd p[2];
	struct box_process *task;

	CHECK_EQ(box_pipe(poll_fds), 0);
	p[0] = (struct pollfd){ .fd = poll_fds[0], .events = POLLIN };
	p[1] = (struct pollfd){ .fd = poll_fds[1], .events = POLLOUT };
	box_syscall_enter();
	CHECK_EQ(ksys_poll(p, 1, 0), 0);
	/* Virtual time: costs nothing. */
	CHECK_EQ(ksys_poll(p, 1, 60000), 0);
	CHECK_EQ(ksys_poll(p, 2, -1), 1);
	p[0].fd = 99;
	CHECK_EQ(ksys_poll(p, 1, -1), 1);
	CHECK_EQ(p[0].revents, POLLNVAL);
	box_syscall_exit("poll", 0);
	task = box_spawn("poller", BOX_FILES_COPY, poller, NULL);
	while (!box_sleeps(task))
		fb_yield();
	CHECK_EQ(box_write(poll_fds[1], "x", 1), 1);
	CHECK_EQ(box_reap(task), 0);
	box_close(poll_fds[0]);
	box_close(poll_fds[1]);
}

static void poll_waits(void **state)
{
	BOX(polling);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(which_flags_can_change),
		cmocka_unit_test(the_next_write_obeys),
		cmocka_unit_test(append_only_files_stay_so),
		cmocka_unit_test(noatime_is_the_owners),
		cmocka_unit_test(sigio),
		cmocka_unit_test(poll_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
