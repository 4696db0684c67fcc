// SPDX-License-Identifier: GPL-2.0
/*
 * KTAP, progress, summary, JUnit. The XML is libxml2's business.
 */
#include "report.h"

#include <errno.h>
#include <libxml/xmlwriter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

#define BAR_WIDTH 40

static int junit_open(struct report *r, const char *path)
{
	char *tmp = NULL;
	FILE *file;

	if (asprintf(&tmp, "%s.tmp", path) < 0)
		return -ENOMEM;
	/* libxml2 would say on its own, and in several lines, that it cannot open a file. */
	file = fopen(tmp, "w");
	if (file && !fclose(file))
		r->junit = xmlNewTextWriterFilename(tmp, 0);
	free(tmp);
	if (!r->junit) {
		fprintf(stderr, "fusebox: cannot write %s: is its folder there and writable?\n",
			path);
		return -EACCES;
	}
	xmlTextWriterSetIndent(r->junit, 1);
	xmlTextWriterStartDocument(r->junit, NULL, "UTF-8", NULL);
	xmlTextWriterStartElement(r->junit, BAD_CAST "testsuites");
	xmlTextWriterStartElement(r->junit, BAD_CAST "testsuite");
	xmlTextWriterWriteAttribute(r->junit, BAD_CAST "name", BAD_CAST "fusebox");
	xmlTextWriterWriteFormatAttribute(r->junit, BAD_CAST "tests", "%zu", r->planned);
	return 0;
}

static void junit_case(struct report *r, const struct verdict_line *line)
{
	const char *element = line->verdict == VERDICT_FAILED ? "failure" : "skipped";

	xmlTextWriterStartElement(r->junit, BAD_CAST "testcase");
	xmlTextWriterWriteAttribute(r->junit, BAD_CAST "classname", BAD_CAST "fusebox");
	xmlTextWriterWriteAttribute(r->junit, BAD_CAST "name", BAD_CAST line->name);
	xmlTextWriterWriteFormatAttribute(r->junit, BAD_CAST "time", "%.6f", line->seconds);
	if (line->verdict != VERDICT_OK) {
		xmlTextWriterStartElement(r->junit, BAD_CAST element);
		if (line->details)
			xmlTextWriterWriteString(r->junit, BAD_CAST line->details);
		xmlTextWriterEndElement(r->junit);
	}
	xmlTextWriterEndElement(r->junit);
}

static int junit_close(struct report *r, const char *path)
{
	char *tmp = NULL;
	int err = 0;

	xmlTextWriterEndDocument(r->junit);
	xmlFreeTextWriter(r->junit);
	r->junit = NULL;
	if (asprintf(&tmp, "%s.tmp", path) < 0)
		return -ENOMEM;
	if (rename(tmp, path)) {
		err = -errno;
		fprintf(stderr, "fusebox: cannot complete %s: %s\n", path, strerror(errno));
	}
	free(tmp);
	return err;
}

static void progress(const struct report *r, const char *name)
{
	size_t done = r->ok + r->failed + r->skipped;
	int filled = r->planned ? (int)(done * BAR_WIDTH / r->planned) : BAR_WIDTH;

	fprintf(stderr, "\r\033[K[%.*s%*s] %zu/%zu %s", filled,
		"########################################", BAR_WIDTH - filled, "", done,
		r->planned, name);
}

int report_begin(struct report *r, size_t planned, const char *junit)
{
	memset(r, 0, sizeof(*r));
	r->planned = planned;
	clock_gettime(CLOCK_MONOTONIC, &r->start);
	r->progress = isatty(STDERR_FILENO);
	if (junit) {
		int err = junit_open(r, junit);

		if (err)
			return err;
	}
	printf("KTAP version 1\n1..%zu\n", planned);
	return 0;
}

static void print_details(const char *details)
{
	const char *end;

	for (; details && *details; details = *end ? end + 1 : end) {
		end = strchrnul(details, '\n');
		printf("# %.*s\n", (int)(end - details), details);
	}
}

void report_line(struct report *r, const struct verdict_line *line)
{
	size_t number = r->ok + r->failed + r->skipped + 1;

	switch (line->verdict) {
	case VERDICT_OK:
		r->ok++;
		printf("ok %zu %s\n", number, line->name);
		break;
	case VERDICT_FAILED:
		r->failed++;
		printf("not ok %zu %s\n", number, line->name);
		print_details(line->details);
		break;
	case VERDICT_SKIPPED:
		r->skipped++;
		printf("ok %zu %s # SKIP %s\n", number, line->name, line->details);
		break;
	}
	fflush(stdout);
	if (r->junit)
		junit_case(r, line);
	if (r->progress)
		progress(r, line->name);
}

int report_end(struct report *r, const char *junit)
{
	int status = r->failed ? 1 : r->ok ? 0 : 77;

	if (r->progress)
		fputs("\r\033[K", stderr);
	printf("# Totals: pass:%zu fail:%zu skip:%zu\n", r->ok, r->failed, r->skipped);
	fflush(stdout);
	fprintf(stderr, "fusebox: %zu scenarios: %zu ok, %zu failed, %zu skipped, in %.2f s\n",
		r->planned, r->ok, r->failed, r->skipped, seconds_since(&r->start));
	fprintf(stderr, "  passed %lu choice points and %lu fault points\n", r->points, r->faults);
	if (r->accesses)
		fprintf(stderr, "  checked %lu accesses for data races\n", r->accesses);
	fprintf(stderr, "  %s\n",
		r->failed ?
			"verdict: FAILED; each 'not ok' above ends with the command that replays it" :
			"verdict: ok; every ledger was empty after every scenario");
	if (r->junit && junit_close(r, junit))
		status = 1;
	return status;
}
