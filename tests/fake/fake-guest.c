/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guest's side, played without a CPU: how it starts, prints and ends, and its memory. */
#include "fake-internal.h"
#include "fake-uapi.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum { REASON_POWEROFF = 0, REASON_CRASH = 3 };

static const char context_type[] = "vcpu_guest_context";

static const char cpu_type[] = "hvm_hw_cpu";

static const struct fake_vcpu *vcpu0(const struct fake_domain *domain)
{
	return domain && domain->nr_vcpus && domain->vcpus[0].context ? domain->vcpus : NULL;
}

/* --- through its page tables --- */

static unsigned char *translate(struct fake *fake, const struct fake_domain *domain,
				uint64_t address, bool *writable)
{
	const struct fake_vcpu *vcpu = vcpu0(domain);
	uint64_t mfn = vcpu ? vcpu->cr3 : NO_MFN;
	bool write = true;

	if (domain->hvm) {
		if (writable)
			*writable = true;
		return fake_physical(fake, domain, address);
	}
	for (int level = 4; level > 0; level--) {
		unsigned int index = address >> (12 + 9 * (level - 1)) & 511;
		const uint64_t *table;

		if (!fake_frame_of(fake, mfn, domain->domid))
			return NULL;
		table = (const void *)fake_frame_bytes(fake, mfn);
		if (!(table[index] & 1))
			return NULL;
		write = write && table[index] & 2;
		mfn = table[index] << 12 >> 24;
	}
	if (!fake_frame_of(fake, mfn, domain->domid))
		return NULL;
	if (writable)
		*writable = write;
	return fake_frame_bytes(fake, mfn) + address % PAGE_SIZE;
}

static unsigned char *start_info(struct fake *fake, const struct fake_domain *domain)
{
	const struct fake_vcpu *vcpu = vcpu0(domain);

	if (!vcpu)
		return NULL;
	return translate(fake, domain,
			 domain->hvm ? fake_get(fake, vcpu->context, cpu_type, "rbx")
				     : fake_get(fake, vcpu->context, context_type, "user_regs.rsi"),
			 NULL);
}

/* What start_info or a parameter says of the console; 0: nothing. */
static uint64_t console_fact(struct fake *fake, const struct fake_domain *domain, const char *field,
			     unsigned int param)
{
	const unsigned char *info;

	if (domain && domain->hvm)
		return domain->params[param];
	info = start_info(fake, domain);
	return info ? fake_get(fake, info, "start_info", field) : 0;
}

static unsigned char *console_page(struct fake *fake, const struct fake_domain *domain)
{
	uint64_t frame = console_fact(fake, domain, "console.domU.mfn", PARAM_CONSOLE_PFN), mfn;

	if (!frame)
		return NULL;
	mfn = fake_gmfn(domain, frame);
	if (!fake_frame_of(fake, mfn, domain->domid))
		return NULL;
	return fake_frame_bytes(fake, mfn);
}

/* --- its console --- */

static const char ring_type[] = "xencons_interface";

static uint32_t *ring_index(const struct fake *fake, unsigned char *ring, const char *field)
{
	return fake_at(fake, ring, ring_type, field);
}

static size_t ring_size(const struct fake *fake, const char *field)
{
	size_t offset, size = 0;

	fake_field(fake, ring_type, field, &offset, &size);
	return size;
}

/* Tell dom0, as the guest does after it wrote or read. */
static void ring_notify(struct fake *fake, const struct fake_domain *domain)
{
	uint64_t port = console_fact(fake, domain, "console.domU.evtchn", PARAM_CONSOLE_EVTCHN);

	if (port && port < domain->nr_ports && domain->ports[port].remote_port)
		fake_port_raise(fake, domain->ports[port].remote, domain->ports[port].remote_port);
}

static int console_write(struct fake *fake, const struct fake_domain *domain, const char *data,
			 size_t size)
{
	unsigned char *ring = console_page(fake, domain);
	size_t room = ring_size(fake, "out"), done = 0;
	unsigned char *out;
	uint32_t cons, prod;

	if (!ring)
		return -ENODEV;
	out = fake_at(fake, ring, ring_type, "out");
	cons = __atomic_load_n(ring_index(fake, ring, "out_cons"), __ATOMIC_ACQUIRE);
	prod = *ring_index(fake, ring, "out_prod");
	while (done < size && prod - cons < room)
		out[prod++ % room] = (unsigned char)data[done++];
	__atomic_store_n(ring_index(fake, ring, "out_prod"), prod, __ATOMIC_RELEASE);
	if (done)
		ring_notify(fake, domain);
	return (int)done;
}

static int console_read(struct fake *fake, const struct fake_domain *domain, char *data,
			size_t size)
{
	unsigned char *ring = console_page(fake, domain);
	size_t room = ring_size(fake, "in"), done = 0;
	const unsigned char *in;
	uint32_t cons, prod;

	if (!ring)
		return -ENODEV;
	in = fake_at(fake, ring, ring_type, "in");
	prod = __atomic_load_n(ring_index(fake, ring, "in_prod"), __ATOMIC_ACQUIRE);
	cons = *ring_index(fake, ring, "in_cons");
	while (done < size && cons != prod)
		data[done++] = (char)in[cons++ % room];
	__atomic_store_n(ring_index(fake, ring, "in_cons"), cons, __ATOMIC_RELEASE);
	if (done)
		ring_notify(fake, domain);
	return (int)done;
}

/* --- its life --- */

static void crash(struct fake *fake, struct fake_domain *domain, const char *why)
{
	const struct fake_vcpu *vcpu = vcpu0(domain);

	fake_log(fake,
		 "(XEN) d%uv0 %s\n(XEN) Domain %u (vcpu#0) crashed on cpu#0:\n(XEN) RIP:    "
		 "%04llx:[<%016llx>]\n",
		 domain->domid, why, domain->domid,
		 (unsigned long long)fake_get(fake, vcpu->context, context_type, "user_regs.cs"),
		 (unsigned long long)fake_get(fake, vcpu->context, context_type, "user_regs.rip"));
	fake_domain_shutdown(fake, domain, REASON_CRASH);
}

/* Linux soon makes page tables of its pages: one that dom0 can still write must be a ring's. */
static bool is_written_by_dom0(struct fake *fake, const struct fake_domain *domain)
{
	const unsigned char *info = start_info(fake, domain);
	uint64_t console = fake_get(fake, info, "start_info", "console.domU.mfn");
	uint64_t store = fake_get(fake, info, "start_info", "store_mfn");

	for (const struct fake_mapping *map = fake->mappings; map; map = map->next) {
		if (map->kind != MAP_FOREIGN || !(map->prot & PROT_WRITE) ||
		    map->domid != domain->domid)
			continue;
		for (size_t i = 0; i < map->size / PAGE_SIZE; i++) {
			uint64_t mfn = map->mfns[i];

			if (mfn != NO_MFN && mfn != console && mfn != store &&
			    !(fake->frames[mfn].flags & FRAME_XENHEAP))
				return true;
		}
	}
	return false;
}

/* The mistakes that a builder can make show here, each with the end that it has on Xen. */
static bool survives_entry(struct fake *fake, struct fake_domain *domain)
{
	const struct fake_vcpu *vcpu = vcpu0(domain);
	const unsigned char *shared = fake_frame_bytes(fake, domain->shared_info);
	bool writable = false;

	if (!fake_get(fake, vcpu->context, context_type, "user_regs.cs") ||
	    !fake_get(fake, vcpu->context, context_type, "user_regs.ss")) {
		crash(fake, domain, "Unhandled: vec 13, #GP[0000]");
		return false;
	}
	if (!translate(fake, domain, fake_get(fake, vcpu->context, context_type, "user_regs.rip"),
		       NULL) ||
	    !translate(fake, domain,
		       fake_get(fake, vcpu->context, context_type, "user_regs.rsp") - 8,
		       &writable) ||
	    !writable || !start_info(fake, domain)) {
		crash(fake, domain, "Unhandled: vec 14, #PF[0000]");
		return false;
	}
	if (!(fake->frames[vcpu->cr3].flags & FRAME_PINNED) ||
	    !fake_get(fake, shared, "vcpu_info", "evtchn_upcall_mask")) {
		/* Linux gives up before its panic notifier is there */
		fake_domain_shutdown(fake, domain, REASON_POWEROFF);
		return false;
	}
	if (is_written_by_dom0(fake, domain)) {
		crash(fake, domain, "Unhandled: vec 6, #UD[0000]");
		return false;
	}
	return true;
}

/* Linux puts shared_info over a page of its own, and wakes its other processors. */
static bool pvh_boots(struct fake *fake, struct fake_domain *domain)
{
	uint64_t old = fake_p2m(domain, SHARED_INFO_GFN);

	if (fake_p2m_set(domain, SHARED_INFO_GFN, domain->shared_info, 0) < 0)
		return false;
	if (old != NO_MFN)
		fake_domain_drop_page(fake, domain, old);
	domain->shared_info_placed = true;
	for (uint32_t i = 0; i < domain->nr_vcpus; i++)
		domain->vcpus[i].online = true;
	return true;
}

/* Whatever is wrong ends here as a triple fault, so that no test can miss it. */
static bool survives_pvh_entry(struct fake *fake, struct fake_domain *domain)
{
	unsigned int reason = (unsigned int)domain->params[PARAM_TRIPLE_FAULT_REASON];
	const char *mistake = fake_pvh_mistake(fake, domain);

	if (!mistake && !pvh_boots(fake, domain))
		mistake = "the paging pool is too small for shared_info";
	if (!mistake)
		return true;
	fake_log(fake,
		 "(fake) d%u: %s\n(XEN) d%uv0 Triple fault - invoking HVM shutdown action %u\n",
		 domain->domid, mistake, domain->domid, reason);
	fake_domain_shutdown(fake, domain, reason);
	return false;
}

/* Print what is left to print, while there is room; then end, if it shall. */
static void run(struct fake *fake, struct fake_domain *domain)
{
	const char *text = fake->options.guest_console;

	if (!domain->entered || domain->background || domain->pause_count || domain->shutdown ||
	    domain->dying)
		return;
	if (text && text[domain->printed]) {
		int done = console_write(fake, domain, text + domain->printed,
					 strlen(text + domain->printed));

		/* without a console it prints into nothing */
		domain->printed += done < 0 ? strlen(text + domain->printed) : (size_t)done;
		if (text[domain->printed])
			return;
	}
	if (fake->options.guest_exits > 0)
		fake_domain_shutdown(fake, domain, (unsigned int)fake->options.guest_exits - 1);
}

void fake_guest_enter(struct fake *fake, struct fake_domain *domain)
{
	const struct fake_vcpu *vcpu = vcpu0(domain);

	if (!vcpu || !vcpu->online || domain->shutdown || domain->dying)
		return;
	if (!domain->entered) {
		domain->entered = true;
		if (domain->hvm ? !survives_pvh_entry(fake, domain) : !survives_entry(fake, domain))
			return;
	}
	run(fake, domain);
}

void fake_guest_woken(struct fake *fake, struct fake_domain *domain)
{
	run(fake, domain);
}

void fake_tick(struct fake *fake, uint64_t ns)
{
	fake_lock(fake);
	for (uint32_t i = 0; i < DOMIDS; i++) {
		struct fake_domain *domain = fake->domains[i];

		if (!domain || domain->pause_count || domain->shutdown || domain->dying ||
		    !domain->entered)
			continue;
		domain->cpu_time += ns * fake_domain_online(domain);
	}
	fake_unlock(fake);
}

void fake_guest_shutdown(struct fake *fake, uint32_t domid, unsigned int reason)
{
	struct fake_domain *domain;

	fake_lock(fake);
	domain = fake_domain(fake, domid);
	if (domain)
		fake_domain_shutdown(fake, domain, reason);
	fake_unlock(fake);
}

/* --- for tests to look at --- */

bool fake_domain_look(struct fake *fake, uint32_t domid, struct fake_domain_view *view)
{
	const struct fake_domain *domain;

	fake_lock(fake);
	domain = fake_domain(fake, domid);
	if (domain) {
		*view = (struct fake_domain_view){
			.dying = domain->dying,
			.paused = domain->pause_count,
			.shutdown = domain->shutdown,
			.entered = domain->entered,
			.reason = domain->reason,
			.pause_count = domain->pause_count,
			.max_vcpus = domain->nr_vcpus,
			.online_vcpus = fake_domain_online(domain),
			.tot_pages = domain->tot_pages,
			.max_pages = domain->max_pages,
			.claimed_pages = domain->claimed,
			.ram_map_bytes = domain->ram_map_bytes,
			.shared_info_mfn = domain->shared_info,
			.cpu_time = domain->cpu_time,
			.create_flags = domain->create_flags,
			.emulation_flags = domain->emulation_flags,
			.grant_opts = domain->grant_opts,
			.max_evtchn_port = domain->max_evtchn_port,
			.tsc_mode = domain->tsc_mode,
			.cpupool = domain->cpupool,
			.weight = domain->weight,
			.cap = domain->cap,
			.misc_flags = domain->misc_flags,
			.nodes = domain->nodes,
			.pages_elsewhere = domain->pages_elsewhere,
			.pool_pages = domain->nr_pool,
			.pool_used = domain->hvm ? domain->pool_used : 0,
			.max_grant_frames = domain->asked_grant_frames,
		};
		memcpy(view->handle, domain->handle, sizeof(view->handle));
		for (uint32_t i = 1; i < domain->nr_ports; i++)
			view->ports += domain->ports[i].state != 0;
	}
	fake_unlock(fake);
	return domain != NULL;
}

static uint64_t mfn_of_pfn(const struct fake_domain *domain, uint64_t pfn)
{
	return domain ? fake_p2m(domain, pfn) : NO_MFN;
}

bool fake_guest_mfn(struct fake *fake, uint32_t domid, uint64_t pfn, uint64_t *mfn)
{
	fake_lock(fake);
	*mfn = mfn_of_pfn(fake_domain(fake, domid), pfn);
	fake_unlock(fake);
	return *mfn != NO_MFN;
}

void *fake_guest_page(struct fake *fake, uint32_t domid, uint64_t pfn)
{
	uint64_t mfn;
	void *page;

	fake_lock(fake);
	mfn = mfn_of_pfn(fake_domain(fake, domid), pfn);
	page = mfn == NO_MFN ? NULL : fake_frame_bytes(fake, mfn);
	fake_unlock(fake);
	return page;
}

void *fake_frame(struct fake *fake, uint64_t mfn)
{
	void *page;

	fake_lock(fake);
	page = fake_owner(fake, mfn) > 0 ? fake_frame_bytes(fake, mfn) : NULL;
	fake_unlock(fake);
	return page;
}

int fake_frame_owner(struct fake *fake, uint64_t mfn)
{
	int owner;

	fake_lock(fake);
	owner = fake_owner(fake, mfn);
	fake_unlock(fake);
	return owner;
}

unsigned int fake_frame_table_level(struct fake *fake, uint64_t mfn)
{
	unsigned int level = 0;

	fake_lock(fake);
	if (mfn < fake->nr_frames && fake->frames[mfn].type_count &&
	    fake->frames[mfn].type <= TYPE_L4)
		level = fake->frames[mfn].type;
	fake_unlock(fake);
	return level;
}

bool fake_frame_pinned(struct fake *fake, uint64_t mfn)
{
	bool pinned;

	fake_lock(fake);
	pinned = mfn < fake->nr_frames && fake->frames[mfn].flags & FRAME_PINNED;
	fake_unlock(fake);
	return pinned;
}

void *fake_guest_virtual(struct fake *fake, uint32_t domid, uint64_t address, bool *writable)
{
	const struct fake_domain *domain;
	void *place = NULL;

	fake_lock(fake);
	domain = fake_domain(fake, domid);
	if (domain)
		place = translate(fake, domain, address, writable);
	fake_unlock(fake);
	return place;
}

void *fake_guest_start_info(struct fake *fake, uint32_t domid)
{
	void *page;

	fake_lock(fake);
	page = start_info(fake, fake_domain(fake, domid));
	fake_unlock(fake);
	return page;
}

void *fake_guest_shared_info(struct fake *fake, uint32_t domid)
{
	const struct fake_domain *domain;
	void *page = NULL;

	fake_lock(fake);
	domain = fake_domain(fake, domid);
	if (domain && domain->shared_info != NO_MFN)
		page = fake_frame_bytes(fake, domain->shared_info);
	fake_unlock(fake);
	return page;
}

const void *fake_guest_context(struct fake *fake, uint32_t domid, uint32_t vcpu)
{
	const struct fake_domain *domain;
	const void *context = NULL;

	fake_lock(fake);
	domain = fake_domain(fake, domid);
	if (domain && vcpu < domain->nr_vcpus)
		context = domain->vcpus[vcpu].context;
	fake_unlock(fake);
	return context;
}

const void *fake_guest_mtrr(struct fake *fake, uint32_t domid, uint32_t vcpu)
{
	const struct fake_domain *domain;
	const void *mtrr = NULL;

	fake_lock(fake);
	domain = fake_domain(fake, domid);
	if (domain && vcpu < domain->nr_vcpus)
		mtrr = domain->vcpus[vcpu].mtrr;
	fake_unlock(fake);
	return mtrr;
}

uint64_t fake_guest_param(struct fake *fake, uint32_t domid, uint32_t index)
{
	const struct fake_domain *domain;
	uint64_t value = 0;

	fake_lock(fake);
	domain = fake_domain(fake, domid);
	if (domain && index < HVM_PARAMS)
		value = domain->params[index];
	fake_unlock(fake);
	return value;
}

int fake_guest_console_write(struct fake *fake, uint32_t domid, const void *data, size_t size)
{
	int ret;

	fake_lock(fake);
	ret = console_write(fake, fake_domain(fake, domid), data, size);
	fake_unlock(fake);
	return ret;
}

int fake_guest_console_read(struct fake *fake, uint32_t domid, void *data, size_t size)
{
	int ret;

	fake_lock(fake);
	ret = console_read(fake, fake_domain(fake, domid), data, size);
	fake_unlock(fake);
	return ret;
}

void *fake_guest_console_page(struct fake *fake, uint32_t domid)
{
	void *page;

	fake_lock(fake);
	page = console_page(fake, fake_domain(fake, domid));
	fake_unlock(fake);
	return page;
}
