/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A FUSE server on the raw protocol that exports a lower directory, with passthrough, and that
 * misbehaves on request. Written against struct world only, so the same server runs in the box,
 * on the host and in a guest.
 *
 * One task reads requests and answers them in order. Everything it knows (inodes with their
 * lookup counts, open files, registered backing files, the log of requests) is kept in struct
 * server, which outlives the task; a scenario looks at it through the functions below.
 */
#ifndef FUSEBOX_SIM_SERVER_H
#define FUSEBOX_SIM_SERVER_H

#include <linux/fuse.h>
#include <stdint.h>

#include "world.h"

#define SRV_MAX_RULES	8
#define SRV_MAX_HELD	4

struct server;

/**
 * enum srv_backing - whether a file is passed through, and how its backing file is opened
 * @SRV_PLAIN: not passed through; served with FOPEN_DIRECT_IO
 * @SRV_RDWR: passed through, backing file opened with O_RDWR
 * @SRV_RDONLY: the same with O_RDONLY
 * @SRV_WRONLY: the same with O_WRONLY
 * @SRV_PATH: the same with O_PATH
 * @SRV_CACHED: not passed through; served through the page cache, which an open empties
 * @SRV_KEEP_CACHE: the same with FOPEN_KEEP_CACHE: an open leaves the page cache as it is
 */
enum srv_backing {
	SRV_PLAIN,
	SRV_RDWR,
	SRV_RDONLY,
	SRV_WRONLY,
	SRV_PATH,
	SRV_CACHED,
	SRV_KEEP_CACHE,
};

/**
 * enum srv_ids - how many backing ids the server registers
 * @SRV_ID_PER_INODE: one per inode, shared by its opens and closed at the last release
 *	(what mainline demands)
 * @SRV_ID_PER_OPEN: a new one for each open, closed at its release
 * @SRV_ID_KEPT: as before, but a release keeps id and lower file for the next OPEN of the file with
 *	the same flags
 */
enum srv_ids {
	SRV_ID_PER_INODE,
	SRV_ID_PER_OPEN,
	SRV_ID_KEPT,
};

/**
 * struct srv_open - the reply to OPEN, CREATE or TMPFILE before it is sent, for the hook
 * @opcode: which of them
 * @name: last component of the file's path
 * @nth: how many of these requests came before
 * @flags: open flags of the request
 * @open: the reply: fh, open_flags, backing_id
 * @entry: the entry part of the reply; not for OPEN
 */
struct srv_open {
	uint32_t opcode;
	const char *name;
	unsigned int nth;
	uint32_t flags;
	struct fuse_open_out *open;
	struct fuse_entry_out *entry;
};

/**
 * struct srv_config - what the server offers
 * @passthrough: negotiate FUSE_PASSTHROUGH
 * @max_stack_depth: what INIT says; 1 unless set otherwise by srv_config_init()
 * @init_flags: further INIT flags to accept, as FUSE_WRITEBACK_CACHE
 * @backing: how files are served by default
 * @choose: if set, asked for each open in place of @backing
 * @backing_path: if set, gives the path of the lower file to register for an open in place of
 *	the file itself; NULL = the file itself
 * @ids: see &enum srv_ids
 * @no_init_flags: INIT flags not to accept that otherwise are, as FUSE_DO_READDIRPLUS
 * @dir_open_flags: FOPEN_... for directories
 * @copy_range: implement COPY_FILE_RANGE; otherwise it is answered with ENOSYS
 * @attr_timeout: seconds for which the kernel may use attributes
 * @entry_timeout: seconds for which the kernel may use names
 * @xattr: implement extended attributes; otherwise they are answered with ENOSYS
 * @flush: implement FLUSH; otherwise it is answered with ENOSYS
 * @uid: whom the server runs as; 0: root with all capabilities
 * @caps: the capabilities of another one; bit 21 is CAP_SYS_ADMIN, without which there is no
 *	passthrough
 * @splice: read requests and send replies through a pipe, as a server does that splices its device;
 *	requests and replies of some pages at most
 * @splice_move: beside @splice: the kernel may take the pages of the replies for its own
 *	(SPLICE_F_MOVE)
 * @access: answer ACCESS with "yes"; otherwise with ENOSYS
 * @poll: implement POLL, see srv_set_ready(); otherwise it is answered with ENOSYS
 * @submount: if set, the last component of directories that the kernel is told to be mount points
 *	of the exported tree; a kernel listens to that only when mounted by w_mount_virtio()
 * @on_init: if set, may change the reply to INIT; runs in the server's task
 * @on_ioctl: if set, serves IOCTL in place of the lower file: gets the request and its data, which
 *	it replaces by those of the reply; returns the result or -errno
 * @on_entry: if set, may change what READDIRPLUS says of a name; runs in the server's task
 * @on_open: if set, may change the reply to OPEN, CREATE and TMPFILE; runs in the server's task
 * @hook_arg: for @choose, @backing_path and @on_open to find by srv_config()
 */
struct srv_config {
	bool passthrough;
	uint32_t max_stack_depth;
	uint64_t init_flags;
	uint64_t no_init_flags;
	uint32_t dir_open_flags;
	bool copy_range;
	enum srv_backing backing;
	enum srv_backing (*choose)(struct server *srv, const char *name, uint32_t flags);
	const char *(*backing_path)(struct server *srv, const char *name, unsigned int nth);
	enum srv_ids ids;
	uint64_t attr_timeout;
	uint64_t entry_timeout;
	bool xattr;
	bool flush;
	unsigned int uid;
	unsigned long long caps;
	bool splice;
	bool splice_move;
	bool access;
	bool poll;
	const char *submount;
	void (*on_init)(struct server *srv, struct fuse_init_out *out);
	long (*on_ioctl)(struct server *srv, const struct fuse_ioctl_in *in, void *data);
	void (*on_entry)(struct server *srv, const char *name, struct fuse_entry_out *entry);
	void (*on_open)(struct server *srv, struct srv_open *o);
	void *hook_arg;
};

/**
 * enum srv_action - what a rule makes of a request
 * @SRV_FAIL: do not serve it; reply with &struct srv_rule.error
 * @SRV_FAIL_AFTER: serve it, then reply with the error all the same
 * @SRV_FAIL_WITH_BODY: serve it, then reply with the error and the body
 * @SRV_SHORT: serve it, then reply with the first &struct srv_rule.len bytes of the body
 * @SRV_DROP: serve it, never reply
 * @SRV_HOLD: serve it, keep the reply until srv_let_go()
 */
enum srv_action {
	SRV_FAIL,
	SRV_FAIL_AFTER,
	SRV_FAIL_WITH_BODY,
	SRV_SHORT,
	SRV_DROP,
	SRV_HOLD,
};

/**
 * struct srv_rule - one misbehaviour
 * @opcode: which requests it is for
 * @skip: how many of these to serve as usual first
 * @count: for how many it holds then
 * @action: what to do
 * @error: positive errno, for SRV_FAIL...
 * @len: for SRV_SHORT
 */
struct srv_rule {
	uint32_t opcode;
	unsigned int skip;
	unsigned int count;
	enum srv_action action;
	int error;
	size_t len;
};

/**
 * struct srv_request - one line of the request log
 * @opcode: FUSE_...
 * @nodeid: its inode
 * @unique: its number
 * @uid: who asked
 * @fh: file handle, if the request has one
 * @flags: open flags; valid mask (SETATTR); write flags (WRITE); flags (POLL)
 * @offset: READ, WRITE; nlookup (FORGET); the kernel's handle (POLL)
 * @size: READ, WRITE, SETATTR; bytes behind the name (CREATE)
 * @mode: SETATTR, CREATE, MKDIR
 * @name: the first name, shortened
 * @page_cache: READ, WRITE: it is the page cache that reads, or writes through or back
 * @error: what it was answered with: 0 or negative errno; 1 while unanswered
 * @sent: result of writing the reply; 1 while unanswered
 */
struct srv_request {
	uint32_t opcode;
	uint64_t nodeid;
	uint64_t unique;
	uint32_t uid;
	uint64_t fh;
	uint32_t flags;
	uint64_t offset;
	uint64_t size;
	uint32_t mode;
	char name[32];
	bool page_cache;
	int error;
	long sent;
};

/**
 * srv_config_init() - the usual configuration
 * @cfg: set to: passthrough with O_RDWR backing files, one id per inode, stack depth 1, timeouts
 *	of 3600 s, no further flags, FLUSH and COPY_FILE_RANGE but no xattrs, no hooks
 */
void srv_config_init(struct srv_config *cfg);

/**
 * srv_new() - make a server; it does not run yet
 * @w: the world
 * @cfg: copied
 * @root: the lower directory to export; copied
 *
 * Return: the server or NULL when out of memory; to be freed with srv_free().
 */
struct server *srv_new(struct world *w, const struct srv_config *cfg, const char *root);

/**
 * srv_free() - free a server that was never started or has been joined
 * @srv: the server or NULL
 */
void srv_free(struct server *srv);

/**
 * srv_start() - let it serve in a task of its own
 * @srv: the server
 * @dev: the FUSE device in the caller's fd table; the server takes a copy, as by fork
 *
 * Return: 0 or -errno.
 */
long srv_start(struct server *srv, int dev);

/**
 * srv_kill() - kill the server's task, as by SIGKILL, and wait until its files are closed
 * @srv: the server, running
 */
void srv_kill(struct server *srv);

/**
 * srv_join() - wait for the server to end, as it does after its file system is unmounted
 * @srv: the server
 *
 * Lets go all replies held first.
 */
void srv_join(struct server *srv);

/* For hooks. */
const struct srv_config *srv_config(struct server *srv);
struct world *srv_world(struct server *srv);
int srv_dev(struct server *srv);

/**
 * srv_register() - FUSE_DEV_IOC_BACKING_OPEN; in the server's task or in any other
 * @w: the world
 * @dev: the FUSE device in the caller's fd table
 * @fd: the backing file in the caller's fd table
 *
 * Return: an id > 0 or -errno.
 */
long srv_register(struct world *w, int dev, int fd);

/**
 * srv_unregister() - FUSE_DEV_IOC_BACKING_CLOSE
 * @w: the world
 * @dev: the FUSE device in the caller's fd table
 * @id: what srv_register() returned
 *
 * Return: 0 or -errno.
 */
long srv_unregister(struct world *w, int dev, int32_t id);

/*
 * Notifications: what a server tells the kernel of its own accord. In any task that has the FUSE
 * device at @dev in its fd table. Return: 0 or -errno, -ENOENT when the kernel does not know the
 * inode (or the name).
 */

/**
 * srv_notify_inval_inode() - attributes, and cached data in a range, are not to be used any more
 * @w: the world
 * @dev: the FUSE device
 * @nodeid: the inode
 * @off: begin of the range; negative: attributes only
 * @len: its length; 0 = to the end
 */
long srv_notify_inval_inode(struct world *w, int dev, uint64_t nodeid, int64_t off, int64_t len);

/**
 * srv_notify_inval_entry() - a name is to be looked up again
 * @w: the world
 * @dev: the FUSE device
 * @parent: its directory
 * @name: the name
 */
long srv_notify_inval_entry(struct world *w, int dev, uint64_t parent, const char *name);

/**
 * srv_notify_delete() - a name is gone
 * @w: the world
 * @dev: the FUSE device
 * @parent: its directory
 * @child: what it led to
 * @name: the name
 */
long srv_notify_delete(struct world *w, int dev, uint64_t parent, uint64_t child, const char *name);

/**
 * srv_notify_store() - put data into the page cache
 * @w: the world
 * @dev: the FUSE device
 * @nodeid: the inode
 * @off: position
 * @data: @len bytes
 * @len: how many
 */
long srv_notify_store(struct world *w, int dev, uint64_t nodeid, uint64_t off, const void *data,
		      uint32_t len);

/**
 * srv_notify_retrieve() - ask for what is in the page cache; the answer comes as request
 *	FUSE_NOTIFY_REPLY
 * @w: the world
 * @dev: the FUSE device
 * @nodeid: the inode
 * @off: position
 * @len: how many bytes
 */
long srv_notify_retrieve(struct world *w, int dev, uint64_t nodeid, uint64_t off, uint32_t len);

/**
 * srv_notify_poll() - what poll() has waited for may have come
 * @w: the world
 * @dev: the FUSE device
 * @kh: the kernel's handle, as a POLL request brought it
 */
long srv_notify_poll(struct world *w, int dev, uint64_t kh);

/**
 * srv_set_ready() - what POLL is answered with from now on; nothing at first
 * @srv: the server
 * @events: POLL...
 */
void srv_set_ready(struct server *srv, unsigned int events);

/**
 * srv_retrieved() - what the last FUSE_NOTIFY_REPLY has brought
 * @srv: the server
 * @buf: @len bytes
 * @len: room
 *
 * Return: bytes stored.
 */
size_t srv_retrieved(struct server *srv, void *buf, size_t len);

/**
 * srv_set_rule() - plan a misbehaviour
 * @srv: the server
 * @rule: copied; the first rule planned for an opcode that is still due wins
 */
void srv_set_rule(struct server *srv, const struct srv_rule *rule);

/**
 * srv_behave() - forget all rules and hooks, and serve each file by @backing of the configuration
 * @srv: the server
 */
void srv_behave(struct server *srv);

/**
 * srv_ended() - has the server's task ended, by death or because its file system is gone?
 * @srv: the server
 *
 * Return: whether it has.
 */
bool srv_ended(struct server *srv);

/**
 * srv_wait_held() - wait until a reply is being held by a rule with SRV_HOLD
 * @srv: the server
 *
 * Each held reply is waited for once.
 */
void srv_wait_held(struct server *srv);

/**
 * srv_let_go() - send the replies that are being held, in order, and wait until they are sent
 * @srv: the server
 */
void srv_let_go(struct server *srv);

/**
 * srv_mark() - remember where the request log is
 * @srv: the server
 *
 * Return: a mark for srv_count() and srv_find().
 */
unsigned int srv_mark(struct server *srv);

/**
 * srv_count() - requests of one kind since a mark
 * @srv: the server
 * @mark: from srv_mark(), or 0 for all
 * @opcode: which; 0 = any but FORGET, BATCH_FORGET and INTERRUPT
 *
 * A request is counted once it has been read. Return: their number.
 */
unsigned int srv_count(struct server *srv, unsigned int mark, uint32_t opcode);

/**
 * srv_count_page_cache() - requests of one kind that the page cache made
 * @srv: the server
 * @opcode: FUSE_READ or FUSE_WRITE
 *
 * Return: their number since the server began.
 */
unsigned int srv_count_page_cache(struct server *srv, uint32_t opcode);

/**
 * srv_find() - the nth request of one kind since a mark
 * @srv: the server
 * @mark: from srv_mark(), or 0
 * @opcode: which
 * @nth: 0 for the first
 * @req: where it is copied
 *
 * Return: whether there is one.
 */
bool srv_find(struct server *srv, unsigned int mark, uint32_t opcode, unsigned int nth,
	      struct srv_request *req);

/**
 * srv_wait_count() - wait until there were @n requests of one kind since a mark
 * @srv: the server
 * @mark: from srv_mark()
 * @opcode: which
 * @n: how many
 *
 * Return: true; false when the server ended before.
 */
bool srv_wait_count(struct server *srv, unsigned int mark, uint32_t opcode, unsigned int n);

/* Open files (fh), lookup counts and backing ids that the server holds now. */
unsigned int srv_open_files(struct server *srv);
unsigned int srv_ids_registered(struct server *srv);

/**
 * srv_nlookup() - the lookup count of a file, by its path below the root
 * @srv: the server
 * @name: as "dir/file"; the last path by which the server knew the inode, even if unlinked
 *
 * Return: the count; 0 if forgotten or never seen.
 */
uint64_t srv_nlookup(struct server *srv, const char *name);

/**
 * srv_wait_forgotten() - wait until the kernel has forgotten a file
 * @srv: the server
 * @name: as for srv_nlookup()
 *
 * FORGET may be overtaken by other requests, so there is no other way to see it come.
 * Return: true; false when the server ended before.
 */
bool srv_wait_forgotten(struct server *srv, const char *name);

/**
 * srv_nodeid() - the node id of a file, by its path below the root
 * @srv: the server
 * @name: as for srv_nlookup()
 *
 * Return: the id or 0.
 */
uint64_t srv_nodeid(struct server *srv, const char *name);

/* Names for messages and traces; "?" for what is unknown. */
const char *srv_opcode_name(uint32_t opcode);

/* What INIT offered and what was accepted: flags | flags2 << 32; minor of the kernel. */
uint64_t srv_init_offered(struct server *srv);
uint32_t srv_init_minor(struct server *srv);

#endif /* FUSEBOX_SIM_SERVER_H */
