/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libxen: start, stop, suspend, resume and monitor Xen guests that run Linux. */
#ifndef LIBXEN_LIBXEN_H
#define LIBXEN_LIBXEN_H

/* IWYU pragma: begin_exports */
#include <libxen/base.h>
#include <libxen/console.h>
#include <libxen/domain.h>
#include <libxen/host.h>
#include <libxen/image.h>
#include <libxen/placement.h>
#include <libxen/start.h>
/* IWYU pragma: end_exports */

#endif
