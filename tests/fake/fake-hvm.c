/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What only HVM guests have: parameters, and the state of their vCPUs as a list of records. */
#include "fake-internal.h"
#include "fake-uapi.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- parameters --- */

static const char param_type[] = "xen_hvm_param";

/* Their numbers never changed; what is refused did. */
enum {
	PARAM_PAE_ENABLED = 4,
	PARAM_IOREQ_PFN = 5,
	PARAM_BUFIOREQ_PFN = 6,
	PARAM_TIMER_MODE = 10,
	PARAM_DM_DOMAIN = 13,
	PARAM_MEMORY_EVENT_CR0 = 20,
	PARAM_MEMORY_EVENT_INT3 = 23,
	PARAM_NESTEDHVM = 24,
	PARAM_MEMORY_EVENT_SINGLE_STEP = 25,
	PARAM_BUFIOREQ_EVTCHN = 26,
	PARAM_MEMORY_EVENT_MSR = 30,
	PARAM_ALTP2M = 35,
	PARAM_X87_FIP_WIDTH = 36,
};

/* Neither read nor written any more. */
static bool is_retired(const struct fake *fake, uint64_t index)
{
	switch (index) {
	case PARAM_DM_DOMAIN:
	case PARAM_BUFIOREQ_EVTCHN:
		return fake_since(fake, 12);
	case PARAM_NESTEDHVM:
		return fake_since(fake, 15);
	case PARAM_PAE_ENABLED:
	case PARAM_MEMORY_EVENT_SINGLE_STEP:
	case PARAM_MEMORY_EVENT_MSR:
		return fake_since(fake, 14);
	default:
		return index >= PARAM_MEMORY_EVENT_CR0 && index <= PARAM_MEMORY_EVENT_INT3 &&
		       fake_since(fake, 14);
	}
}

static int set_param(const struct fake *fake, struct fake_domain *domain, uint64_t index,
		     uint64_t value)
{
	bool bad = false;

	if (index == PARAM_TIMER_MODE)
		bad = value > 3;
	else if (index == PARAM_X87_FIP_WIDTH)
		bad = value != 0 && value != 4 && value != 8;
	else if (index == PARAM_TRIPLE_FAULT_REASON)
		bad = value > fake_constant(fake, "SHUTDOWN_MAX");
	if (bad)
		return -EINVAL;
	if (index == PARAM_ALTP2M && fake_since(fake, 19))
		return -EEXIST;
	if ((index == PARAM_IOREQ_PFN || index == PARAM_BUFIOREQ_PFN) && fake_since(fake, 12) &&
	    domain->params[index])
		return -EEXIST;
	domain->params[index] = value;
	return 0;
}

/* (command, parameter) */
long fake_hvm_op(struct fake *fake, const uint64_t arg[5])
{
	bool set = arg[0] == fake_constant(fake, "HVMOP_set_param");
	struct fake_domain *domain;
	uint64_t index;
	void *param;

	if (!set && arg[0] != fake_constant(fake, "HVMOP_get_param"))
		return -ENOSYS;
	param = fake_reach(fake, arg[1], fake_sizeof(fake, param_type));
	if (!param)
		return -EFAULT;
	index = fake_get(fake, param, param_type, "index");
	if (index >= fake_constant(fake, "HVM_NR_PARAMS"))
		return -EINVAL;
	domain = fake_domain(fake, (uint16_t)fake_get(fake, param, param_type, "domid"));
	if (!domain)
		return -ESRCH;
	if (fake->options.features & FAKE_UNPRIVILEGED)
		return -EPERM;
	if (!domain->hvm || is_retired(fake, index))
		return -EINVAL;
	if (set)
		return set_param(fake, domain, index, fake_get(fake, param, param_type, "value"));
	fake_set(fake, param, param_type, "value", domain->params[index]);
	return 0;
}

/* --- the records of a saved context --- */

static const char cpu_type[] = "hvm_hw_cpu";
static const char context_type[] = "xen_domctl_hvmcontext";

struct record {
	uint64_t type, instance, length;
	const unsigned char *body;
};

static uint64_t code(const struct fake *fake, const char *name)
{
	char constant[64];

	snprintf(constant, sizeof(constant), "HVM_SAVE_CODE(%s)", name);
	return fake_constant(fake, constant);
}

static size_t length(const struct fake *fake, const char *name)
{
	char constant[64];

	snprintf(constant, sizeof(constant), "HVM_SAVE_LENGTH(%s)", name);
	return fake_constant(fake, constant);
}

/* Take the next record from @at; @at stays inside @size. */
static int next_record(const struct fake *fake, const unsigned char *buffer, size_t size,
		       size_t *at, struct record *record)
{
	static const char type[] = "hvm_save_descriptor";
	size_t heading = fake_sizeof(fake, type);

	if (size - *at < heading)
		return -ENODATA;
	record->type = fake_get(fake, buffer + *at, type, "typecode");
	record->instance = fake_get(fake, buffer + *at, type, "instance");
	record->length = fake_get(fake, buffer + *at, type, "length");
	*at += heading;
	if (record->length > size - *at)
		return -ENODATA;
	record->body = buffer + *at;
	*at += record->length;
	return 0;
}

static int bad_register(struct fake *fake, uint32_t domid, const char *name, uint64_t value)
{
	fake_log(fake, "(XEN) HVM%u restore: bad %s %#llx\n", domid, name,
		 (unsigned long long)value);
	return -EINVAL;
}

static int check_cpu(struct fake *fake, uint32_t domid, const unsigned char *cpu)
{
	enum { CR0_PE = 1u << 0, CR0_ET = 1u << 4, CR0_PG = 1u << 31, EFER_KNOWN = 0x7d01 };
	uint64_t cr0 = fake_get(fake, cpu, cpu_type, "cr0");
	uint64_t efer = fake_get(fake, cpu, cpu_type, "msr_efer");
	static const char *const debug[] = { "dr6", "dr7" };

	if (cr0 >> 32 || !(cr0 & CR0_ET) || (cr0 & CR0_PG && !(cr0 & CR0_PE)))
		return bad_register(fake, domid, "CR0", cr0);
	if (efer & ~(uint64_t)EFER_KNOWN)
		return bad_register(fake, domid, "EFER", efer);
	for (int i = 0; i < 2; i++) {
		uint64_t value = fake_get(fake, cpu, cpu_type, debug[i]);

		if (value >> 32)
			return bad_register(fake, domid, i ? "DR7" : "DR6", value);
	}
	if (fake_get_if(fake, cpu, cpu_type, "pad0") ||
	    fake_get_if(fake, cpu, cpu_type, "flags") & ~1ull)
		return -EINVAL;
	return 0;
}

/* Those that a vCPU has one of each; the rest are of devices, and are taken as they are. */
static int check_record(struct fake *fake, const struct fake_domain *domain,
			const struct record *record)
{
	static const char *const names[] = { "CPU",	      "PIC",
					     "IOAPIC",	      "LAPIC",
					     "LAPIC_REGS",    "PCI_IRQ",
					     "ISA_IRQ",	      "PCI_LINK",
					     "PIT",	      "RTC",
					     "HPET",	      "PMTIMER",
					     "MTRR",	      "VIRIDIAN_DOMAIN",
					     "VIRIDIAN_VCPU", "VMCE_VCPU",
					     "TSC_ADJUST" };
	static const char *const of_vcpus[] = { "CPU",		 "LAPIC",     "LAPIC_REGS", "MTRR",
						"VIRIDIAN_VCPU", "VMCE_VCPU", "TSC_ADJUST" };
	const char *name = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (code(fake, names[i]) == record->type)
			name = names[i];
	}
	if (!name || length(fake, name) != record->length)
		return -EINVAL;
	for (size_t i = 0; i < sizeof(of_vcpus) / sizeof(*of_vcpus); i++) {
		if (strcmp(of_vcpus[i], name) == 0 && record->instance >= domain->nr_vcpus)
			return -EINVAL;
	}
	return strcmp(name, "CPU") == 0 ? check_cpu(fake, domain->domid, record->body) : 0;
}

static int check_header(const struct fake *fake, const struct record *record)
{
	static const char type[] = "hvm_save_header";

	if (record->type != code(fake, "HEADER"))
		return -ENODATA;
	if (record->length != length(fake, "HEADER") ||
	    fake_get(fake, record->body, type, "magic") != fake_constant(fake, "HVM_FILE_MAGIC") ||
	    fake_get(fake, record->body, type, "version") !=
		    fake_constant(fake, "HVM_FILE_VERSION"))
		return -EINVAL;
	return 0;
}

/* The first record is the header, the last one END; the rest are about vCPUs that exist. */
static int check_context(struct fake *fake, const struct fake_domain *domain,
			 const unsigned char *buffer, size_t size)
{
	struct record record;
	size_t at = 0;
	int ret;

	ret = next_record(fake, buffer, size, &at, &record);
	if (ret == 0)
		ret = check_header(fake, &record);
	while (ret == 0) {
		ret = next_record(fake, buffer, size, &at, &record);
		if (ret < 0 || record.type == code(fake, "END"))
			break;
		ret = check_record(fake, domain, &record);
		if (ret < 0)
			fake_log(fake,
				 fake_since(fake, 20)
					 ? "(XEN) HVM restore d%u: failed to load/check %llu:%llu\n"
					 : "(XEN) HVM%u restore: failed to load entry %llu/%llu\n",
				 domain->domid, (unsigned long long)record.type,
				 (unsigned long long)record.instance);
	}
	if (ret == -ENODATA)
		fake_log(fake, "(XEN) HVM%u restore: save did not end with a null entry\n",
			 domain->domid);
	return ret;
}

static void keep(unsigned char **place, const struct record *record)
{
	free(*place);
	*place = fake_calloc(1, record->length);
	memcpy(*place, record->body, record->length);
}

/* A vCPU that has no CPU record is down afterwards. */
static void load_context(struct fake *fake, struct fake_domain *domain, const unsigned char *buffer,
			 size_t size)
{
	struct record record;
	size_t at = 0;

	for (uint32_t i = 0; i < domain->nr_vcpus; i++)
		domain->vcpus[i].online = false;
	while (next_record(fake, buffer, size, &at, &record) == 0 &&
	       record.type != code(fake, "END")) {
		if (record.type == code(fake, "CPU")) {
			keep(&domain->vcpus[record.instance].context, &record);
			domain->vcpus[record.instance].online = true;
		} else if (record.type == code(fake, "MTRR")) {
			keep(&domain->vcpus[record.instance].mtrr, &record);
		}
	}
}

int fake_sethvmcontext(struct fake_domctl_call *d)
{
	struct fake *fake = d->fake;
	size_t size = fake_get(fake, d->payload, context_type, "size");
	const unsigned char *buffer;
	int ret;

	if (!d->domain->hvm || d->domain->dying)
		return -EINVAL;
	buffer = fake_reach(fake, fake_get(fake, d->payload, context_type, "buffer"), size);
	if (!buffer)
		return -EFAULT;
	ret = check_context(fake, d->domain, buffer, size);
	if (ret < 0)
		return ret;
	load_context(fake, d->domain, buffer, size);
	if (d->domain->pause_count == 0)
		fake_guest_enter(fake, d->domain);
	return 0;
}

static size_t put_record(const struct fake *fake, unsigned char *at, const char *name,
			 uint64_t instance, const void *body)
{
	static const char type[] = "hvm_save_descriptor";
	size_t heading = fake_sizeof(fake, type), size = length(fake, name);

	if (at) {
		fake_set(fake, at, type, "typecode", code(fake, name));
		fake_set(fake, at, type, "instance", instance);
		fake_set(fake, at, type, "length", size);
		if (body)
			memcpy(at + heading, body, size);
		else
			memset(at + heading, 0, size);
	}
	return heading + size;
}

/* Write all there is to @buffer, or with NULL just tell how long it is. */
static size_t save_context(const struct fake *fake, const struct fake_domain *domain,
			   unsigned char *buffer)
{
	unsigned char header[64] = { 0 };
	size_t at;

	fake_set(fake, header, "hvm_save_header", "magic", fake_constant(fake, "HVM_FILE_MAGIC"));
	fake_set(fake, header, "hvm_save_header", "version",
		 fake_constant(fake, "HVM_FILE_VERSION"));
	at = put_record(fake, buffer, "HEADER", 0, header);
	for (uint32_t i = 0; i < domain->nr_vcpus; i++) {
		if (domain->vcpus[i].online)
			at += put_record(fake, buffer ? buffer + at : NULL, "CPU", i,
					 domain->vcpus[i].context);
	}
	for (uint32_t i = 0; i < domain->nr_vcpus; i++)
		at += put_record(fake, buffer ? buffer + at : NULL, "MTRR", i,
				 domain->vcpus[i].mtrr);
	return at + put_record(fake, buffer ? buffer + at : NULL, "END", 0, NULL);
}

/* Without a buffer it tells the size. */
int fake_gethvmcontext(struct fake_domctl_call *d)
{
	struct fake *fake = d->fake;
	size_t room = fake_get(fake, d->payload, context_type, "size"), size;
	uint64_t address = fake_get(fake, d->payload, context_type, "buffer");
	unsigned char *buffer;

	if (!d->domain->hvm)
		return -EINVAL;
	size = save_context(fake, d->domain, NULL);
	if (address && room < size)
		return -ENOSPC;
	if (address) {
		buffer = fake_reach(fake, address, size);
		if (!buffer)
			return -EFAULT;
		save_context(fake, d->domain, buffer);
	}
	fake_set(fake, d->payload, context_type, "size", size);
	return 0;
}

/* One record's body. A vCPU that is down has no CPU record. */
int fake_gethvmcontext_partial(struct fake_domctl_call *d)
{
	static const char type[] = "xen_domctl_hvmcontext_partial";
	struct fake *fake = d->fake;
	uint64_t wanted = fake_get(fake, d->payload, type, "type");
	uint64_t instance = fake_get(fake, d->payload, type, "instance");
	bool cpu = wanted == code(fake, "CPU");
	size_t size = length(fake, cpu ? "CPU" : "MTRR");
	const struct fake_vcpu *vcpu;
	const void *body;
	void *buffer;

	if (!d->domain->hvm || instance >= d->domain->nr_vcpus ||
	    (!cpu && wanted != code(fake, "MTRR")))
		return -EINVAL;
	vcpu = &d->domain->vcpus[instance];
	body = cpu ? vcpu->context : vcpu->mtrr;
	if (!body || (cpu && !vcpu->online))
		return -ENODATA;
	if (fake_has(fake, type, "bufsz") && fake_get(fake, d->payload, type, "bufsz") < size)
		return -ENOSPC;
	buffer = fake_reach(fake, fake_get(fake, d->payload, type, "buffer"), size);
	if (!buffer)
		return -EFAULT;
	memcpy(buffer, body, size);
	fake_set_if(fake, d->payload, type, "bufsz", size);
	return 0;
}
