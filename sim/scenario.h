/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Scenarios: what they look like, and what they are written with.
 *
 * A scenario is a function that states expectations about what it does. Every expectation leaves
 * one line in the trace (the text of the expression and its value); since file descriptors, ids and
 * times never are such values, the traces of two kernels can be compared line by line. Where
 * mainline's passthrough differs from ours on purpose, EXPECT_DIFF names the difference (see
 * &enum sc_diff), checks the value that is right for the kernel at hand, and leaves the name of the
 * difference in the trace, in brackets behind the value: tools/differences accepts it there.
 */
#ifndef FUSEBOX_SIM_SCENARIO_H
#define FUSEBOX_SIM_SCENARIO_H

#include "server.h"
#include "world.h"

struct sc;

/**
 * struct scenario - one entry of the registry
 * @name: "group/what", unique
 * @summary: one line, what it shows
 * @needs: bits of &enum w_cap without which it is skipped
 * @fn: runs it in the world's first task; NULL ends a table
 */
struct scenario {
	const char *name;
	const char *summary;
	unsigned int needs;
	void (*fn)(struct sc *sc);
};

/**
 * scenario_at() - walk the registry
 * @i: 0, 1, ...
 *
 * Return: the scenario, or NULL behind the last one.
 */
const struct scenario *scenario_at(unsigned int i);

/**
 * scenario_match() - does a scenario fit a pattern
 * @s: the scenario
 * @pattern: its name, its group ("open"), or a shell pattern ("open/" and a star)
 *
 * Return: whether it does.
 */
bool scenario_match(const struct scenario *s, const char *pattern);

/**
 * scenario_missing() - why a world cannot run a scenario
 * @s: the scenario
 * @w: the world
 *
 * Return: a few words about what is missing, or NULL if it can.
 */
const char *scenario_missing(const struct scenario *s, const struct world *w);

/**
 * scenario_run() - run a scenario in a world, in the calling task
 * @s: the scenario; scenario_missing() must be NULL for it
 * @w: the world
 * @report: called for each expectation that failed, with "file:line: what"; may be NULL
 * @arg: handed to @report
 *
 * Return: number of failed expectations.
 */
unsigned int scenario_run(const struct scenario *s, struct world *w,
			  void (*report)(void *arg, const char *line), void *arg);

/**
 * enum sc_diff - differences between mainline's passthrough (6.9 and later) and ours; each is
 *	explained in the table of scenario.c, and where it shows in docs/differences.md
 */
enum sc_diff {
	DIFF_FILES_NOT_INODES,
	DIFF_MIXED_OPENS,
	DIFF_GETATTR_AFTER_IO,
	DIFF_XATTR_PER_WRITE,
	DIFF_KILLPRIV,
	DIFF_SGID,
	DIFF_SETFL,
	DIFF_NOWAIT,
	DIFF_REGISTRY_OUTLIVES,
	DIFF_FREEZE_LOCK,
	DIFF_SERVER_ACCESS,
	DIFF_SUID_GONE,
	DIFF_SUID_BELOW,
	DIFF_SEALED_MAP,
	DIFF_SUID_TABLE,
	DIFF_SPLIT,
	DIFF_QUEUED,
	SC_DIFFS
};

/**
 * sc_diff_name() - the name of a difference as it stands in traces
 * @d: which
 *
 * Return: a short name.
 */
const char *sc_diff_name(enum sc_diff d);

/**
 * sc_diff_kind() - what sort of difference it is
 * @d: which
 *
 * Return: "ours on purpose", "mainline's limit" or "kernel version".
 */
const char *sc_diff_kind(enum sc_diff d);

/**
 * sc_diff_reason() - why it is meant to be so
 * @d: which
 *
 * Return: a sentence.
 */
const char *sc_diff_reason(enum sc_diff d);

/**
 * sc_diff_stacked() - has our patch it, too, over a stacked lower file system
 * @d: which
 *
 * Return: whether it has.
 */
bool sc_diff_stacked(enum sc_diff d);

/* ---- within a scenario ---- */

/**
 * sc_world() - the world a scenario runs in
 * @sc: the scenario's run
 *
 * Return: the world.
 */
struct world *sc_world(struct sc *sc);

/**
 * sc_has() - does the world have a capability
 * @sc: the scenario's run
 * @cap: bits of &enum w_cap
 *
 * Return: whether it has all of them.
 */
bool sc_has(struct sc *sc, unsigned int cap);

/**
 * sc_explore_begin() - what comes before is set-up: `fusebox explore` tries other schedules only
 *	from here on
 * @sc: the scenario's run
 *
 * To be called once, when the tasks that shall meet are about to be started, and all that was
 * started before has come to rest. Without effect elsewhere.
 */
void sc_explore_begin(struct sc *sc);

/**
 * sc_explore_end() - what comes after is teardown: no more other schedules
 * @sc: the scenario's run
 *
 * Lets all other tasks go on until they wait for something or have ended.
 */
void sc_explore_end(struct sc *sc);

/**
 * sc_trace() - add a line to the trace
 * @sc: the scenario's run
 * @fmt: as printf
 */
__attribute__((format(printf, 2, 3)))
void sc_trace(struct sc *sc, const char *fmt, ...);

/**
 * sc_note() - tell something that is for people, and may be another thing each time
 * @sc: the scenario's run
 * @fmt: as printf
 */
__attribute__((format(printf, 2, 3)))
void sc_note(struct sc *sc, const char *fmt, ...);

/**
 * sc_differs() - what follows may differ on a kernel with mainline's passthrough
 * @sc: the scenario's run
 * @diff: why
 *
 * For what EXPECT_DIFF() cannot say, as when something cannot go on there.
 * Return: whether this is such a kernel.
 */
bool sc_differs(struct sc *sc, enum sc_diff diff);

__attribute__((format(printf, 5, 6)))
bool sc_expect(struct sc *sc, const char *file, int line, bool cond, const char *fmt, ...);
bool sc_expect_eq(struct sc *sc, const char *file, int line, const char *text, long long got,
		  long long want);
bool sc_expect_diff(struct sc *sc, const char *file, int line, const char *text, enum sc_diff diff,
		    long long got, long long ours, long long mainline);

/* A condition; the rest says in the form of printf what it means that it does not hold. */
#define EXPECT(sc, cond, ...) \
	sc_expect((sc), __FILE__, __LINE__, (cond), __VA_ARGS__)

/* A result; negative ones are printed as names of errno values. Returns whether it is as wanted. */
#define EXPECT_EQ(sc, got, want) \
	sc_expect_eq((sc), __FILE__, __LINE__, #got, (got), (want))

/* A result that is @ours with our patch and @mainline on a mainline kernel. */
#define EXPECT_DIFF(sc, diff, got, ours, mainline) \
	sc_expect_diff((sc), __FILE__, __LINE__, #got, (diff), (got), (ours), (mainline))

/* The same, for what the rest of the scenario stands on: on failure go to the label "out". */
#define NEED(sc, cond, ...) do {				\
	if (!EXPECT(sc, cond, __VA_ARGS__))			\
		goto out;					\
} while (0)

#define NEED_EQ(sc, got, want) do {				\
	if (!EXPECT_EQ(sc, got, want))				\
		goto out;					\
} while (0)

/* An fd, which must be valid; it is not traced, for it may differ. Goes to "out" on failure. */
#define NEED_FD(sc, var, call) do {				\
	(var) = (call);						\
	NEED(sc, (var) >= 0, "%s = %s", #call, sc_errno(var));	\
} while (0)

/**
 * sc_errno() - a result in words
 * @ret: a result of an operation
 *
 * Return: "ENOENT" and the like for a negative one, "ok" else.
 */
const char *sc_errno(long ret);

/* ---- file contents ---- */

/**
 * sc_pattern() - fill a buffer with bytes that depend on seed and position in the file
 * @buf: @len bytes
 * @len: how many
 * @off: position of the first one
 * @seed: which pattern; 0 = zeros
 */
void sc_pattern(void *buf, size_t len, unsigned long long off, unsigned int seed);

/**
 * sc_matches() - does a buffer hold the pattern
 * @buf: @len bytes
 * @len: how many
 * @off: position of the first one in the file
 * @seed: which pattern; 0 = zeros
 *
 * Return: whether it does.
 */
bool sc_matches(const void *buf, size_t len, unsigned long long off, unsigned int seed);

/**
 * sc_hash() - content hash of a file by its path (FNV-1a, 64 bit, cut to 63)
 * @sc: the scenario's run
 * @path: the file
 *
 * Return: the hash, or -errno.
 */
long long sc_hash(struct sc *sc, const char *path);

/**
 * sc_make_file() - make a file with a pattern as content
 * @sc: the scenario's run
 * @path: the file; it is replaced
 * @size: its size
 * @seed: which pattern
 * @mode: its mode, whatever the umask
 *
 * Return: 0 or -errno.
 */
long sc_make_file(struct sc *sc, const char *path, size_t size, unsigned int seed,
		  unsigned int mode);

/* ---- the usual surroundings ---- */

#define FX_PATHS	8

/**
 * struct fx_opts - what fx_setup() builds
 * @srv: the server's configuration
 * @lower: the lower file system; @lower.name is filled in
 * @mount_opts: options of the FUSE mount; NULL = allow_other,default_permissions
 * @lower_path: export this directory in place of a new lower file system
 * @virtio: mount it by w_mount_virtio(); there are no mount options then
 * @name: tells the fixtures of one scenario apart; NULL = "a"
 * @rule: a misbehaviour that is due from the start, as for INIT; or NULL
 * @keep_dev: the scenario's task keeps the FUSE device open in &struct fixture.dev. The server's
 *	death then does not end the connection.
 */
struct fx_opts {
	struct srv_config srv;
	struct w_lower_opts lower;
	const char *mount_opts;
	const char *lower_path;
	bool virtio;
	const char *name;
	const struct srv_rule *rule;
	bool keep_dev;
};

/**
 * struct fixture - a lower file system, a server that exports it, and the FUSE mount
 * @sc: the scenario's run
 * @w: its world
 * @srv: the server
 * @dev: the FUSE device if &struct fx_opts.keep_dev, else -1
 * @lower: path of the lower root
 * @mnt: path of the FUSE mount
 * @gone: the connection is dead (server killed, aborted): nothing is checked with the server
 * @leaks_open: open files that the server must be left with at the end
 * @by_chance: what is done depends on what was found: requests are not counted in the trace
 */
struct fixture {
	struct sc *sc;
	struct world *w;
	struct server *srv;
	int dev;
	char lower[W_PATH_MAX];
	char mnt[W_PATH_MAX];
	bool gone;
	unsigned int leaks_open;
	bool by_chance;
	/* private */
	bool own_lower, made_dir, mounted, started;
	char paths[FX_PATHS][W_PATH_MAX];
	unsigned int next_path;
};

/**
 * fx_opts_init() - the usual options
 * @o: set to srv_config_init()'s configuration and a new lower file system of any size
 */
void fx_opts_init(struct fx_opts *o);

/**
 * fx_setup() - build the surroundings
 * @sc: the scenario's run
 * @fx: what is built
 * @o: how; NULL = the usual
 *
 * Return: whether it worked; if not, the reasons are failed expectations. fx_teardown() is
 * needed in any case.
 */
bool fx_setup(struct sc *sc, struct fixture *fx, const struct fx_opts *o);

/**
 * fx_teardown() - take the surroundings down and check that nothing is left
 * @fx: what fx_setup() built
 *
 * Expects that the server has seen RELEASE for all its open files and holds no backing ids, that
 * the FUSE mount and the lower file system can be unmounted (which they cannot while somebody
 * holds a file of them), and adds the requests seen to the trace. Waits for the jobs that a
 * scenario which went wrong has left. In a fault run the file system must still serve a new file.
 */
void fx_teardown(struct fixture *fx);

/**
 * fx_mnt() - path of a file through FUSE; for the scenario's own task, not for hooks
 * @fx: the surroundings
 * @name: the file
 *
 * Return: the path; it is overwritten after FX_PATHS more calls of this and fx_low().
 */
const char *fx_mnt(struct fixture *fx, const char *name);

/**
 * fx_low() - path of a file in the lower file system
 * @fx: the surroundings
 * @name: the file
 *
 * Return: as fx_mnt().
 */
const char *fx_low(struct fixture *fx, const char *name);

/**
 * fx_barrier() - wait until the server has read all requests sent so far
 * @fx: the surroundings
 *
 * By a STATFS, which queues behind RELEASE and the like.
 * Return: 0, or -errno if the connection is dead.
 */
long fx_barrier(struct fixture *fx);

/**
 * fx_settle() - let files end whose last reference was dropped elsewhere than in a task of its own
 * @fx: the surroundings
 *
 * As when a request of theirs has completed: they do so a jiffy later, in a worker.
 */
void fx_settle(struct fixture *fx);

/**
 * fx_make() - make a lower file of the given size with pattern 1 and mode 0644, and open it
 *	through FUSE
 * @fx: the surroundings
 * @name: the file
 * @size: its size
 * @flags: for opening it
 *
 * Return: an fd or -errno.
 */
long fx_make(struct fixture *fx, const char *name, size_t size, int flags);

/**
 * fx_try_open() - open a file through FUSE and close it again
 * @fx: the surroundings
 * @name: the file
 * @flags: for opening it
 *
 * Return: 0, or -errno of the open.
 */
long fx_try_open(struct fixture *fx, const char *name, int flags);

/**
 * fx_same_attr() - do the FUSE file and the lower file have the same size and times
 * @fx: the surroundings
 * @fd: the file, opened through FUSE
 * @name: the file
 * @times: compare times too
 *
 * Return: whether they do; what differs is a failed expectation.
 */
bool fx_same_attr(struct fixture *fx, int fd, const char *name, bool times);

/**
 * fx_reads() - does reading a file give the pattern
 * @fx: the surroundings
 * @fd: the file
 * @off: position
 * @len: how many bytes
 * @seed: which pattern
 *
 * Return: whether all of it is there and matches.
 */
bool fx_reads(struct fixture *fx, long fd, long long off, size_t len, unsigned int seed);

/**
 * fx_writes() - write the pattern
 * @fx: the surroundings
 * @fd: the file
 * @off: position
 * @len: how many bytes
 * @seed: which pattern
 *
 * Return: whether all of it was written.
 */
bool fx_writes(struct fixture *fx, long fd, long long off, size_t len, unsigned int seed);

/**
 * fx_reads_below() - fx_reads() on the lower file itself
 * @fx: the surroundings
 * @name: the file
 * @off: position
 * @len: how many bytes
 * @seed: which pattern
 *
 * Return: as fx_reads().
 */
bool fx_reads_below(struct fixture *fx, const char *name, long long off, size_t len,
		    unsigned int seed);

/**
 * struct fx_way - how the server serves the next open; the scenario sets it
 * @next: of the next open
 */
struct fx_way {
	enum srv_backing next;
};

/**
 * fx_setup_ways() - fx_setup() with a server that serves each open as told
 * @sc: the scenario's run
 * @fx: what is built
 * @o: how; NULL = the usual; its hook for the choice is set
 * @way: how opens are served; as long as the server lives
 *
 * Return: as fx_setup().
 */
bool fx_setup_ways(struct sc *sc, struct fixture *fx, struct fx_opts *o, struct fx_way *way);

/**
 * fx_open_as() - open a file through FUSE that the server serves in a certain way
 * @fx: built by fx_setup_ways()
 * @way: given to it
 * @how: how
 * @name: the file
 * @flags: for opening it
 *
 * Return: an fd or -errno.
 */
long fx_open_as(struct fixture *fx, struct fx_way *way, enum srv_backing how, const char *name,
		int flags);

/**
 * fx_fault_run() - does the box itself let things fail? Then w_fail_nth() is of no use
 * @w: the world
 *
 * Return: whether this is such a run.
 */
bool fx_fault_run(struct world *w);

/**
 * fx_close() - close a file that may never have been opened
 * @fx: the surroundings
 * @fd: the file; negative: none
 */
void fx_close(struct fixture *fx, long fd);

/* ---- what an application does meanwhile ---- */

/**
 * struct fx_job - one operation in a task of its own
 * @sc: set by fx_job_start(): the job's part of the run, for the expectations of @fn; its trace
 *	follows when the job is waited for
 * @fn: what to do
 * @arg: for @fn
 * @path: for @fn
 * @fd: for @fn
 * @flags: for @fn
 * @buf: for @fn
 * @len: for @fn
 * @off: for @fn
 * @task: its task while it runs
 * @ret: what @fn returned, once joined
 * @next: of the jobs that nobody has waited for
 */
struct fx_job {
	struct sc *sc;
	long (*fn)(struct fx_job *job);
	void *arg;
	const char *path;
	int fd;
	int flags;
	void *buf;
	size_t len;
	long long off;
	long ret;
	struct w_task *task;
	struct fx_job *next;
};

/**
 * fx_job_start() - start it
 * @sc: the scenario's run
 * @job: filled in but for @sc, @ret and @task
 * @spawn: one of &enum w_spawn_flags
 *
 * Return: 0 or -errno.
 */
long fx_job_start(struct sc *sc, struct fx_job *job, unsigned int spawn);

/**
 * fx_job_wait() - wait until it has ended
 * @job: started, not yet waited for
 *
 * Return: what its function returned.
 */
long fx_job_wait(struct fx_job *job);

/**
 * fx_race() - run jobs at the same time, each in a task of its own, and wait for all
 * @sc: the scenario's run
 * @jobs: as for fx_job_start(); their results are in @ret
 * @n: how many
 * @spawn: one of &enum w_spawn_flags
 *
 * What `fusebox explore` explores is all that happens from when the first one may go on until the
 * last one's function has returned, and everything that this has set going has come to rest. To be
 * called once.
 *
 * Return: 0, or -errno when they could not be started.
 */
long fx_race(struct sc *sc, struct fx_job *jobs, unsigned int n, unsigned int spawn);

/* Ready-made functions: open and close job.path; read or write job.buf at job.off of job.fd. */
long job_open_close(struct fx_job *job);
long job_pread(struct fx_job *job);
long job_pwrite(struct fx_job *job);

/* The tables of scenarios/; each ends with an entry without a function. */
extern const struct scenario open_scenarios[];
extern const struct scenario create_scenarios[];
extern const struct scenario registry_scenarios[];
extern const struct scenario reply_scenarios[];
extern const struct scenario rw_scenarios[];
extern const struct scenario attr_scenarios[];
extern const struct scenario truncate_scenarios[];
extern const struct scenario suid_scenarios[];
extern const struct scenario suid_table_scenarios[];
extern const struct scenario limit_scenarios[];
extern const struct scenario stack_scenarios[];
extern const struct scenario death_scenarios[];
extern const struct scenario abort_scenarios[];
extern const struct scenario freeze_scenarios[];
extern const struct scenario explore_scenarios[];
extern const struct scenario lifecycle_scenarios[];
extern const struct scenario plain_scenarios[];
extern const struct scenario cached_scenarios[];
extern const struct scenario mmap_scenarios[];
extern const struct scenario splice_scenarios[];
extern const struct scenario direct_scenarios[];
extern const struct scenario coherency_scenarios[];
extern const struct scenario random_scenarios[];
extern const struct scenario nth_scenarios[];
extern const struct scenario async_scenarios[];
extern const struct scenario async_flight_scenarios[];
extern const struct scenario async_rule_scenarios[];
extern const struct scenario error_scenarios[];
extern const struct scenario conc_scenarios[];
extern const struct scenario conc_async_scenarios[];
extern const struct scenario rare_scenarios[];
extern const struct scenario exact_scenarios[];
extern const struct scenario below_scenarios[];
extern const struct scenario protocol_scenarios[];
extern const struct scenario lock_scenarios[];
extern const struct scenario notify_scenarios[];
extern const struct scenario message_scenarios[];
extern const struct scenario handle_scenarios[];
extern const struct scenario dir_scenarios[];
extern const struct scenario libfuse_scenarios[];
extern const struct scenario service_scenarios[];

#endif /* FUSEBOX_SIM_SCENARIO_H */
