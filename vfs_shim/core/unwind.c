// SPDX-License-Identifier: GPL-2.0
/*
 * One step up the stack by the call frame information: needed where an access faults in a function
 * that keeps no frame pointer, such as a leaf, or memcpy() of libc. All other stacks are walked by
 * frame pointers.
 */
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include "internal.h"

#if defined(__x86_64__)
enum { REG_FP = 6, REG_SP = 7, REG_RA = 16 };
#else
enum { REG_FP = 29, REG_SP = 31, REG_RA = 30 };
#endif

static bool reg_value(const struct fb_regs *r, uint64_t reg, uintptr_t *v)
{
	if (reg == REG_FP)
		*v = r->fp;
	else if (reg == REG_SP)
		*v = r->sp;
	else
		return false;
	return true;
}

/* The few operations that compilers use for frames. */
FB_UNCHECKED static bool evaluate(const struct fb_regs *r, const Dwarf_Op *ops, size_t n,
				  uintptr_t cfa, uintptr_t *v)
{
	*v = 0;
	for (size_t i = 0; i < n; i++) {
		uint8_t atom = ops[i].atom;

		if (atom == DW_OP_call_frame_cfa) {
			*v = cfa;
		} else if (atom == DW_OP_plus_uconst) {
			*v += ops[i].number;
		} else if (atom >= DW_OP_breg0 && atom <= DW_OP_breg31) {
			if (!reg_value(r, atom - DW_OP_breg0, v))
				return false;
			*v += ops[i].number;
		} else if (atom == DW_OP_bregx) {
			if (!reg_value(r, ops[i].number, v))
				return false;
			*v += ops[i].number2;
		} else {
			return false;
		}
	}
	return n;
}

FB_UNCHECKED static bool load(const struct fb_ctx *c, uintptr_t at, uintptr_t *v)
{
	if (at < (uintptr_t)c->low || at > (uintptr_t)c->low + c->size - sizeof(*v) || at & 7)
		return false;
	*v = *(const uintptr_t *)at;
	return true;
}

/* The caller's value of a register that was saved relative to the frame, or kept. */
FB_UNCHECKED static bool caller_value(Dwarf_Frame *frame, const struct fb_ctx *c,
				      const struct fb_regs *r, int reg, uintptr_t cfa, uintptr_t *v)
{
	Dwarf_Op mem[3], *ops;
	size_t n;

	if (dwarf_frame_register(frame, reg, mem, &ops, &n))
		return false;
	if (!n) {
		*v = reg == REG_FP ? r->fp : r->lr;
		return !ops && *v; /* kept, as opposed to lost */
	}
	return evaluate(r, ops, n, cfa, v) && load(c, *v, v);
}

FB_UNCHECKED bool fb_unwind(const struct fb_ctx *c, struct fb_regs *r)
{
	Dwfl_Module *mod = fb_symbols_module(r->pc);
	Dwarf_Addr bias = 0;
	Dwarf_CFI *cfi = mod ? dwfl_module_eh_cfi(mod, &bias) : NULL;
	Dwarf_Frame *frame = NULL;
	struct fb_regs up = {0};
	uintptr_t cfa;
	Dwarf_Op *ops;
	size_t n;
	bool done = false;

	if (!cfi || dwarf_cfi_addrframe(cfi, r->pc - bias, &frame))
		return false;
	if (dwarf_frame_cfa(frame, &ops, &n) || !evaluate(r, ops, n, 0, &cfa))
		goto out;
	if (!caller_value(frame, c, r, REG_RA, cfa, &up.pc) ||
	    !caller_value(frame, c, r, REG_FP, cfa, &up.fp))
		goto out;
	up.sp = cfa;
	*r = up;
	done = true;
out:
	free(frame);
	return done;
}
