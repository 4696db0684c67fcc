// SPDX-License-Identifier: GPL-2.0
/*
 * The table of privileges that a write takes off.
 */
#include "suid_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"
#include "scenarios/suid_table.h"

static const char *const servers[SUID_SERVERS] = {
	[SUID_ROOT] = "root",
	[SUID_OWNER] = "the file's owner, with CAP_SYS_ADMIN",
	[SUID_OTHER] = "uid 2000, with CAP_SYS_ADMIN and CAP_DAC_OVERRIDE",
};

static const char *const promises[SUID_KILLPRIVS] = {
	[SUID_NONE] = "no promise", [SUID_V1] = "HANDLE_KILLPRIV", [SUID_V2] = "HANDLE_KILLPRIV_V2",
};

static const char *const writers[SUID_WRITERS] = {
	[SUID_BY_ROOT] = "root", [SUID_BY_USER] = "uid 1000", [SUID_BY_OWNER] = "owner",
};

/* What was printed. */
struct totals {
	unsigned int equal, less, refused, failed;
};

static void print_cell(struct totals *t, unsigned int writer, unsigned int mode, unsigned int cap,
		       unsigned int front)
{
	const struct suid_seen *s = &suid_answers[writer][mode][cap][front];
	char text[32];

	if (suid_wrong[writer][mode][cap][front]) {
		t->failed++;
		snprintf(text, sizeof(text), "FAILED");
	} else if (s->res < 0) {
		t->refused++;
		snprintf(text, sizeof(text), "%s G%uS%u", sc_errno((long)s->res), s->getattr,
			 s->setattr);
	} else {
		*(s->mode == s->below ? &t->equal : &t->less) += 1;
		snprintf(text, sizeof(text), "%04o%s%s G%uS%u", s->mode, s->cap ? "+c" : "",
			 s->mode == s->below ? "" : "!", s->getattr, s->setattr);
	}
	printf(" %-12s", text);
}

static void print_row(struct totals *t, unsigned int writer, unsigned int mode)
{
	printf("%-10s %04o ", writers[writer], suid_mode(mode));
	for (unsigned int cap = 0; cap < 2; cap++) {
		for (unsigned int front = 0; front < 3; front++)
			print_cell(t, writer, mode, cap, front);
		printf("%s", cap ? "\n" : " |");
	}
}

static void print_head(enum suid_server server, enum suid_killpriv killpriv)
{
	printf("\nserver: %s; %s\n%-16s", servers[server], promises[killpriv], "writer     mode");
	for (unsigned int cap = 0; cap < 2; cap++) {
		for (unsigned int front = 0; front < 3; front++)
			printf(" %-12s", fe_name(suid_front(front)));
		printf("%s", cap ? " (with file capabilities)\n" : " |");
	}
}

static void print_group(struct totals *t, const struct fb_run_opts *opts)
{
	static const struct scenario s = { "suid-table/server", "one server", 0, suid_scenario };
	struct run_outcome out;

	print_head(suid_now.server, suid_now.killpriv);
	memset(suid_wrong, 1, sizeof(suid_wrong));
	if (!runner_run(&s, opts, &out)) {
		if (out.verdict != VERDICT_OK) {
			t->failed++;
			fprintf(stderr, "%s\n", out.details);
		}
		free(out.details);
	}
	for (unsigned int writer = 0; writer < SUID_WRITERS; writer++) {
		for (unsigned int mode = 0; mode < SUID_MODES; mode++)
			print_row(t, writer, mode);
	}
	fflush(stdout);
}

int suid_table(const struct fb_run_opts *opts)
{
	struct totals t = { 0 };

	for (unsigned int i = 0; i < SUID_SERVERS * SUID_KILLPRIVS; i++) {
		suid_now.server = i / SUID_KILLPRIVS;
		suid_now.killpriv = i % SUID_KILLPRIVS;
		print_group(&t, opts);
	}
	puts("\nEach cell: the mode after one write of 4 KiB (+c: file capabilities are left), and what the server saw: "
	     "G: GETATTR, S: SETATTR; no GETXATTR, no WRITE.\nMode and capabilities, below and through FUSE, are what the "
	     "same write leaves of a lower file, but for a server that may not change the mode:\nEPERM: bits that must go "
	     "cannot, and nothing is written; !: bits that might stay go, as the server could not set them itself");
	printf("%u equal to the lower file system, %u refused, %u stripped of more, %u failed\n",
	       t.equal, t.refused, t.less, t.failed);
	return t.failed ? 1 : 0;
}
