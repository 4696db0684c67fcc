// SPDX-License-Identifier: GPL-2.0
/*
 * From program counters to functions and lines, inlined ones included, by the DWARF of the running
 * program (libdw). Only for reports: the first look-up reads the debug information, later ones are
 * cached.
 */
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "internal.h"

#define MAX_INLINE 32

struct place {
	unsigned int n;
	struct fb_sym sym[];
};

/* A range of code, and the function it belongs to; one may have several. */
struct code {
	Dwarf_Addr low;
	Dwarf_Addr high;
	Dwarf_Die function;
};

/*
 * The code of a compilation unit, in order. libdw would go through all of the unit for each program
 * counter, and most of one is types of headers.
 */
struct unit {
	size_t n;
	size_t room;
	struct code *code;
};

static struct fb_table places; /* never emptied */
static struct fb_table units; /* by where their DWARF lies; never emptied */
static Dwfl *dwfl;

FB_UNCHECKED static void start(void)
{
	static char *debuginfo_path;
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_linux_proc_find_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
		.debuginfo_path = &debuginfo_path,
	};

	dwfl = dwfl_begin(&callbacks);
	if (dwfl && !dwfl_linux_proc_report(dwfl, getpid()))
		dwfl_report_end(dwfl, NULL, NULL);
}

__attribute__((destructor)) static void end(void)
{
	if (dwfl)
		dwfl_end(dwfl);
	dwfl = NULL;
}

/* "a/./b/../c" to "a/c"; the result is never freed, as each comes from a cached place. */
FB_UNCHECKED static const char *clean_path(const char *path)
{
	char *out = malloc(strlen(path) + 2), *w = out;
	const char *p = path;

	if (!out)
		abort();
	while (*p) {
		size_t len = strcspn(p, "/");

		if (len == 2 && !strncmp(p, "..", 2) && w > out &&
		    !(w >= out + 3 && !strncmp(w - 3, "../", 3))) {
			w--; /* the slash */
			while (w > out && w[-1] != '/')
				w--;
		} else if (len && !(len == 1 && *p == '.')) {
			memcpy(w, p, len);
			w += len;
			if (p[len])
				*w++ = '/';
		} else if (!len && p == path) {
			*w++ = '/';
		}
		p += len;
		if (*p)
			p++;
	}
	*w = '\0';
	fb_msan_defined_string(out);
	return out;
}

FB_UNCHECKED static void set(struct fb_sym *sym, const char *function, const char *file, int line)
{
	sym->function = function ? function : "(unknown)";
	fb_msan_defined_string(sym->function);
	sym->file = file ? clean_path(file) : NULL;
	sym->line = line;
	sym->core = (file && strstr(sym->file, "vfs_shim/core/")) ||
		    !strncmp(sym->function, "fb_context_", 11);
}

FB_UNCHECKED static const char *name_of(Dwarf_Die *die)
{
	Dwarf_Attribute attr;

	return dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attr));
}

FB_UNCHECKED static const char *file_of(Dwarf_Die *cu, Dwarf_Die *die, int *line)
{
	Dwarf_Attribute attr;
	Dwarf_Files *files;
	Dwarf_Word index, l = 0;
	size_t n;

	if (dwarf_getsrcfiles(cu, &files, &n) ||
	    dwarf_formudata(dwarf_attr(die, DW_AT_call_file, &attr), &index) || index >= n)
		return NULL;
	dwarf_formudata(dwarf_attr(die, DW_AT_call_line, &attr), &l);
	*line = (int)l;
	return dwarf_filesrc(files, index, NULL, NULL);
}

/*
 * Compilers differ in whether a mapped (-ffile-prefix-map) name is relative to the directory of
 * compilation: it is not.
 */
FB_UNCHECKED static const char *relative(Dwarf_Die *cu, const char *file)
{
	Dwarf_Attribute attr;
	const char *dir = dwarf_formstring(dwarf_attr(cu, DW_AT_comp_dir, &attr));
	size_t len = dir ? strlen(dir) : 0;

	/*
	 * A directory that was mapped to nothing leaves a slash, and in clang's programs no
	 * attribute.
	 */
	return file && (!len || !strncmp(file, dir, len)) && file[len] == '/' ? file + len + 1 :
										file;
}

/*
 * The compilation unit of @pc. clang writes no table of address ranges, so ask each unit when the
 * table knows none.
 */
FB_UNCHECKED static Dwarf_Die *unit_at(Dwfl_Module *mod, uintptr_t pc, Dwarf_Addr *bias)
{
	Dwarf_Die *cu = dwfl_module_addrdie(mod, pc, bias);

	if (cu)
		return cu;
	while ((cu = dwfl_module_nextcu(mod, cu, bias)))
		if (dwarf_haspc(cu, pc - *bias) == 1)
			return cu;
	return NULL;
}

FB_UNCHECKED static void add_code(struct unit *u, Dwarf_Die *function)
{
	Dwarf_Addr base, low, high;
	ptrdiff_t at = 0;

	while ((at = dwarf_ranges(function, at, &base, &low, &high)) > 0) {
		if (u->n == u->room) {
			u->room = u->room ? 2 * u->room : 64;
			u->code = realloc(u->code, u->room * sizeof(*u->code));
			if (!u->code)
				abort();
		}
		u->code[u->n++] = (struct code){ low, high, *function };
	}
}

FB_UNCHECKED static int in_order(const void *a, const void *b)
{
	const struct code *x = a, *y = b;

	return (x->low > y->low) - (x->low < y->low);
}

FB_UNCHECKED static struct unit *unit_of(Dwarf_Die *cu)
{
	struct unit *u = fb_table_get(&units, (uintptr_t)cu->addr);
	Dwarf_Die die;

	if (u)
		return u;
	u = calloc(1, sizeof(*u));
	if (!u)
		abort();
	if (!dwarf_child(cu, &die)) {
		do {
			if (dwarf_tag(&die) == DW_TAG_subprogram)
				add_code(u, &die);
		} while (!dwarf_siblingof(&die, &die));
	}
	if (u->n)
		qsort(u->code, u->n, sizeof(*u->code), in_order);
	fb_table_set(&units, (uintptr_t)cu->addr, u);
	return u;
}

FB_UNCHECKED static int holds(const void *key, const void *element)
{
	const Dwarf_Addr *pc = key;
	const struct code *c = element;

	return (*pc >= c->high) - (*pc < c->low);
}

/* The scope in @die that has @pc. Return: is there one? */
FB_UNCHECKED static bool scope_at(Dwarf_Die *die, Dwarf_Addr pc, Dwarf_Die *scope)
{
	if (dwarf_child(die, scope))
		return false;
	do {
		int tag = dwarf_tag(scope);

		if ((tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine) &&
		    dwarf_haspc(scope, pc) == 1)
			return true;
	} while (!dwarf_siblingof(scope, scope));
	return false;
}

/*
 * The function that has @pc, and what is inlined there, inwards. All are concrete: an inlined
 * body's own scopes would lead to where it was written.
 */
FB_UNCHECKED static unsigned int calls_at(Dwarf_Die *cu, Dwarf_Addr pc, Dwarf_Die *calls)
{
	const struct unit *u = unit_of(cu);
	const struct code *c = u->n ? bsearch(&pc, u->code, u->n, sizeof(*c), holds) : NULL;
	Dwarf_Die die, inner;
	unsigned int n = 0;

	if (!c)
		return 0;
	die = c->function;
	calls[n++] = die;
	while (n < MAX_INLINE && scope_at(&die, pc, &inner)) {
		die = inner;
		if (dwarf_tag(&die) == DW_TAG_inlined_subroutine)
			calls[n++] = die;
	}
	return n;
}

/* Each inlined call adds a frame; its call site is the line of the frame outside it. */
FB_UNCHECKED static unsigned int by_dwarf(Dwfl_Module *mod, uintptr_t pc, struct fb_sym *sym)
{
	Dwarf_Die calls[MAX_INLINE];
	Dwarf_Addr bias;
	Dwarf_Die *cu = unit_at(mod, pc, &bias);
	Dwarf_Line *at;
	int line = 0;
	unsigned int n;
	const char *file = NULL;

	if (!cu)
		return 0;
	at = dwarf_getsrc_die(cu, pc - bias);
	if (at) {
		file = dwarf_linesrc(at, NULL, NULL);
		dwarf_lineno(at, &line);
	}
	n = calls_at(cu, pc - bias, calls);
	for (unsigned int i = 0; i < n; i++) {
		Dwarf_Die *call = &calls[n - 1 - i];

		set(&sym[i], name_of(call), relative(cu, file), line);
		if (i + 1 < n)
			file = file_of(cu, call, &line);
	}
	return n;
}

Dwfl_Module *fb_symbols_module(uintptr_t pc)
{
	Dwfl_Module *mod = NULL;

	fb_msan_foreign_begin();
	if (!dwfl)
		start();
	if (dwfl)
		mod = dwfl_addrmodule(dwfl, pc);
	fb_msan_foreign_end();
	return mod;
}

FB_UNCHECKED static struct place *look_up(uintptr_t pc)
{
	struct fb_sym sym[MAX_INLINE];
	Dwfl_Module *mod = fb_symbols_module(pc);
	struct place *p;
	unsigned int n = 0;

	if (mod)
		n = by_dwarf(mod, pc, sym);
	if (!n) {
		set(&sym[0], mod ? dwfl_module_addrname(mod, pc) : NULL, NULL, 0);
		n = 1;
	}
	p = malloc(sizeof(*p) + n * sizeof(sym[0]));
	if (!p)
		abort();
	p->n = n;
	memcpy(p->sym, sym, n * sizeof(sym[0]));
	return p;
}

const struct fb_sym *fb_symbolize(uintptr_t pc, unsigned int *n)
{
	struct place *p = fb_table_get(&places, pc);

	if (!p) {
		fb_msan_foreign_begin();
		p = look_up(pc);
		fb_msan_foreign_end();
		fb_table_set(&places, pc, p);
	}
	*n = p->n;
	return p->sym;
}
