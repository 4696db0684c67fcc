// SPDX-License-Identifier: GPL-2.0
/*
 * Faults become findings. The handler only takes notes and sends the context to fault_landing(),
 * which reports on the task's own stack (or on an emergency stack when that overflowed) and leaves
 * it for good; nothing jumps out of a handler.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>
#include "explore_internal.h"
#include "snapshot.h"

#define STACK_SIZE (64 * 1024)

static FB_KEPT struct {
	const char *addr;
	struct fb_regs regs;
	const char *what; /* "read of", "write to", where the processor tells */
	bool no_address, overflow;
} fault;

static struct sigaction before_segv, before_bus;

/* Text of the program itself, where every function keeps a frame pointer. */
static bool in_program(uintptr_t pc)
{
	extern char __executable_start[] __attribute__((weak)), etext[] __attribute__((weak));

	return pc >= (uintptr_t)__executable_start && pc < (uintptr_t)etext;
}

static void get_regs(const ucontext_t *uc, struct fb_regs *r, const char **what)
{
#if defined(__x86_64__)
	const greg_t *g = uc->uc_mcontext.gregs;

	r->pc = (uintptr_t)g[REG_RIP];
	r->sp = (uintptr_t)g[REG_RSP];
	r->fp = (uintptr_t)g[REG_RBP];
	r->lr = 0;
	*what = g[REG_ERR] & 2 ? "write to" : "read of";
#else
	r->pc = uc->uc_mcontext.pc;
	r->sp = uc->uc_mcontext.sp;
	r->fp = uc->uc_mcontext.regs[29];
	r->lr = uc->uc_mcontext.regs[30];
	*what = "access to";
	/* The syndrome register is one of the records behind the general ones. */
	for (const struct _aarch64_ctx *c = (const void *)uc->uc_mcontext.__reserved;
	     c->magic && c->size; c = (const void *)((const char *)c + c->size))
		if (c->magic == ESR_MAGIC)
			*what = ((const struct esr_context *)c)->esr & 64 ? "write to" : "read of";
#endif
}

static void set_regs(ucontext_t *uc, uintptr_t pc, uintptr_t sp)
{
#if defined(__x86_64__)
	uc->uc_mcontext.gregs[REG_RIP] = (greg_t)pc;
	uc->uc_mcontext.gregs[REG_RSP] = (greg_t)sp;
	uc->uc_mcontext.gregs[REG_RBP] = 0;
#else
	uc->uc_mcontext.pc = pc;
	uc->uc_mcontext.sp = sp;
	uc->uc_mcontext.regs[29] = 0;
#endif
}

/*
 * The stack of the access: by call frame information up to the first function of ours that must
 * have a frame.
 */
static fb_stack_t fault_stack(void)
{
	struct fb_frames buf = {.n = 0};
	struct fb_regs r = fault.regs;

	do {
		/* Reports look one byte before a return address; the first one is none. */
		buf.pc[buf.n] = buf.n ? r.pc : r.pc + 1;
		buf.n++;
		if (!fb_unwind(fb_core.ctx, &r))
			break;
		if (in_program(r.pc)) {
			buf.pc[buf.n++] = r.pc;
			break;
		}
	} while (buf.n < 8);
	return fb_stack_from(fb_core.ctx, &buf, r.fp);
}

/*
 * Not for ASan, which would unpoison "the rest of the stack" before a call that does not return:
 * this may be another one.
 */
_Noreturn FB_UNCHECKED static void fault_landing(void)
{
	fb_stack_t at = fault_stack();
	long offset = (long)(uintptr_t)fault.addr;

	if (fault.overflow)
		fb_report_at(FB_BUG, at, 0, NULL, "stack overflow in task %s",
			     fb_holder_name(fb_holder()->id));
	else if (fault.no_address)
		fb_report_at(FB_BUG, at, 0, NULL,
			     "access through a wild pointer (freed or uninitialised memory?)");
	else if (fb_mem_in_arena(fault.addr) && fb_mem_fault(fault.addr, fault.what, at))
		;
	else if (offset >= 0 && offset < 65536)
		fb_report_at(FB_BUG, at, 0, NULL, "null pointer dereference: %s offset 0x%lx",
			     fault.what, offset);
	else if (offset < 0 && offset >= -4095)
		fb_report_at(FB_BUG, at, 0, NULL, "error pointer dereference: %s address %ld",
			     fault.what, offset);
	else
		fb_report_at(FB_BUG, at, 0, NULL, "%s memory that is not mapped, or not for that",
			     fault.what);
	fb_stop();
}

FB_UNCHECKED static void on_fault(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	uintptr_t sp;

	if (fb_snapshot_fault(info->si_addr))
		return;
	if (!fb_core.running || !fb_core.ctx || fb_core.ctx == &fb_core.main || fb_core.stopped) {
		/*
		 * Not in a context: none of our business. Without the handler the access faults
		 * again, for good.
		 */
		sigaction(sig, sig == SIGBUS ? &before_bus : &before_segv, NULL);
		return;
	}
	get_regs(uc, &fault.regs, &fault.what);
	fault.addr = info->si_addr;
	fault.no_address = info->si_code == SI_KERNEL;
	fault.overflow = fb_ctx_in_guard(fault.addr);
	/*
	 * Below the red zone of the frame that faulted, aligned as if the landing had been called.
	 */
	sp = fault.overflow ? (uintptr_t)fb_ctx_emergency_stack() : fault.regs.sp - 512;
	sp &= ~(uintptr_t)15;
#if defined(__x86_64__)
	sp -= 8;
#endif
	set_regs(uc, (uintptr_t)fault_landing, sp);
}

void fb_signal_init(void)
{
	static FB_KEPT char *stack;
	struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	struct sigaction now;
	stack_t ss;

	if (sigaction(SIGSEGV, NULL, &now) || now.sa_sigaction == on_fault)
		return;
	if (!stack)
		stack = fb_x_map(STACK_SIZE);
	ss = (stack_t){.ss_sp = stack, .ss_size = STACK_SIZE};
	sigemptyset(&sa.sa_mask);
	if (sigaltstack(&ss, NULL) || sigaction(SIGSEGV, &sa, &before_segv) ||
	    sigaction(SIGBUS, &sa, &before_bus))
		abort();
}
