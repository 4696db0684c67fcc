/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Context switch for x86-64 (System V ABI). The x87 and SSE control words are not kept: no code in the box changes them.
 */
#ifdef __x86_64__
	.text

/* void fb_context_switch(void **save_sp, void *load_sp) */
	.globl	fb_context_switch
	.type	fb_context_switch, @function
	.p2align 4
fb_context_switch:
	.cfi_startproc
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbp, 0
	pushq	%rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbx, 0
	pushq	%r12
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r12, 0
	pushq	%r13
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r13, 0
	pushq	%r14
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r14, 0
	pushq	%r15
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r15, 0
	movq	%rsp, (%rdi)
	movq	%rsi, %rsp
	popq	%r15
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r15
	popq	%r14
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r14
	popq	%r13
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r13
	popq	%r12
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r12
	popq	%rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbx
	popq	%rbp
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbp
	/* Not ret: it would be mispredicted, since this return belongs to another stack. */
	popq	%rcx
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rcx
	jmpq	*%rcx
	.cfi_endproc
	.size	fb_context_switch, .-fb_context_switch

/* First code of a context: r12 = argument, r13 = C function, which never returns. Unwinding ends here. */
	.globl	fb_context_entry
	.type	fb_context_entry, @function
	.p2align 4
fb_context_entry:
	.cfi_startproc
	.cfi_undefined %rip
	.cfi_undefined %rbp
	xorl	%ebp, %ebp
	movq	%r12, %rdi
	callq	*%r13
	ud2
	.cfi_endproc
	.size	fb_context_entry, .-fb_context_entry
#endif
	.section .note.GNU-stack, "", %progbits
