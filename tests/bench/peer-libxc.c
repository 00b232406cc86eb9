/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The race's entry for libxenctrl: peer-libxc pv|pvh KERNEL RAMDISK MEGABYTES CMDLINE [COUNT]. */

/*
 * Leaves the guests paused and prints their numbers. Written from the headers of libxenctrl and
 * libxenguest alone (Debian's libxen-dev; LGPL-2.1), for the lab only. There is no ACPI in its
 * PVH guests: these tables are made in libxl.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>
#include <xenguest.h>

#include <xen/hvm/params.h>

#define DOM0 0
#define PAGE 4096ull
#define HOLE 0xf0000000ull /* below 4 GiB: where a PC has its devices */

static xc_interface *xc;

/* Say what failed; the first failure is the one that counts. */
static bool step(const char *what, int ret)
{
	if (ret >= 0)
		return true;
	fprintf(stderr, "peer-libxc: %s: %s\n", what, strerror(errno));
	return false;
}

static int create(uint32_t *domid, bool pvh, uint64_t kilobytes)
{
	struct xen_domctl_createdomain config = {
		.flags = pvh ? XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap : 0,
		.max_vcpus = 1,
		.max_evtchn_port = 1023,
		.max_grant_frames = 64,
		.max_maptrack_frames = 0,
		.grant_opts = XEN_DOMCTL_GRANT_version(2),
		.arch.emulation_flags = pvh ? XEN_X86_EMU_LAPIC : 0,
	};

	if (!step("create", xc_domain_create(xc, domid, &config)) ||
	    !step("vcpus", xc_domain_max_vcpus(xc, *domid, 1)) ||
	    !step("memory", xc_domain_setmaxmem(xc, *domid, kilobytes + 1024)) ||
	    !step("tsc", xc_domain_set_tsc_info(xc, *domid, 2, 0, 0, 0)))
		return -1;
	return 0;
}

/* What xl gives a guest too: the processor's features as far as its type can have them. */
static int give_features(uint32_t domid, bool pvh)
{
	return xc_cpuid_apply_policy(xc, domid, false, NULL, 0, true, !pvh, false, NULL, NULL);
}

static int describe(struct xc_dom_image *dom, bool pvh, uint64_t megabytes)
{
	struct e820entry *map;

	dom->container_type = pvh ? XC_DOM_HVM_CONTAINER : XC_DOM_PV_CONTAINER;
	dom->max_vcpus = 1;
	dom->console_domid = DOM0;
	dom->xenstore_domid = DOM0;
	dom->console_evtchn = xc_evtchn_alloc_unbound(xc, dom->guest_domid, DOM0);
	dom->xenstore_evtchn = xc_evtchn_alloc_unbound(xc, dom->guest_domid, DOM0);
	if (!pvh)
		return 0;

	dom->target_pages = megabytes << 20 >> 12;
	dom->lowmem_end = megabytes << 20;
	dom->mmio_start = HOLE;
	dom->mmio_size = (4ull << 30) - HOLE;
	map = xc_dom_malloc(dom, sizeof(*map));
	if (!map)
		return -1;
	*map = (struct e820entry){ .addr = 0, .size = megabytes << 20, .type = E820_RAM };
	dom->e820 = map;
	dom->e820_entries = 1;
	return xc_domain_set_memory_map(xc, dom->guest_domid, map, 1);
}

static int build(struct xc_dom_image *dom, uint64_t megabytes)
{
	if (!step("look at the kernel", xc_dom_parse_image(dom)) ||
	    !step("plan memory", xc_dom_mem_init(dom, megabytes)) ||
	    !step("give memory", xc_dom_boot_mem_init(dom)) ||
	    !step("build", xc_dom_build_image(dom)) || !step("boot", xc_dom_boot_image(dom)) ||
	    !step("seed grants", xc_dom_gnttab_init(dom)))
		return -1;
	return 0;
}

static int fill(uint32_t domid, bool pvh, char **argv)
{
	uint64_t megabytes = strtoull(argv[4], NULL, 10);
	struct xc_dom_image *dom;
	int ret = -1;

	dom = xc_dom_allocate(xc, argv[5], NULL);
	if (!dom)
		return -1;
	if (step("kernel", xc_dom_kernel_file(dom, argv[2])) &&
	    step("ramdisk", xc_dom_module_file(dom, argv[3], NULL)) &&
	    step("init", xc_dom_boot_xen_init(dom, xc, domid)) &&
	    step("describe", describe(dom, pvh, megabytes)))
		ret = build(dom, megabytes);
	if (ret == 0 && pvh) {
		xc_hvm_param_set(xc, domid, HVM_PARAM_STORE_EVTCHN, dom->xenstore_evtchn);
		xc_hvm_param_set(xc, domid, HVM_PARAM_CONSOLE_EVTCHN, dom->console_evtchn);
	}
	xc_dom_release(dom);
	return ret;
}

static int start(char **argv)
{
	bool pvh = strcmp(argv[1], "pvh") == 0;
	uint32_t domid = 0; /* 0: Xen chooses */
	int ret;

	ret = create(&domid, pvh, strtoull(argv[4], NULL, 10) << 10);
	if (ret == 0 && step("features", give_features(domid, pvh)))
		ret = fill(domid, pvh, argv);
	if (ret == 0)
		printf("%u\n", domid);
	else if (domid != 0)
		xc_domain_destroy(xc, domid);
	return ret;
}

int main(int argc, char **argv)
{
	xentoollog_logger *log;
	int ret = 0;

	if (argc < 6) {
		fprintf(stderr,
			"usage: peer-libxc pv|pvh KERNEL RAMDISK MEGABYTES CMDLINE [COUNT]\n");
		return 2;
	}
	log = (xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_ERROR, 0);
	xc = xc_interface_open(log, log, 0);
	if (!xc)
		return 1;
	for (int i = 0; ret == 0 && i < (argc > 6 ? atoi(argv[6]) : 1); i++)
		ret = start(argv);
	xc_interface_close(xc);
	xtl_logger_destroy(log);
	return ret != 0;
}
