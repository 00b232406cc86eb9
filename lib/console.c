/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's console: its ring, its event channel, and a descriptor to wait on. */
#include "internal.h"

#include <build/build.h>
#include <console-ring.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Nobody is told of a guest's end: a port does not fire then, so it is looked for. */
enum { LOOK_INTERVAL_NS = 250 * 1000 * 1000 };

enum { OUR_DOMID = 0 };

struct libxen_console {
	struct libxen_domain domain;
	struct lx_hc_mapping page;
	struct lx_hc_channel channel;
	struct lx_console_ring ring;
	int epoll; /* readable when the channel or the timer is */
	int timer;
};

/* Fire after @first_ns, then at the usual interval. */
static int set_timer(struct libxen_console *console, long first_ns)
{
	struct itimerspec spec = {
		.it_value = { .tv_nsec = first_ns },
		.it_interval = { .tv_nsec = LOOK_INTERVAL_NS },
	};

	return timerfd_settime(console->timer, 0, &spec, NULL) < 0 ? -errno : 0;
}

static void clear_timer(struct libxen_console *console)
{
	uint64_t expirations;

	while (read(console->timer, &expirations, sizeof(expirations)) < 0 && errno == EINTR)
		;
}

static int watch(struct libxen_console *console, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(console->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_descriptors(struct libxen_console *console)
{
	int ret;

	console->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (console->epoll < 0)
		return -errno;
	console->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (console->timer < 0)
		return -errno;
	ret = set_timer(console, LOOK_INTERVAL_NS);
	if (ret == 0)
		ret = watch(console, console->channel.fd);
	if (ret == 0)
		ret = watch(console, console->timer);
	return ret;
}

/* The console's port waits for us: unless it has none, or somebody else came first. */
static int check_port(struct libxen *xen, uint32_t domid)
{
	uint32_t state, remote;
	int ret;

	ret = lx_hc_port_status(&xen->hc, domid, LX_PORT_CONSOLE, &state, &remote);
	if (ret == -EINVAL || (ret == 0 && state == LX_PORT_FREE))
		return lx_fail(&xen->error, -ENODEV, "domain %u has no console", domid);
	if (ret < 0)
		return ret;
	if (state == LX_PORT_INTERDOMAIN && remote == OUR_DOMID)
		return lx_fail(&xen->error, -EBUSY,
			       "another program reads the console of domain %u", domid);
	if (state != LX_PORT_UNBOUND || remote != OUR_DOMID)
		return lx_fail(&xen->error, -ENODEV, "domain %u has no console of libxen's", domid);
	return 0;
}

/* A PVH guest is told by a parameter; a PV guest's builder left an entry in its grant table. */
static int find_page(struct libxen *xen, const struct lx_hc_domain_info *info, uint64_t *frame)
{
	int ret;

	if (!(info->flags & LX_DOMAIN_HVM))
		return lx_hc_grant_find(&xen->hc, info->domid, LX_GRANT_CONSOLE, OUR_DOMID, frame);
	ret = lx_hc_hvm_param_get(&xen->hc, info->domid, LX_PARAM_CONSOLE_PFN, frame);
	if (ret == 0 && !*frame)
		return lx_fail(&xen->error, -ENODEV, "domain %u has no console", info->domid);
	return ret;
}

static int attach(struct libxen_console *console, const struct lx_hc_domain_info *info)
{
	struct libxen *xen = console->domain.xen;
	uint32_t domid = console->domain.domid;
	uint64_t frame;
	int ret;

	ret = check_port(xen, domid);
	if (ret < 0)
		return ret;
	ret = find_page(xen, info, &frame);
	if (ret < 0)
		return ret;
	ret = lx_hc_map(&xen->hc, domid, &frame, 1, PROT_READ | PROT_WRITE, &console->page);
	if (ret == -EINVAL || ret == -EBUSY || ret == -EPERM) /* which frame, the guest says */
		return lx_fail_for(&xen->error, -ENODEV, "domain %u has no page for a console",
				   domid);
	if (ret < 0)
		return ret;
	ret = lx_hc_channel_open(&xen->hc, domid, LX_PORT_CONSOLE, &console->channel);
	if (ret == -EINVAL) /* it waited for us a moment ago */
		return lx_fail(&xen->error, -EBUSY,
			       "another program took the console of domain %u just now (or the "
			       "guest closed it)",
			       domid);
	if (ret < 0)
		return ret;
	ret = open_descriptors(console);
	if (ret < 0)
		return lx_fail_errno(&xen->error, ret, "cannot wait for the console of domain %u",
				     domid);
	lx_console_ring_attach(&console->ring, console->page.addr);
	return 0;
}

int libxen_console_open(struct libxen_domain *domain, struct libxen_console **console)
{
	struct libxen *xen = domain->xen;
	struct lx_hc_domain_info info;
	struct libxen_console *now;
	int ret;

	now = malloc(sizeof(*now));
	if (!now)
		return lx_fail_errno(&xen->error, -ENOMEM, "cannot open the console");
	*now = (struct libxen_console){
		.domain = *domain,
		.channel = { .fd = -1 },
		.epoll = -1,
		.timer = -1,
	};

	ret = lx_domain_look(domain, &info);
	if (ret == 0)
		ret = attach(now, &info);
	if (ret < 0) {
		libxen_console_close(now);
		return ret;
	}
	*console = now;
	return 0;
}

void libxen_console_close(struct libxen_console *console)
{
	if (!console)
		return;
	if (console->timer >= 0)
		close(console->timer);
	if (console->epoll >= 0)
		close(console->epoll);
	lx_hc_channel_close(&console->domain.xen->hc, &console->channel);
	lx_hc_unmap(&console->domain.xen->hc, &console->page);
	free(console);
}

int libxen_console_fd(const struct libxen_console *console)
{
	return console->epoll;
}

/* 1: nothing more will ever come; 0: the guest lives. */
static int has_ended(struct libxen_console *console)
{
	struct lx_hc_domain_info info;
	int ret = lx_domain_look(&console->domain, &info);

	if (ret == -ESRCH || ret == -ESTALE)
		return 1;
	if (ret < 0)
		return ret;
	if (info.flags & LX_DOMAIN_DYING)
		return 1;
	return info.flags & LX_DOMAIN_SHUTDOWN && info.shutdown_code != LIBXEN_SHUTDOWN_SUSPEND;
}

/* What the ring holds; the guest may be waiting for the room that this makes. */
static int take(struct libxen_console *console, char *buffer, size_t size)
{
	struct libxen *xen = console->domain.xen;
	int ret = lx_console_ring_read(&console->ring, buffer, size);

	if (ret == -EPROTO)
		lx_fail(&xen->error, ret, "domain %u broke its console ring",
			console->domain.domid);
	if (ret != 0)
		lx_hc_channel_notify(&xen->hc, &console->channel);
	return ret;
}

/*
 * The event stays pending, and with it the descriptor readable, as long as there is something to
 * read. Only an empty ring lets it be cleared, and then the ring is looked at once more.
 */
int libxen_console_read(struct libxen_console *console, char *buffer, size_t size)
{
	struct libxen *xen = console->domain.xen;
	int ended, ret;

	if (!size)
		return lx_fail(&xen->error, -EINVAL, "there is no room to read the console into");
	ret = take(console, buffer, size);
	if (ret != 0)
		return ret;

	clear_timer(console);
	ret = lx_hc_channel_clear(&xen->hc, &console->channel);
	if (ret < 0)
		return ret;
	ended = has_ended(console);
	if (ended < 0)
		return ended;
	ret = take(console, buffer, size);
	if (ret != 0) {
		if (lx_console_ring_pending(&console->ring))
			set_timer(console, 1);
		return ret;
	}
	return ended ? 0 : lx_fail(&xen->error, -EAGAIN, "the guest has written nothing new");
}

int libxen_console_write(struct libxen_console *console, const char *data, size_t size)
{
	struct libxen *xen = console->domain.xen;
	int ret = lx_console_ring_write(&console->ring, data, size);

	if (ret == -EPROTO)
		lx_fail(&xen->error, ret, "domain %u broke its console ring",
			console->domain.domid);
	if (ret != 0)
		lx_hc_channel_notify(&xen->hc, &console->channel);
	if (ret == 0 && size)
		return lx_fail(&xen->error, -EAGAIN, "the guest has not read what was written");
	return ret;
}
