// SPDX-License-Identifier: GPL-2.0
/*
 * A few random operations, on whatever kernel: `fusebox random` does more (docs/random.md).
 */
#include "../random/random.h"

#include <stdlib.h>

unsigned long long rnd_first_seed = 1;
size_t rnd_scenario_ops = 300;

static void trace_ops(struct sc *sc, const struct rnd_run *run)
{
	char line[200];

	for (size_t i = 0; i < run->failed; i++)
		sc_trace(sc, "%s", rnd_text(&run->done[i], line, sizeof(line)));
}

/* Faults are for the scenarios that know what they do. */
static void some(struct sc *sc, unsigned int nth, bool frozen)
{
	struct rnd_run run = { .seed = rnd_first_seed + nth,
			       .nops = rnd_scenario_ops,
			       .frozen = frozen };

	run.done = calloc(run.nops, sizeof(*run.done));
	w_calm(sc_world(sc), true);
	if (EXPECT(sc, run.done, "no memory")) {
		rnd_run(sc, &run);
		trace_ops(sc, &run);
		sc_note(sc, "seed %llu: %zu operations, %zu rounds of more than one, %lu freezes",
			run.seed, run.ndone, run.rounds, run.freezes);
	}
	w_calm(sc_world(sc), false);
	free(run.done);
}

static void random_first(struct sc *sc)
{
	some(sc, 0, false);
}

static void random_second(struct sc *sc)
{
	some(sc, 1, false);
}

static void random_frozen(struct sc *sc)
{
	some(sc, 2, true);
}

#define NEEDS \
	(W_CAP_PAGE_CACHE | W_CAP_MMAP | W_CAP_SPLICE | W_CAP_AIO | W_CAP_URING | W_CAP_DIO_ALIGN)

const struct scenario random_scenarios[] = {
	{ "random/first", "operations by chance on files that are open in all ways", NEEDS,
	  random_first },
	{ "random/second", "the same with another seed", NEEDS, random_second },
	{ "random/frozen",
	  "the same while the lower file system is frozen and thawed again and again",
	  NEEDS | W_CAP_FREEZE, random_frozen },
	{ 0 }
};
