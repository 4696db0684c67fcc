/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of privileges that a write takes off: who writes to a file of which mode, through which
 * front end, before which server.
 */
#ifndef FUSEBOX_SIM_SUID_TABLE_H
#define FUSEBOX_SIM_SUID_TABLE_H

#include "async_front.h"

/**
 * enum suid_server - whom the server runs as
 * @SUID_ROOT: root, with all capabilities
 * @SUID_OWNER: the file's owner, with CAP_SYS_ADMIN alone
 * @SUID_OTHER: somebody else, with CAP_SYS_ADMIN and CAP_DAC_OVERRIDE: may open the file, but not
 *	change its mode
 * @SUID_SERVERS: their number
 */
enum suid_server { SUID_ROOT, SUID_OWNER, SUID_OTHER, SUID_SERVERS };

/**
 * enum suid_killpriv - what the server has promised to do about privileges on a write
 * @SUID_NONE: nothing
 * @SUID_V1: FUSE_HANDLE_KILLPRIV
 * @SUID_V2: FUSE_HANDLE_KILLPRIV_V2
 * @SUID_KILLPRIVS: their number
 */
enum suid_killpriv { SUID_NONE, SUID_V1, SUID_V2, SUID_KILLPRIVS };

/**
 * enum suid_writer - who writes
 * @SUID_BY_ROOT: root
 * @SUID_BY_USER: uid 1000, who neither owns the file nor is in its group
 * @SUID_BY_OWNER: the file's owner, who is in its group
 * @SUID_WRITERS: their number
 */
enum suid_writer { SUID_BY_ROOT, SUID_BY_USER, SUID_BY_OWNER, SUID_WRITERS };

#define SUID_MODES	6

/**
 * struct suid_cell - one write
 * @server: whom the server runs as
 * @killpriv: what it has promised
 * @front: FE_RW; FE_AIO and FE_URING on a file opened with O_DIRECT where there is direct I/O
 * @writer: who writes
 * @mode: index of the mode: see suid_mode()
 * @cap: the file has capabilities
 */
struct suid_cell {
	enum suid_server server;
	enum suid_killpriv killpriv;
	enum fe_kind front;
	enum suid_writer writer;
	unsigned int mode;
	bool cap;
};

/**
 * struct suid_seen - what came of it
 * @res: of the write
 * @mode: permissions of the lower file afterwards
 * @below: permissions of the file that was written to directly
 * @cap: it has capabilities
 * @getattr: requests that the server saw
 * @setattr: likewise
 */
struct suid_seen {
	long long res;
	unsigned int mode, below;
	bool cap;
	unsigned int getattr, setattr;
};

/* suid_mode() - the mode with this index. */
unsigned int suid_mode(unsigned int index);

/**
 * suid_setup() - surroundings for cells of one server
 * @sc: the scenario's run
 * @fx: what is built
 * @server: whom it runs as
 * @killpriv: what it promises
 *
 * Return: as fx_setup().
 */
bool suid_setup(struct sc *sc, struct fixture *fx, enum suid_server server,
		enum suid_killpriv killpriv);

/**
 * suid_cell_run() - write through FUSE and to a lower file of the same kind, and compare:
 *	expectations
 * @fx: of suid_setup() with the cell's server and promise
 * @c: the cell
 * @seen: what came of the write through FUSE
 *
 * Return: whether all was as it must be.
 */
bool suid_cell_run(struct fixture *fx, const struct suid_cell *c, struct suid_seen *seen);

/*
 * For `fusebox suid-table`: suid_scenario() runs all cells of server and promise of suid_now, and
 * leaves in suid_answers what came of them and in suid_wrong whether a cell was wrong.
 */
extern struct suid_cell suid_now;
extern struct suid_seen suid_answers[SUID_WRITERS][SUID_MODES][2][3];
extern bool suid_wrong[SUID_WRITERS][SUID_MODES][2][3];
void suid_scenario(struct sc *sc);

/* suid_front() - the front end with this index: 0, 1, 2; its name is fe_name()'s. */
enum fe_kind suid_front(unsigned int index);

#endif
