// SPDX-License-Identifier: GPL-2.0
/*
 * Faults become findings. The handler only takes notes and sends the context to fault_landing(), which reports on the
 * task's own stack (or on an emergency stack when that overflowed) and leaves it for good; nothing jumps out of a handler.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>
#include "internal.h"

static struct {
	const char *addr;
	bool write, no_address, overflow;
	fb_stack_t at;
} fault;

static struct sigaction before_segv, before_bus;

_Noreturn static void fault_landing(void)
{
	struct fb_finding *f;

	if (fault.overflow)
		fb_report_at(FB_BUG, fault.at, 0, NULL, "stack overflow in task %s", fb_holder_name(fb_holder()->id));
	else if (fault.no_address)
		fb_report_at(FB_BUG, fault.at, 0, NULL, "access through a wild pointer (freed or uninitialised memory?)");
	else if (fb_mem_in_arena(fault.addr) && fb_mem_fault(fault.addr, fault.write, fault.at))
		;
	else if ((uintptr_t)fault.addr < 65536)
		fb_report_at(FB_BUG, fault.at, 0, NULL, "null pointer dereference: %s offset 0x%lx",
			     fault.write ? "write to" : "read of", (unsigned long)fault.addr);
	else {
		f = fb_report_at(FB_BUG, fault.at, 0, NULL, "%s memory that is not there (error pointer? %ld)",
				 fault.write ? "write to" : "read of", (uintptr_t)fault.addr > -4096ul ? (long)fault.addr : 0);
		(void)f;
	}
	fb_stop();
}

/* Text of the program itself, where every function keeps a frame pointer. */
static bool in_program(uintptr_t pc)
{
	extern char __executable_start[] __attribute__((weak)), etext[] __attribute__((weak));

	return pc >= (uintptr_t)__executable_start && pc < (uintptr_t)etext;
}

struct regs {
	uintptr_t pc, sp, fp, lr;
	bool write;
};

static void get_regs(const ucontext_t *uc, struct regs *r)
{
#if defined(__x86_64__)
	const greg_t *g = uc->uc_mcontext.gregs;

	r->pc = (uintptr_t)g[REG_RIP];
	r->sp = (uintptr_t)g[REG_RSP];
	r->fp = (uintptr_t)g[REG_RBP];
	r->lr = 0;
	r->write = g[REG_ERR] & 2;
#else
	r->pc = uc->uc_mcontext.pc;
	r->sp = uc->uc_mcontext.sp;
	r->fp = uc->uc_mcontext.regs[29];
	r->lr = uc->uc_mcontext.regs[30];
	r->write = false;
	/* The syndrome register is one of the records behind the general ones. */
	for (const struct _aarch64_ctx *c = (const void *)uc->uc_mcontext.__reserved; c->magic && c->size;
	     c = (const void *)((const char *)c + c->size))
		if (c->magic == ESR_MAGIC)
			r->write = ((const struct esr_context *)c)->esr & 64;
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

FB_NO_ASAN static uintptr_t word_at(uintptr_t p)
{
	return *(const uintptr_t *)p;
}

FB_NO_ASAN static void on_fault(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	struct regs r;
	uintptr_t caller = 0, sp;
	const struct fb_ctx *c = fb_core.ctx;

	if (!fb_core.running || !c || c == &fb_core.main || fb_core.stopped) {
		/* Not in a context: none of our business. Without the handler the access faults again, for good. */
		sigaction(sig, sig == SIGBUS ? &before_bus : &before_segv, NULL);
		return;
	}
	get_regs(uc, &r);
	fault.addr = info->si_addr;
	fault.write = r.write;
	fault.no_address = info->si_code == SI_KERNEL;
	fault.overflow = fb_ctx_in_guard(fault.addr);
	if (!fault.overflow && !in_program(r.pc)) {
		/* A leaf of libc (memcpy) without a frame: its caller is where it will return to. */
		caller = r.lr ? r.lr : r.sp >= (uintptr_t)c->low && r.sp < (uintptr_t)c->low + c->size ? word_at(r.sp) : 0;
		if (!in_program(caller))
			caller = 0;
	}
	fault.at = fb_stack_from(c, r.pc, caller, r.fp);
	/* Below the red zone of the frame that faulted, aligned as if the landing had been called. */
	sp = fault.overflow ? (uintptr_t)fb_ctx_emergency_stack() : r.sp - 512;
	sp &= ~(uintptr_t)15;
#if defined(__x86_64__)
	sp -= 8;
#endif
	set_regs(uc, (uintptr_t)fault_landing, sp);
}

void fb_signal_init(void)
{
	static _Alignas(16) char stack[64 * 1024];
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t ss = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction now;

	if (sigaction(SIGSEGV, NULL, &now) || now.sa_sigaction == on_fault)
		return;
	sigemptyset(&sa.sa_mask);
	if (sigaltstack(&ss, NULL) || sigaction(SIGSEGV, &sa, &before_segv) || sigaction(SIGBUS, &sa, &before_bus))
		abort();
}
