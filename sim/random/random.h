/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The random tester: operations on a few files, each open in several ways, by several tasks,
 * against a model that knows what each must see. Written against struct world, as the scenarios
 * are.
 *
 * A run is a list of operations. Each belongs to a round: the operations of a round run at the same
 * time, each by a task of its own, and touch different pages; so the model can say what each must
 * find, in whatever order they run. The list comes from a seed, or from a log of an earlier run.
 */
#ifndef FUSEBOX_SIM_RANDOM_RANDOM_H
#define FUSEBOX_SIM_RANDOM_RANDOM_H

#include "../scenario.h"

#define RND_PAGE	4096
#define RND_PAGES	16
#define RND_MAX		(RND_PAGES * RND_PAGE)	/* size that no file exceeds */
#define RND_LEN		(5 * RND_PAGE)		/* of one read or write, at most */
#define RND_FILES	3
#define RND_SLOTS	12
#define RND_MAPS	6
#define RND_TASKS	4
#define RND_CHUNKS	4			/* requests of one io_submit or io_uring_enter */
#define RND_DIO_ALIGN	512
/* seeds that are so far apart differ in chance only */
#define RND_CONFIGS	8

/**
 * enum rnd_way - how a file is open
 * @RND_CACHED: through FUSE's page cache
 * @RND_KEPT: the same with FOPEN_KEEP_CACHE
 * @RND_DIRECT: FOPEN_DIRECT_IO
 * @RND_A: passed through
 * @RND_B: passed through by another id of the same lower file
 * @RND_WAYS: their number
 */
enum rnd_way { RND_CACHED, RND_KEPT, RND_DIRECT, RND_A, RND_B, RND_WAYS };

/**
 * enum rnd_kind - operations; see kinds[] in text.c for what each takes
 */
enum rnd_kind {
	RND_OPEN, RND_CLOSE,
	RND_READ, RND_PREAD, RND_PREADV, RND_AIO_READ, RND_URING_READ, RND_SPLICE_READ,
	RND_WRITE, RND_PWRITE, RND_PWRITEV, RND_AIO_WRITE, RND_URING_WRITE, RND_SPLICE_WRITE,
	RND_SENDFILE, RND_COPY,
	RND_TRUNCATE, RND_FALLOCATE,
	RND_FSYNC, RND_FDATASYNC, RND_FSTAT, RND_SEEK,
	RND_MMAP, RND_MUNMAP, RND_LOAD, RND_STORE, RND_MSYNC,
	RND_CHECK,
	RND_KINDS
};

/**
 * struct rnd_op - an operation
 * @id: its number, unique in a run; what it writes depends on it
 * @round: operations of a round run together
 * @kind: see above
 * @task: who does it
 * @slot: of the open file
 * @slot2: of a second one, to which SENDFILE and COPY write
 * @file: OPEN, CHECK: which
 * @way: OPEN: how
 * @map: of the mapping
 * @flags: OPEN: O_...; PREADV, PWRITEV: RWF_...; FALLOCATE: its mode; SEEK: SEEK_DATA or SEEK_HOLE;
 *	MMAP: W_MAP_WRITE
 * @off: position; TRUNCATE: the new size
 * @off2: position in the second file
 * @len: bytes
 */
struct rnd_op {
	unsigned int id, round;
	unsigned char kind, task, slot, slot2, file, way, map;
	int flags;
	long long off, off2;
	size_t len;
};

/**
 * struct rnd_run - a run: what is to be done, and what came of it
 * @seed: makes the operations, and decides on what the lower file system and the server can; of a
 *	log that of the run it comes from
 * @nops: end after so many
 * @frozen: freeze and thaw the lower file system again and again meanwhile
 * @freezes: how many times that was done
 * @log: do these in place of made ones; or NULL
 * @nlog: their number
 * @done: gets what was done, @nops (or @nlog) entries; or NULL
 * @ndone: how many
 * @skipped: operations of @log that could not be done, as one before them was left out
 * @rounds: rounds with more than one operation
 * @by_kind: operations by kind
 * @failed: number of entries of @done when something was wrong; 0: nothing was
 * @why: what was wrong
 */
struct rnd_run {
	unsigned long long seed;
	size_t nops;
	bool frozen;
	unsigned long freezes;
	const struct rnd_op *log;
	size_t nlog;
	struct rnd_op *done;
	size_t ndone, skipped, rounds;
	size_t by_kind[RND_KINDS];
	size_t failed;
	char why[512];
};

/**
 * rnd_run() - do a run, with a mount of its own; what is wrong is a failed expectation, too
 * @sc: the scenario's run
 * @run: what to do, and what came of it
 */
void rnd_run(struct sc *sc, struct rnd_run *run);

/* What rnd_scenario() does: set by whoever runs it. */
extern struct rnd_run *rnd_now;
void rnd_scenario(struct sc *sc);

/*
 * What the scenarios random/... do: the seed of the first (the second has the next), and how many
 * operations.
 */
extern unsigned long long rnd_first_seed;
extern size_t rnd_scenario_ops;

/* ---- text.c: operations as lines ---- */

/**
 * rnd_text() - an operation as a line
 * @op: the operation
 * @buf: where to
 * @len: its size; 200 is enough
 *
 * Return: @buf.
 */
const char *rnd_text(const struct rnd_op *op, char *buf, size_t len);

/**
 * rnd_parse() - the reverse
 * @op: where to
 * @line: a line as rnd_text() makes it
 *
 * Return: NULL, or the word that is wrong, or "the line ends too early".
 */
const char *rnd_parse(struct rnd_op *op, const char *line);

const char *rnd_kind_name(enum rnd_kind kind);
const char *rnd_way_name(enum rnd_way way);

/* ---- model.c: what must come of them ---- */

/**
 * struct rnd_file - a file as everybody must see it
 * @data: RND_MAX bytes; zero behind @size
 * @writer: for each byte, @id of the operation it comes from
 * @size: its size
 * @stale: pages of which FUSE's page cache may have an older state: stored to by way of the lower
 *	file
 * @dirty: pages that FUSE's page cache may have stored to, of which the lower file does not know
 *	yet
 */
struct rnd_file {
	unsigned char *data;
	unsigned int *writer;
	long long size;
	bool stale[RND_PAGES], dirty[RND_PAGES];
};

struct rnd_slot {
	bool open;
	unsigned char file, way;
	int flags;
};

struct rnd_map {
	bool used, lower, write;
	unsigned char file;
};

struct rnd_model {
	struct rnd_file files[RND_FILES];
	struct rnd_slot slots[RND_SLOTS];
	struct rnd_map maps[RND_MAPS];
	bool mainline;	/* opens may fail with EIO */
};

bool rnd_model_init(struct rnd_model *m, bool mainline);
void rnd_model_free(struct rnd_model *m);

/* Can it be done now, and can the model say what comes of it? */
bool rnd_model_valid(const struct rnd_model *m, const struct rnd_op *op);

/* Must they not run at the same time? */
bool rnd_model_conflict(const struct rnd_model *m, const struct rnd_op *a, const struct rnd_op *b);

/**
 * rnd_model_check() - is a result right
 * @m: the state before the round
 * @op: the operation
 * @result: its result
 * @buf: what it has read
 * @why: gets what is wrong: 400 bytes
 *
 * Return: whether it is.
 */
bool rnd_model_check(const struct rnd_model *m, const struct rnd_op *op, long long result,
		     const unsigned char *buf, char *why);

/**
 * rnd_model_apply() - after the round: what an operation has changed
 * @m: the model
 * @op: the operation; those that store to mappings come last
 * @result: its result
 * @buf: what it has written
 */
void rnd_model_apply(struct rnd_model *m, const struct rnd_op *op, long long result,
		     const unsigned char *buf);

/* Is the position the file's end, whatever the operation says? */
bool rnd_model_appends(const struct rnd_model *m, const struct rnd_op *op);

/* ---- generate.c ---- */

struct rnd_source {
	unsigned long long state;
};

/**
 * rnd_generate() - make an operation for a round
 * @src: where chance comes from
 * @m: the state before the round
 * @round: those that the round has already
 * @n: their number
 * @op: made; @op->id, @op->round and @op->task are given
 *
 * Return: whether one was found that fits.
 */
bool rnd_generate(struct rnd_source *src, const struct rnd_model *m, const struct rnd_op *round,
		  unsigned int n, struct rnd_op *op);

/* ---- perform.c ---- */

/**
 * struct rnd_hand - what a task needs to do operations
 * @buf: RND_MAX + RND_PAGE bytes, aligned to a page
 * @aio: context of io_submit, or -errno
 * @ring: io_uring, or -errno
 * @pipe: a pipe
 */
struct rnd_hand {
	unsigned char *buf;
	long aio, ring;
	int pipe[2];
};

/* The files of a run, as they are open. */
struct rnd_stage {
	struct fixture fx;
	struct w_event *opening;	/* who has got it may open, and sets @next */
	enum rnd_way next;		/* how the next open is served */
	char low[RND_FILES][W_PATH_MAX], mnt[RND_FILES][W_PATH_MAX];
	long id_b[RND_FILES];		/* backing ids of RND_B, in @fx.dev's connection */
	int fds[RND_SLOTS];
	unsigned long long maps[RND_MAPS];
};

bool rnd_hand_init(struct rnd_hand *h, struct world *w);
void rnd_hand_free(struct rnd_hand *h, struct world *w);

/**
 * rnd_perform() - do an operation
 * @st: the files
 * @h: the task's
 * @m: the state before the round
 * @op: the operation
 *
 * Return: its result: 0, bytes, a position or -errno. What it has read is in @h->buf, and so is
 * what it has written.
 */
long long rnd_perform(struct rnd_stage *st, struct rnd_hand *h, const struct rnd_model *m,
		      const struct rnd_op *op);

#endif
