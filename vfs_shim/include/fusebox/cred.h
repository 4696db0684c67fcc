/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Checks on credentials that the kernel does not have.
 */
#ifndef FUSEBOX_CRED_H
#define FUSEBOX_CRED_H

/* Finding for each override_creds() of current that is not reverted. */
void fb_cred_audit(const char *when);

#endif
