/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Context switch for arm64 (AAPCS64).
 */
#ifdef __aarch64__
	.text

/* void fb_context_switch(void **save_sp, void *load_sp) */
	.globl	fb_context_switch
	.type	fb_context_switch, %function
	.p2align 4
fb_context_switch:
	.cfi_startproc
	sub	sp, sp, #160
	.cfi_adjust_cfa_offset 160
	stp	x29, x30, [sp, #0]
	.cfi_rel_offset x29, 0
	.cfi_rel_offset x30, 8
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	stp	d8, d9, [sp, #96]
	stp	d10, d11, [sp, #112]
	stp	d12, d13, [sp, #128]
	stp	d14, d15, [sp, #144]
	mov	x9, sp
	str	x9, [x0]
	mov	sp, x1
	ldp	x29, x30, [sp, #0]
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	d8, d9, [sp, #96]
	ldp	d10, d11, [sp, #112]
	ldp	d12, d13, [sp, #128]
	ldp	d14, d15, [sp, #144]
	add	sp, sp, #160
	.cfi_adjust_cfa_offset -160
	.cfi_restore x29
	.cfi_restore x30
	/* Not ret: it would be mispredicted, since this return belongs to another stack. */
	mov	x10, x30
	br	x10
	.cfi_endproc
	.size	fb_context_switch, .-fb_context_switch

/* First code of a context: x19 = argument, x20 = C function, which never returns. Unwinding ends here. */
	.globl	fb_context_entry
	.type	fb_context_entry, %function
	.p2align 4
fb_context_entry:
	.cfi_startproc
	.cfi_undefined x30
	.cfi_undefined x29
	mov	x29, xzr
	mov	x30, xzr
	mov	x0, x19
	blr	x20
	brk	#0
	.cfi_endproc
	.size	fb_context_entry, .-fb_context_entry
#endif
	.section .note.GNU-stack, "", %progbits
