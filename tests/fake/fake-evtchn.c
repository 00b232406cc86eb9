/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Event channels: ports of domains, and the device through which dom0 waits for them. */
#include "fake-internal.h"
#include "fake-uapi.h"
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* The values of EVTCHNSTAT_*, which never changed; looked up where they are told. */
enum { PORT_FREE, PORT_UNBOUND, PORT_INTERDOMAIN, PORT_PIRQ, PORT_VIRQ };

static struct fake_port *port_of(const struct fake_domain *domain, uint32_t port)
{
	return domain && port && port < domain->nr_ports ? &domain->ports[port] : NULL;
}

static int port_alloc(struct fake_domain *domain, uint32_t *port)
{
	uint32_t number = 1;

	while (number < domain->nr_ports && domain->ports[number].state != PORT_FREE)
		number++;
	if (number > domain->max_evtchn_port)
		return -ENOSPC;
	if (number >= domain->nr_ports) {
		uint32_t room = (number + 16) & ~15u;

		domain->ports = fake_realloc(domain->ports, room * sizeof(*domain->ports));
		memset(domain->ports + domain->nr_ports, 0,
		       (room - domain->nr_ports) * sizeof(*domain->ports));
		domain->nr_ports = room;
	}
	domain->ports[number] = (struct fake_port){ 0 };
	*port = number;
	return 0;
}

/* --- the hypercall --- */

static long alloc_unbound(struct fake *fake, void *op)
{
	static const char type[] = "evtchn_alloc_unbound";
	uint32_t domid = (uint16_t)fake_get(fake, op, type, "dom"), port;
	uint32_t remote = (uint16_t)fake_get(fake, op, type, "remote_dom");
	struct fake_domain *domain = fake_domain(fake, domid == DOMID_SELF ? 0 : domid);
	int ret;

	if (!domain || domain->dying)
		return -ESRCH;
	if (fake->options.features & FAKE_UNPRIVILEGED && domain->domid != 0)
		return -EPERM;
	ret = port_alloc(domain, &port);
	if (ret < 0)
		return ret;
	domain->ports[port].state = PORT_UNBOUND;
	domain->ports[port].remote = (uint16_t)(remote == DOMID_SELF ? 0 : remote);
	fake_set(fake, op, type, "port", port);
	return 0;
}

static long status(struct fake *fake, void *op)
{
	static const char type[] = "evtchn_status";
	static const char *const names[] = { "closed", "unbound", "interdomain", "pirq", "virq" };
	uint32_t domid = (uint16_t)fake_get(fake, op, type, "dom");
	uint32_t number = (uint32_t)fake_get(fake, op, type, "port");
	const struct fake_domain *domain = fake_domain(fake, domid == DOMID_SELF ? 0 : domid);
	const struct fake_port *port = port_of(domain, number);
	char name[64];

	if (!domain)
		return -ESRCH;
	if (number > domain->max_evtchn_port)
		return -EINVAL;
	snprintf(name, sizeof(name), "EVTCHNSTAT_%s", names[port ? port->state : PORT_FREE]);
	fake_set(fake, op, type, "status", fake_constant(fake, name));
	fake_set(fake, op, type, "vcpu", 0);
	if (port && port->state == PORT_UNBOUND) {
		fake_set(fake, op, type, "u.unbound.dom", port->remote);
	} else if (port && port->state == PORT_INTERDOMAIN) {
		fake_set(fake, op, type, "u.interdomain.dom", port->remote);
		fake_set(fake, op, type, "u.interdomain.port", port->remote_port);
	}
	return 0;
}

long fake_evtchn_op(struct fake *fake, const uint64_t arg[5])
{
	bool alloc = arg[0] == fake_constant(fake, "EVTCHNOP_alloc_unbound");
	size_t size = fake_sizeof(fake, alloc ? "evtchn_alloc_unbound" : "evtchn_status");
	void *op;

	if (!alloc && arg[0] != fake_constant(fake, "EVTCHNOP_status"))
		return -ENOSYS;
	op = fake_reach(fake, arg[1], size);
	if (!op)
		return -EFAULT;
	return alloc ? alloc_unbound(fake, op) : status(fake, op);
}

/* --- what arrives --- */

static void enqueue(struct fake_file *file, uint32_t port)
{
	uint64_t one = 1;

	if (file->queued == file->room) {
		file->room = file->room ? file->room * 2 : 16;
		file->queue = fake_realloc(file->queue, file->room * sizeof(*file->queue));
	}
	file->queue[file->queued++] = port;
	if (file->queued == 1 && write(file->fd, &one, sizeof(one)) != sizeof(one))
		fake_die("cannot signal an event");
}

/* The descriptor is readable just as long as something is queued. */
static void dequeue(struct fake_file *file, size_t first, size_t count)
{
	uint64_t value;

	memmove(file->queue + first, file->queue + first + count,
		(file->queued - first - count) * sizeof(*file->queue));
	file->queued -= count;
	if (count && file->queued == 0 && read(file->fd, &value, sizeof(value)) != sizeof(value))
		fake_die("cannot take an event");
}

/* A port that fired stays masked until it is written to the device. */
static void fire(struct fake_port *port, uint32_t number)
{
	port->events++;
	if (!port->file)
		return;
	if (port->masked) {
		port->pending = true;
		return;
	}
	port->masked = true;
	enqueue(port->file, number);
}

void fake_port_raise(struct fake *fake, uint32_t domid, uint32_t port)
{
	struct fake_port *target = port_of(fake_domain(fake, domid), port);

	if (target && target->state != PORT_FREE)
		fire(target, port);
}

void fake_virq(struct fake *fake)
{
	if (fake->virq_dom_exc)
		fake_port_raise(fake, 0, fake->virq_port);
}

/* A dead domain's partners stay as if nobody had bound them, and do not fire. */
void fake_ports_close(struct fake *fake, struct fake_domain *domain)
{
	for (uint32_t i = 1; i < domain->nr_ports; i++) {
		struct fake_port *port = &domain->ports[i];

		if (port->state == PORT_INTERDOMAIN) {
			struct fake_port *other =
				port_of(fake_domain(fake, port->remote), port->remote_port);

			if (other && other->state == PORT_INTERDOMAIN)
				other->state = PORT_UNBOUND;
		}
		port->state = PORT_FREE;
	}
}

/* --- the device --- */

static struct fake_port *bound(struct fake *fake, const struct fake_file *file, uint32_t number)
{
	struct fake_port *port = port_of(fake->domains[0], number);

	return port && port->file == file ? port : NULL;
}

static int bind_interdomain(struct fake *fake, struct fake_file *file,
			    const struct evtchn_bind_interdomain *bind)
{
	struct fake_domain *remote = fake_domain(fake, bind->remote_domain);
	struct fake_port *theirs = port_of(remote, bind->remote_port);
	struct fake_domain *dom0 = fake->domains[0];
	uint32_t number;
	int ret;

	if (!remote || remote->dying)
		return -ESRCH;
	if (!theirs || theirs->state != PORT_UNBOUND || theirs->remote != 0)
		return -EINVAL;
	ret = port_alloc(dom0, &number);
	if (ret < 0)
		return ret;
	dom0->ports[number] = (struct fake_port){ .state = PORT_INTERDOMAIN,
						  .remote = (uint16_t)remote->domid,
						  .remote_port = bind->remote_port,
						  .file = file };
	theirs = port_of(remote, bind->remote_port); /* dom0's may have moved */
	theirs->state = PORT_INTERDOMAIN;
	theirs->remote_port = number;
	fire(&dom0->ports[number], number);
	return (int)number;
}

static int bind_virq(struct fake *fake, struct fake_file *file, uint32_t virq)
{
	uint32_t number;
	int ret;

	if (virq != VIRQ_DOM_EXC)
		return -EINVAL; /* no other one is modelled */
	if (fake->virq_dom_exc)
		return -EEXIST;
	ret = port_alloc(fake->domains[0], &number);
	if (ret < 0)
		return ret;
	fake->domains[0]->ports[number] =
		(struct fake_port){ .state = PORT_VIRQ, .virq = virq, .file = file };
	fake->virq_dom_exc = file;
	fake->virq_port = number;
	return (int)number;
}

static void unbind(struct fake *fake, struct fake_file *file, uint32_t number)
{
	struct fake_port *port = &fake->domains[0]->ports[number], *theirs;

	for (size_t i = file->queued; i-- > 0;) {
		if (file->queue[i] == number)
			dequeue(file, i, 1);
	}
	if (port->state == PORT_VIRQ)
		fake->virq_dom_exc = NULL;
	if (port->state == PORT_INTERDOMAIN) {
		theirs = port_of(fake_domain(fake, port->remote), port->remote_port);
		if (theirs && theirs->state == PORT_INTERDOMAIN)
			theirs->state = PORT_UNBOUND; /* another process may bind it */
	}
	*port = (struct fake_port){ 0 };
}

static int notify(struct fake *fake, struct fake_file *file, uint32_t number)
{
	const struct fake_port *port = bound(fake, file, number);

	if (!port)
		return -ENOTCONN;
	if (port->state == PORT_INTERDOMAIN) {
		fake_port_raise(fake, port->remote, port->remote_port);
		fake_guest_woken(fake, fake->domains[port->remote]);
	}
	return 0;
}

int fake_evtchn_ioctl(struct fake *fake, struct fake_file *file, unsigned long request, void *arg)
{
	switch (request) {
	case EVTCHN_BIND_INTERDOMAIN:
		return bind_interdomain(fake, file, arg);
	case EVTCHN_BIND_VIRQ:
		return bind_virq(fake, file, *(const uint32_t *)arg);
	case EVTCHN_UNBIND:
		if (!bound(fake, file, *(const uint32_t *)arg))
			return -ENOTCONN;
		unbind(fake, file, *(const uint32_t *)arg);
		return 0;
	case EVTCHN_NOTIFY:
		return notify(fake, file, *(const uint32_t *)arg);
	case EVTCHN_RESET:
		dequeue(file, 0, file->queued);
		return 0;
	default:
		return -ENOTTY;
	}
}

int fake_evtchn_read(struct fake *fake, struct fake_file *file, void *buffer, size_t size)
{
	size_t count = size / sizeof(uint32_t);

	(void)fake;
	if (count == 0)
		return 0;
	if (file->queued == 0)
		return -EAGAIN; /* the model never waits */
	if (count > file->queued)
		count = file->queued;
	memcpy(buffer, file->queue, count * sizeof(uint32_t));
	dequeue(file, 0, count);
	return (int)(count * sizeof(uint32_t));
}

int fake_evtchn_write(struct fake *fake, struct fake_file *file, const void *buffer, size_t size)
{
	size_t count = size / sizeof(uint32_t);

	for (size_t i = 0; i < count; i++) {
		struct fake_port *port;
		uint32_t number;

		memcpy(&number, (const char *)buffer + i * sizeof(number), sizeof(number));
		port = bound(fake, file, number);
		if (!port)
			continue; /* silently accepted */
		port->masked = false;
		if (port->pending) {
			port->pending = false;
			port->events--; /* counted when it came */
			fire(port, number);
		}
	}
	return (int)(count * sizeof(uint32_t));
}

void fake_evtchn_close(struct fake *fake, struct fake_file *file)
{
	for (uint32_t i = 1; i < fake->domains[0]->nr_ports; i++) {
		if (bound(fake, file, i))
			unbind(fake, file, i);
	}
}

/* --- the guest's side --- */

int fake_guest_notify(struct fake *fake, uint32_t domid, uint32_t port)
{
	const struct fake_port *mine;
	int ret = 0;

	fake_lock(fake);
	mine = port_of(fake_domain(fake, domid), port);
	if (!mine || mine->state == PORT_FREE)
		ret = -EINVAL;
	else if (mine->state == PORT_INTERDOMAIN)
		fake_port_raise(fake, mine->remote, mine->remote_port);
	fake_unlock(fake);
	return ret;
}

uint64_t fake_guest_events(struct fake *fake, uint32_t domid, uint32_t port)
{
	const struct fake_port *mine;
	uint64_t events;

	fake_lock(fake);
	mine = port_of(fake_domain(fake, domid), port);
	events = mine ? mine->events : 0;
	fake_unlock(fake);
	return events;
}

int fake_guest_close_port(struct fake *fake, uint32_t domid, uint32_t port)
{
	struct fake_port *mine, *other;
	int ret = -EINVAL;

	fake_lock(fake);
	mine = port_of(fake_domain(fake, domid), port);
	if (mine && mine->state != PORT_FREE) {
		other = mine->state == PORT_INTERDOMAIN
				? port_of(fake_domain(fake, mine->remote), mine->remote_port)
				: NULL;
		if (other)
			other->state = PORT_UNBOUND;
		*mine = (struct fake_port){ 0 };
		ret = 0;
	}
	fake_unlock(fake);
	return ret;
}
