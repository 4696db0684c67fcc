// SPDX-License-Identifier: GPL-2.0
/*
 * Signals, as far as waits can tell: pending, fatal, and whom they wake.
 *
 * Models: kernel/signal.c, 6.1. SIGKILL is fatal; every other signal has a handler in the box's
 * processes, so it ends interruptible waits and nothing else. Leaves out: queues, siginfo, stops,
 * ptrace, default actions.
 */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/export.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <core/choice.h>
#include <core/trace.h>
#include "internal.h"

static unsigned long pending(const struct task_struct *p)
{
	return (READ_ONCE(p->pending) | READ_ONCE(p->signal->shared_pending)) & ~p->blocked;
}

/** signal_pending() - would an interruptible wait end? Models: linux/sched/signal.h, 6.1. */
int signal_pending(struct task_struct *p)
{
	return pending(p) != 0;
}
EXPORT_SYMBOL(signal_pending);

/** __fatal_signal_pending() - SIGKILL pending? Models: 6.1. */
int __fatal_signal_pending(struct task_struct *p)
{
	return (READ_ONCE(p->pending) & sigmask(SIGKILL)) != 0;
}
EXPORT_SYMBOL(__fatal_signal_pending);

/** fatal_signal_pending() - would a killable wait end? Models: 6.1. */
int fatal_signal_pending(struct task_struct *p)
{
	return signal_pending(p) && __fatal_signal_pending(p);
}
EXPORT_SYMBOL(fatal_signal_pending);

/** fb_signal_pending_state() - see kernel/internal.h. */
bool fb_signal_pending_state(unsigned int state, struct task_struct *p)
{
	if (!(state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)))
		return false;
	if (!signal_pending(p))
		return false;
	return (state & TASK_INTERRUPTIBLE) || __fatal_signal_pending(p);
}

/**
 * fb_signal_fault() - a wait in @state may be ended by a signal here
 * @state: TASK_*
 *
 * Fault point "signal": current receives SIGINT if that is enough, else SIGKILL. No choice point:
 * waits call it between queuing up and looking.
 */
void fb_signal_fault(unsigned int state)
{
	struct task_struct *me = current;

	if (!(state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) || fb_signal_pending_state(state, me))
		return;
	if ((me->flags & (PF_KTHREAD | PF_EXITING)) || me->waits_for_user || !fb_fault("signal"))
		return;
	me->pending |= sigmask(state & TASK_INTERRUPTIBLE ? SIGINT : SIGKILL);
	me->signal_injected = true;
	fb_trace("signal %d for %s", state & TASK_INTERRUPTIBLE ? SIGINT : SIGKILL, me->comm);
}

/**
 * signal_pending_state() - would a wait in @state end?
 * @state: TASK_*
 * @p: the task that waits
 *
 * Models: linux/sched/signal.h, 6.1. Every wait that can fail with -EINTR or -ERESTARTSYS asks
 * here, so this is where the fault point lies.
 */
int signal_pending_state(unsigned int state, struct task_struct *p)
{
	if (p == current)
		fb_signal_fault(state);
	return fb_signal_pending_state(state, p);
}
EXPORT_SYMBOL(signal_pending_state);

static void kill_thread(struct task_struct *t)
{
	t->pending |= sigmask(SIGKILL);
	if (t->__state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL))
		fb_wake_task(t);
}

static void kill_group(struct task_struct *p)
{
	struct task_struct *t;

	p->signal->flags |= SIGNAL_GROUP_EXIT;
	list_for_each_entry(t, &p->signal->thread_head, thread_node)
		kill_thread(t);
}

/**
 * do_send_sig_info_fb() - send a signal
 * @sig: number; 0 sends nothing
 * @p: the receiver; the caller's reference keeps it
 * @group: to any thread of its group
 *
 * Models: do_send_sig_info(), complete_signal(), 6.1. SIGKILL reaches all threads of the group.
 * Return: 0, -EINVAL for no signal number, -ESRCH if @p has ended. Context: any.
 */
int do_send_sig_info_fb(int sig, struct task_struct *p, bool group)
{
	struct task_struct *t;

	if (!valid_signal((unsigned long)sig))
		return -EINVAL;
	if (!sig)
		return 0;
	/* The one choice point: the list of threads must not change under the loops. */
	fb_point(FB_PT_WAKE, p);
	if (!p->sighand)
		return -ESRCH;
	if (sig == SIGKILL) {
		kill_group(p);
		return 0;
	}
	if (!group) {
		p->pending |= sigmask(sig);
		if (p->__state & TASK_INTERRUPTIBLE)
			fb_wake_task(p);
		return 0;
	}
	p->signal->shared_pending |= sigmask(sig);
	list_for_each_entry(t, &p->signal->thread_head, thread_node) {
		if (t->blocked & sigmask(sig))
			continue;
		if (t->__state & TASK_INTERRUPTIBLE)
			fb_wake_task(t);
		break;
	}
	return 0;
}

/** send_sig() - to one thread. Models: kernel/signal.c, 6.1. */
int send_sig(int sig, struct task_struct *p, int priv)
{
	return do_send_sig_info_fb(sig, p, false);
}
EXPORT_SYMBOL(send_sig);

/** force_sig() - to current, not to be blocked. Models: kernel/signal.c, 6.1. */
void force_sig(int sig)
{
	current->blocked &= ~sigmask(sig);
	do_send_sig_info_fb(sig, current, false);
}
EXPORT_SYMBOL(force_sig);

/**
 * kill_pid() - to the process with that pid; -ESRCH if there is none. Models: kernel/signal.c, 6.1.
 */
int kill_pid(struct pid *pid, int sig, int priv)
{
	struct task_struct *t = get_pid_task(pid, PIDTYPE_TGID);
	int err;

	if (!t)
		return -ESRCH;
	err = do_send_sig_info_fb(sig, t, true);
	put_task_struct(t);
	return err;
}
EXPORT_SYMBOL(kill_pid);

/** flush_signals() - forget what is pending. Models: kernel/signal.c, 6.1. */
void flush_signals(struct task_struct *t)
{
	t->pending = 0;
	t->signal->shared_pending = 0;
}
EXPORT_SYMBOL(flush_signals);

/**
 * fb_signals_take() - see linux/sched/signal.h. A signal of the fault point kills nobody: the
 *	caller sees its error.
 */
bool fb_signals_take(struct task_struct *p)
{
	bool fatal = fatal_signal_pending(p) && !p->signal_injected;

	p->signal_injected = false;
	flush_signals(p);
	return fatal;
}
