/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The domctls about one vCPU: the state it starts in, and what became of it. */
#include "fake-internal.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char context_type[] = "vcpu_guest_context";

static struct fake_vcpu *vcpu_of(const struct fake_domctl_call *d, const char *type)
{
	uint64_t vcpu = fake_get(d->fake, d->payload, type, "vcpu");

	return vcpu < d->domain->nr_vcpus ? &d->domain->vcpus[vcpu] : NULL;
}

static bool canonical(uint64_t address)
{
	return address >> 47 == 0 || address >> 47 == 0x1ffff;
}

static int check_context(const struct fake *fake, const void *context)
{
	uint64_t flags = fake_get(fake, context, context_type, "flags");
	const unaligned_u64 *ctrlreg = fake_at(fake, context, context_type, "ctrlreg");

	if (!(flags & fake_constant(fake, "VGCF_in_kernel")) && ctrlreg[1] == 0)
		return -EINVAL;
	if (!canonical(fake_get(fake, context, context_type, "user_regs.rip")) ||
	    !canonical(fake_get(fake, context, context_type, "kernel_sp")) ||
	    !canonical(fake_get(fake, context, context_type, "event_callback_eip")) ||
	    !canonical(fake_get(fake, context, context_type, "failsafe_callback_eip")) ||
	    !canonical(fake_get(fake, context, context_type, "fs_base")) ||
	    !canonical(fake_get(fake, context, context_type, "gs_base_kernel")))
		return -EINVAL;
	return 0;
}

static void reset_vcpu(const struct fake_domctl_call *d, struct fake_vcpu *vcpu)
{
	if (vcpu->context)
		fake_type_put(d->fake, d->domain, vcpu->cr3, TYPE_L4);
	free(vcpu->context);
	*vcpu = (struct fake_vcpu){ 0 };
}

/* The wall clock goes into shared_info along with the first vCPU. */
static void set_wall_clock(struct fake *fake, struct fake_domain *domain)
{
	unsigned char *page = fake_frame_bytes(fake, domain->shared_info);

	fake_set(fake, page, "shared_info", "wc_version", 2);
	fake_set(fake, page, "shared_info", "wc_sec", 1700000000);
}

int fake_setvcpucontext(struct fake_domctl_call *d)
{
	static const char type[] = "xen_domctl_vcpucontext";
	struct fake *fake = d->fake;
	struct fake_vcpu *vcpu = vcpu_of(d, type);
	uint64_t address = fake_get(fake, d->payload, type, "ctxt");
	size_t size = fake_sizeof(fake, context_type);
	const unsigned char *context;
	uint64_t cr3;
	int ret;

	if (!vcpu || d->domain->domid == 0 || d->domain->hvm)
		return -EINVAL; /* HVM: sethvmcontext */
	if (!address) {
		reset_vcpu(d, vcpu);
		return 0;
	}
	context = fake_reach(fake, address, size);
	if (!context)
		return -EFAULT;
	ret = check_context(fake, context);
	if (ret < 0)
		return ret;

	memcpy(&cr3, (char *)fake_at(fake, context, context_type, "ctrlreg") + 3 * sizeof(cr3),
	       sizeof(cr3));
	cr3 >>= 12;
	if (vcpu->context && vcpu->cr3 != cr3)
		return -EOPNOTSUPP;
	if (!vcpu->context && fake_type_get(fake, d->domain, cr3, TYPE_L4) < 0)
		return -EINVAL;
	if (!vcpu->context)
		vcpu->context = fake_calloc(1, size);
	memcpy(vcpu->context, context, size);
	vcpu->cr3 = cr3;
	vcpu->online =
		fake_get(fake, context, context_type, "flags") & fake_constant(fake, "VGCF_online");
	if (vcpu == d->domain->vcpus)
		set_wall_clock(fake, d->domain);
	return 0;
}

int fake_getvcpucontext(struct fake_domctl_call *d)
{
	static const char type[] = "xen_domctl_vcpucontext";
	struct fake_vcpu *vcpu = vcpu_of(d, type);
	size_t size = fake_sizeof(d->fake, context_type);
	void *context;

	if (!vcpu || !vcpu->context || d->domain->hvm)
		return -EINVAL; /* Xen's code for a vCPU never set up is not in the facts */
	context = fake_reach(d->fake, fake_get(d->fake, d->payload, type, "ctxt"), size);
	if (!context)
		return -EFAULT;
	memcpy(context, vcpu->context, size);
	return 0;
}

int fake_getvcpuinfo(struct fake_domctl_call *d)
{
	static const char type[] = "xen_domctl_getvcpuinfo";
	struct fake_vcpu *vcpu = vcpu_of(d, type);
	unsigned int online = fake_domain_online(d->domain);

	if (!vcpu)
		return -ESRCH;
	fake_set(d->fake, d->payload, type, "online", vcpu->online);
	fake_set(d->fake, d->payload, type, "blocked", 1);
	fake_set(d->fake, d->payload, type, "running", 0);
	fake_set(d->fake, d->payload, type, "cpu_time",
		 vcpu->online ? d->domain->cpu_time / online : 0);
	fake_set(d->fake, d->payload, type, "cpu", 0);
	return 0;
}
