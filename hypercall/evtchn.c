/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Event channels: ports of guests, and our end of them. */
#include "arena.h"
#include "call.h"
#include "devices.h"

#include <errno.h>

/* Sub-ops and structures of event_channel_op (public/event_channel.h). */
enum { EVTCHNOP_STATUS = 5, EVTCHNOP_ALLOC_UNBOUND = 6 };
enum { STATUS_CLOSED = 0, STATUS_UNBOUND = 1, STATUS_INTERDOMAIN = 2 };

struct alloc_unbound {
	uint16_t domid, remote;
	uint32_t port;
};

struct port_status {
	uint16_t domid, pad;
	uint32_t port;
	uint32_t status, vcpu;
	uint16_t remote, pad2;
	uint32_t remote_port;
};

_Static_assert(sizeof(struct alloc_unbound) == 8, "evtchn_alloc_unbound");
_Static_assert(sizeof(struct port_status) == 24, "evtchn_status");

static int evtchn_op(struct lx_hc *hc, unsigned int op, void *argument)
{
	return lx_call(hc, LX_CALL_EVENT_CHANNEL_OP, op, lx_pointer(argument), 0, 0);
}

int lx_hc_port_alloc(struct lx_hc *hc, uint32_t domid, uint32_t remote, uint32_t *port)
{
	size_t mark = hc->arena_used;
	struct alloc_unbound *args = lx_arena_take(hc, sizeof(*args));
	int ret;

	*args = (struct alloc_unbound){ .domid = domid, .remote = remote };
	ret = evtchn_op(hc, EVTCHNOP_ALLOC_UNBOUND, args);
	*port = args->port;
	hc->arena_used = mark;
	if (ret < 0)
		return lx_fail_errno(hc->error, ret, "no event channel for domain %u", domid);
	return 0;
}

int lx_hc_port_status(struct lx_hc *hc, uint32_t domid, uint32_t port, uint32_t *state,
		      uint32_t *remote)
{
	static const uint32_t states[] = {
		[STATUS_CLOSED] = LX_PORT_FREE,
		[STATUS_UNBOUND] = LX_PORT_UNBOUND,
		[STATUS_INTERDOMAIN] = LX_PORT_INTERDOMAIN,
	};
	size_t mark = hc->arena_used;
	struct port_status *args = lx_arena_take(hc, sizeof(*args));
	int ret;

	*args = (struct port_status){ .domid = domid, .port = port };
	ret = evtchn_op(hc, EVTCHNOP_STATUS, args);
	*state = args->status <= STATUS_INTERDOMAIN ? states[args->status] : LX_PORT_OTHER;
	*remote = args->remote;
	hc->arena_used = mark;
	if (ret < 0)
		return lx_fail_errno(hc->error, ret, "cannot look at event channel %u of domain %u",
				     port, domid);
	return 0;
}

int lx_hc_channel_open(struct lx_hc *hc, uint32_t domid, uint32_t port,
		       struct lx_hc_channel *channel)
{
	struct lx_evtchn_bind_interdomain bind = { .remote_domain = domid, .remote_port = port };
	int fd, ret;

	fd = hc->os->open(hc->os, "/dev/xen/evtchn");
	if (fd < 0)
		return lx_fail_errno(
			hc->error, fd,
			"cannot open /dev/xen/evtchn (is the module xen-evtchn loaded?)");

	ret = hc->os->ioctl(hc->os, fd, LX_EVTCHN_BIND_INTERDOMAIN, &bind);
	if (ret < 0) {
		hc->os->close(hc->os, fd);
		return lx_fail_errno(hc->error, ret, "cannot bind event channel %u of domain %u",
				     port, domid);
	}
	*channel = (struct lx_hc_channel){ .fd = fd, .port = ret };
	return 0;
}

void lx_hc_channel_close(struct lx_hc *hc, struct lx_hc_channel *channel)
{
	if (channel->fd >= 0)
		hc->os->close(hc->os, channel->fd);
	channel->fd = -1;
}

int lx_hc_channel_notify(struct lx_hc *hc, const struct lx_hc_channel *channel)
{
	struct lx_evtchn_port notify = { .port = channel->port };

	return hc->os->ioctl(hc->os, channel->fd, LX_EVTCHN_NOTIFY, &notify);
}

/* A port that fired is masked until it is written back. */
int lx_hc_channel_clear(struct lx_hc *hc, const struct lx_hc_channel *channel)
{
	uint32_t port;
	int ret = hc->os->read(hc->os, channel->fd, &port, sizeof(port));

	if (ret == -EAGAIN || ret == -EINTR || ret == 0)
		return 0;
	if (ret > 0)
		ret = hc->os->write(hc->os, channel->fd, &port, sizeof(port));
	if (ret < 0)
		return lx_fail_errno(hc->error, ret, "cannot read /dev/xen/evtchn");
	return 0;
}
