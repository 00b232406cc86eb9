/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenctl start with files in the format of xl.cfg, over the fake Xen. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "alloc.h"
#include "cli-run.h"
#include "elf-maker.h"
#include "fake.h"
#include "interrupt.h"
#include "json.h"
#include "xlcfg-keys.h"

#define UUID "11111111-2222-3333-4444-555555555555"

/* Numbers of Xen's: a hypercall, and commands of it. */
#define DOMCTL	       36
#define DOMCTL_CREATE  1
#define DOMCTL_UNPAUSE 4

/* Large, so not on the stack. */
static struct run run;
static struct fake *fake;
static char folder[] = "/tmp/xenctl-config-XXXXXX";
static char old_folder[4096];

static void boot_xen(const struct fake_options *options)
{
	fake = fake_new(options);
	assert_non_null(fake);
	fake_set_default(fake);
}

static int setup(void **state)
{
	(void)state;
	fake = NULL;
	return 0;
}

static int teardown(void **state)
{
	char report[1024] = "";
	unsigned int leaks = fake ? fake_leaks(fake, report, sizeof(report)) : 0;

	(void)state;
	fake_set_default(NULL);
	fake_free(fake);
	if (leaks)
		fprintf(stderr, "left behind:\n%s", report);
	return leaks ? -1 : 0;
}

static void write_bytes(const char *name, const void *data, size_t size)
{
	int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
}

static void write_file(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text));
}

/* All happens in a folder of its own, with a kernel and a ramdisk in it. */
static int enter_folder(void **state)
{
	const struct elf_recipe recipe = { 0 };
	struct made made = make_elf(&recipe);

	(void)state;
	if (!getcwd(old_folder, sizeof(old_folder)) || !mkdtemp(folder) || chdir(folder) < 0)
		return -1;
	write_bytes("vmlinux", made.data, made.size);
	write_file("initrd", "a ramdisk");
	made_free(&made);
	return 0;
}

static int leave_folder(void **state)
{
	char line[64];

	(void)state;
	snprintf(line, sizeof(line), "rm -rf %s", folder);
	return chdir(old_folder) == 0 && system(line) == 0 ? 0 : -1;
}

static void assert_in(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, text);
}

static unsigned int created(void)
{
	return (unsigned int)fake_count(fake, FAKE_CALL_HYPERCALL, DOMCTL, DOMCTL_CREATE);
}

/* A guest of 64 MiB that only needs a name, and whatever else. */
static void write_guest(const char *file, const char *name, const char *more)
{
	char text[512];

	snprintf(text, sizeof(text), "name = '%s'\nkernel = 'vmlinux'\nmemory = 64\n%s", name,
		 more);
	write_file(file, text);
}

/* What is wrong with a file that holds this beside what a guest needs: from its line 4 on. */
static void assert_refused(const char *more, const char *sentences)
{
	write_guest("a.cfg", "a", more);
	run_line(&run, "start a.cfg");

	assert_string_equal(run.err, sentences);
	assert_string_equal(run.out, "");
	assert_int_equal(run.code, CTL_EXIT_USAGE);
	assert_int_equal(fake_domains(fake), 0);
}

/* And this is as good as nothing. */
static void assert_taken(const char *more)
{
	write_guest("a.cfg", "a", more);
	run_line(&run, "start --dry-run a.cfg");

	assert_string_equal(run.err, "");
	assert_int_equal(run.code, CTL_EXIT_OK);
}

static void given_a_file_when_started_then_its_number_stands_alone(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	write_guest("a.cfg", "a", "vcpus = 3\nuuid = '" UUID "'\n");

	run_line(&run, "start a.cfg");
	assert_string_equal(run.err, "");
	assert_string_equal(run.out, "1\n");
	assert_int_equal(run.code, CTL_EXIT_OK);

	run_line(&run, "info 1");
	assert_in(run.out, "\nuuid            " UUID "\n");
	assert_in(run.out, "3");
	run_line(&run, "stop 1");
}

static void given_a_file_when_run_dry_then_all_is_shown_and_no_domain_is_made(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	write_guest("a.cfg", "a",
		    "ramdisk='initrd'; vcpus='2'; root='/dev/xvda ro'; extra='quiet'\n"
		    "type='pv'; uuid='" UUID "'; maxmem=64; maxvcpus=2; on_reboot='preserve'\n"
		    "disk=[]; vif=[ ]; vnc=0; localtime=0\n");

	run_line(&run, "start --dry-run a.cfg");

	assert_string_equal(run.err, "");
	assert_string_equal(run.out, "name      a\n"
				     "file      a.cfg\n"
				     "type      pv\n"
				     "kernel    vmlinux\n"
				     "ramdisk   initrd\n"
				     "cmdline   root=/dev/xvda ro quiet\n"
				     "memory    64 MiB\n"
				     "vcpus     2\n"
				     "uuid      " UUID "\n");
	assert_int_equal(run.code, CTL_EXIT_OK);
	assert_int_equal(created(), 0);
}

static void given_a_file_when_started_attached_then_the_guest_is_heard(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ .guest_console = "hello\n", .guest_exits = 1 });
	write_guest("a.cfg", "a", "");

	run_line(&run, "start --console a.cfg");

	assert_string_equal(run.out, "hello\n");
	assert_in(run.err, "xenctl: domain 1 starts");
	assert_int_equal(run.code, CTL_EXIT_OK);
	run_line(&run, "stop 1");
}

static void given_options_when_run_dry_then_no_file_is_needed(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	run_line(&run, "start --dry-run --kernel vmlinux --memory 64M");

	assert_string_equal(run.err, "");
	assert_string_equal(run.out, "name      guest\n"
				     "type      pvh: the kernel has a PVH entry, and this host "
				     "runs PVH guests\n"
				     "kernel    vmlinux\n"
				     "memory    64 MiB\n"
				     "vcpus     1\n"
				     "uuid      random\n");
	assert_int_equal(created(), 0);
}

static void given_a_long_command_line_when_run_dry_then_json_has_all_of_it(void **state)
{
	char more[1200] = "cmdline = '", text[1400];

	(void)state;
	if (!ctl_json_built_in())
		skip();
	boot_xen(&(struct fake_options){ 0 });
	memset(more + strlen(more), 'x', 1000);
	snprintf(text, sizeof(text), "name='a'; kernel='vmlinux'; memory=64\n%s.'", more);
	write_file("a.cfg", text);

	run_line(&run, "start --dry-run --json a.cfg");

	assert_in(run.out, "xxxxx.\"");
	assert_int_equal(run.code, CTL_EXIT_OK);
}

static void given_json_when_run_dry_then_each_guest_is_an_object(void **state)
{
	(void)state;
	if (!ctl_json_built_in())
		skip();
	boot_xen(&(struct fake_options){ 0 });
	write_guest("a.cfg", "a", "cmdline = 'console=hvc0'");
	write_guest("b.cfg", "b", "kernel='none'\n");
	write_file("b.cfg", "name='b'; kernel='none'");

	run_line(&run, "start --dry-run --json a.cfg b.cfg");

	assert_int_equal(run.out[0], '[');
	assert_in(run.out, "\"file\": \"a.cfg\",");
	assert_in(run.out, "\"cmdline\": \"console=hvc0\",");
	assert_in(run.out, "\"memory_bytes\": 67108864,");
	assert_in(run.out, "\"error\": \"");
	assert_int_equal(run.code, CTL_EXIT_FAILED);
	assert_int_equal(created(), 0);
}

static void given_options_and_a_file_when_started_then_the_options_win(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	write_file("a.cfg", "name='a'; kernel='none'; ramdisk='none'; memory='lots'; vcpus=999\n"
			    "type='hvm'; uuid='x'; cmdline='from the file'; builder='hvm'\n");

	run_line(&run, "start --dry-run --kernel vmlinux --ramdisk initrd --memory 64M --vcpus 2 "
		       "--type pv --name web --uuid " UUID " --cmdline mine a.cfg");

	assert_string_equal(run.err, "");
	assert_string_equal(run.out, "name      web\n"
				     "file      a.cfg\n"
				     "type      pv\n"
				     "kernel    vmlinux\n"
				     "ramdisk   initrd\n"
				     "cmdline   mine\n"
				     "memory    64 MiB\n"
				     "vcpus     2\n"
				     "uuid      " UUID "\n");
	assert_int_equal(run.code, CTL_EXIT_OK);
}

static void given_a_file_without_a_type_when_read_then_it_means_pv(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	write_guest("a.cfg", "a", "");
	run_line(&run, "start --dry-run a.cfg");
	assert_in(run.out, "\ntype      pv\n");
	run_line(&run, "start --dry-run --type auto a.cfg");
	assert_in(run.out, "\ntype      pvh: the kernel has a PVH entry");

	assert_taken("builder = 'generic'");
	assert_in(run.out, "\ntype      pv\n");
}

static void given_root_and_extra_when_there_is_cmdline_then_they_are_ignored_aloud(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	write_guest("a.cfg", "a", "root='/dev/xvda'\nextra='quiet'\ncmdline='console=hvc0'\n");

	run_line(&run, "start --dry-run a.cfg");

	assert_in(run.out, "\ncmdline   console=hvc0\n");
	assert_string_equal(run.err, "xenctl: a.cfg:4: root is ignored, since there is cmdline\n"
				     "xenctl: a.cfg:5: extra is ignored, since there is cmdline\n");
	assert_int_equal(run.code, CTL_EXIT_OK);
}

static void given_root_or_extra_alone_when_read_then_no_blank_is_left_over(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	assert_taken("root = '/dev/xvda'\n");
	assert_in(run.out, "\ncmdline   root=/dev/xvda\n");
	assert_taken("extra = 'quiet'\nroot = ''\n");
	assert_in(run.out, "\ncmdline   quiet\n");
}

#define HINT "xenctl: --ignore KEY,... goes on without what is not supported\n"

static void given_keys_that_are_not_supported_when_started_then_each_is_named_with_a_reason(
	void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	assert_refused(
		"disk = [ 'phy:/dev/vg/a,xvda,w' ]\nvif = [ '' ]\nvnuma = [ [ 'pnode=0' ] ]\n",
		"xenctl: a.cfg:4: disk is not supported: libxen gives guests no devices yet\n"
		"xenctl: a.cfg:5: vif is not supported: libxen gives guests no devices yet\n"
		"xenctl: a.cfg:6: vnuma is not supported: libxen gives guests no NUMA nodes of "
		"their own\n" HINT);
	assert_refused("bootloader = 'pygrub'",
		       "xenctl: a.cfg:4: bootloader is not supported: libxen starts a guest from "
		       "the file that kernel= names, not from its disk\n" HINT);
	assert_refused("on_reboot = 'restart'",
		       "xenctl: a.cfg:4: on_reboot=\"restart\" is not supported yet: nothing "
		       "watches the guest when xenctl has ended, and it stays as \"preserve\" "
		       "says\n" HINT);
}

static void given_placement_in_a_file_when_started_then_the_guest_has_it(void **state)
{
	struct fake_domain_view view;
	uint64_t hard, soft;

	(void)state;
	boot_xen(&(struct fake_options){ .pool_cpus = 8 });
	write_guest(
		"a.cfg", "a",
		"vcpus = 2\nmaxvcpus = 3\nmaxmem = 96\ncpus = [ '0', 1 ]\ncpus_soft = '0-1,^0'\n"
		"pool = 'Pool-0'\ncpu_weight = 512\ncap = 40\ntsc_mode = 'always_emulate'\n");

	run_line(&run, "start --feature msr_relaxed --nodes 0 a.cfg");
	assert_string_equal(run.err, "");
	assert_true(fake_domain_look(fake, 1, &view));
	assert_int_equal(view.max_vcpus, 3);
	assert_int_equal(view.max_pages, (96 + 1) * 256);
	assert_int_equal(view.tot_pages, 64 * 256);
	assert_int_equal(view.ram_map_bytes, 96 << 20);
	assert_int_equal(view.weight, 512);
	assert_int_equal(view.cap, 40);
	assert_int_equal(view.tsc_mode, 1);
	assert_int_equal(view.misc_flags, 1);
	assert_int_equal(view.cpupool, 0);
	assert_int_equal(view.nodes, 1);
	for (uint32_t vcpu = 0; vcpu < 3; vcpu++) {
		assert_true(fake_affinity(fake, 1, vcpu, &hard, &soft));
		assert_int_equal(hard, vcpu < 2 ? 1u << vcpu : 0xfu);
		assert_int_equal(soft, 2);
	}

	run_line(&run, "info 1");
	assert_in(run.out, "\ncpu pool        0\nscheduler       credit2\nweight          512\n"
			   "cap             40 %\nvcpu 0          cpus 0, preferred 1\n"
			   "vcpu 1          cpus 1, preferred 1\n"
			   "vcpu 2          cpus all, preferred 1\n"
			   "nodes           all\ntsc mode        emulated\n");
	if (ctl_json_built_in()) {
		run_line(&run, "info --json 1");
		assert_in(run.out, "\"scheduler\": \"credit2\"");
		assert_in(run.out, "\"weight\": 512");
		assert_in(run.out, "\"cap\": 40");
		assert_in(run.out, "\"tsc_mode\": \"emulated\"");
		assert_in(run.out, "\"cpus_soft\": \"1\"");
	}
	run_line(&run, "stop 1");
}

/* Options win, and so do they over a list. */
static void given_placement_twice_when_run_dry_then_the_options_are_shown(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ .pool_cpus = 8 });
	write_guest("a.cfg", "a",
		    "cpus = [ '0', 1 ]\ncpus_soft = 0\npool = 7\ncpu_weight = 512\ncap = 40\n"
		    "tsc_mode = 1\nmaxmem = 128\nmaxvcpus = 8\n");

	run_line(&run,
		 "start --dry-run --cpus 3 --cpus-soft all,^0 --pool 1 --weight 9 --cap 0 "
		 "--tsc-mode native --maxmem 65 --maxvcpus 2 --feature msr_relaxed=off a.cfg");
	assert_string_equal(run.err, "");
	assert_in(run.out, "\nmemory    64 MiB\nmaxmem    65 MiB\nvcpus     1\nmaxvcpus  2\n"
			   "cpus      3\ncpus_soft 1-4095\npool      1\nweight    9\n"
			   "cap       0\ntsc mode  native\nfeatures  msr_relaxed=off\n");
	if (ctl_json_built_in()) {
		run_line(&run, "start --dry-run --json --nodes 0 a.cfg --pool 0");
		assert_in(run.out, "\"cpus[1]\": \"1\"");
		assert_in(run.out, "\"memory_max_bytes\": 134217728");
		assert_in(run.out, "\"vcpus_max\": 8");
		assert_in(run.out, "\"tsc_mode\": \"emulated\"");
	}
}

static void given_wrong_placement_in_a_file_when_started_then_each_is_told(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	assert_refused("maxmem = 32; vcpus = 3; maxvcpus = 2",
		       "xenctl: a.cfg:4: maxmem is less than memory\n"
		       "xenctl: a.cfg:4: maxvcpus is less than vcpus\n");
	assert_refused(
		"cpus = '0-'\ncpus_soft = [ [ 1 ] ]\npool = 'web'\ncpu_weight = 0\ncap = -1\n"
		"tsc_mode = 'fast'\n",
		"xenctl: a.cfg:4: cpus: '0-' is no set of CPUs such as \"0-3,^1\"\n"
		"xenctl: a.cfg:5: cpus_soft takes a string such as \"0-3,^1\"\n"
		"xenctl: a.cfg:6: pool takes the number of a CPU pool, or \"Pool-0\": "
		"libxen does not read the names of others from xenstore\n"
		"xenctl: a.cfg:7: cpu_weight can be 1 to 65535\n"
		"xenctl: a.cfg:8: cap can be 0 (no limit) to 12800, in percent of one CPU\n"
		"xenctl: a.cfg:9: tsc_mode can be \"default\", \"always_emulate\" or "
		"\"native\"\n");
	assert_refused("cpus = 'node:0'",
		       "xenctl: a.cfg:4: cpus: nodes are not supported here: write the numbers of "
		       "their CPUs\n" HINT);
	assert_refused(
		"tsc_mode = 'native_paravirt'",
		"xenctl: a.cfg:4: tsc_mode=\"native_paravirt\" is not supported: Xen has had "
		"no such mode since 4.12\n" HINT);
	assert_refused(
		"tsc_mode = 3",
		"xenctl: a.cfg:4: tsc_mode=\"native_paravirt\" is not supported: Xen has had "
		"no such mode since 4.12\n" HINT);
}

static void given_every_key_of_the_table_when_it_asks_for_something_then_it_is_refused(void **state)
{
	const struct ctl_xlcfg_unsupported *row;
	char more[80], sentence[160];
	unsigned int rows = 0;

	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	for (row = ctl_xlcfg_unsupported; row->name; row++, rows++) {
		snprintf(more, sizeof(more), "%s = 1\n", row->name);
		write_guest("a.cfg", "a", more);
		run_line(&run, "start a.cfg");
		snprintf(sentence, sizeof(sentence), "xenctl: a.cfg:4: %s is not supported: %s\n",
			 row->name, row->reason);
		assert_in(run.err, sentence);
		assert_int_equal(run.code, CTL_EXIT_USAGE);
	}
	assert_true(rows > 100);
}

static void given_ignored_keys_when_started_then_the_guest_does_without(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	write_guest("a.cfg", "a", "disk = [ 'x' ]\nvif = [ '' ]\non_reboot = 'restart'\n");

	run_line(&run, "start --ignore disk,vif,on_reboot a.cfg");
	assert_string_equal(run.err, "");
	assert_string_equal(run.out, "1\n");
	run_line(&run, "stop 1");

	run_line(&run, "start --ignore disk,vi,on_reboo,f a.cfg");
	assert_null(strstr(run.err, "disk"));
	assert_in(run.err, ":5: vif is not supported");
	assert_in(run.err, ":6: on_reboot=\"restart\" is not supported");
	assert_int_equal(run.code, CTL_EXIT_USAGE);
}

static void given_hvm_when_started_then_the_reason_is_told(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	assert_refused("type = 'hvm'", "xenctl: a.cfg:4: type=\"hvm\" is not supported: libxen "
				       "starts PV and PVH guests only: hvm would need a device "
				       "model\n");
	assert_refused("builder = 'hvm'", "xenctl: a.cfg:4: builder=\"hvm\" is not supported: "
					  "libxen starts PV and PVH guests only: hvm would need a "
					  "device model\n");
	assert_refused("builder = 'generic'; type='pvh'",
		       "xenctl: a.cfg:4: builder=\"generic\" means a pv guest, type=\"pvh\" not\n");
	assert_refused("type = 'pvm'",
		       "xenctl: a.cfg:4: type can be \"pv\" or \"pvh\", not 'pvm'\n");
}

static void given_unknown_keys_when_started_then_line_and_guess_are_told(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	assert_refused("memroy = 1\nfrobnicate = 2\ndisks = []\n",
		       "xenctl: a.cfg:4: unknown key 'memroy'; did you mean memory?\n"
		       "xenctl: a.cfg:5: unknown key 'frobnicate'\n"
		       "xenctl: a.cfg:6: unknown key 'disks'; did you mean disk?\n");
}

static void given_wrong_values_when_started_then_all_of_them_are_told(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	write_file("a.cfg", "name = 1\nkernel = [ 'vmlinux' ]\nmemory = 'lots'\nvcpus = 129\n"
			    "uuid = 'me'\non_crash = 'destory'\non_poweroff = 'x'\ncmdline = 0\n"
			    "memory = 1\nramdisk = '-'\n");

	run_line(&run, "start a.cfg");

	assert_string_equal(
		run.err,
		"xenctl: a.cfg:9: memory was set already, in line 3\n"
		"xenctl: a.cfg:1: name takes a string\n"
		"xenctl: a.cfg:2: kernel takes a string\n"
		"xenctl: a.cfg:3: memory takes a number\n"
		"xenctl: a.cfg:4: vcpus can be 1 to 128\n"
		"xenctl: a.cfg:5: 'me' is no UUID such as 11111111-2222-3333-4444-555555555555\n"
		"xenctl: a.cfg:6: 'destory' is no action; did you mean \"destroy\"?\n"
		"xenctl: a.cfg:7: 'x' is no action such as \"preserve\"\n"
		"xenctl: a.cfg:8: cmdline takes a string\n"
		"xenctl: a.cfg:10: ramdisk can not be standard input; if it is a file, write ./-\n");
	assert_int_equal(run.code, CTL_EXIT_USAGE);
}

static void given_sizes_out_of_range_when_started_then_they_are_refused(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	write_file("a.cfg", "name='a'; kernel='vmlinux'; memory = 0xffffffffffff\nvcpus = 0");
	run_line(&run, "start a.cfg");
	assert_string_equal(run.err, "xenctl: a.cfg:1: memory can be 1 to 16777216\n"
				     "xenctl: a.cfg:2: vcpus can be 1 to 128\n");
	assert_int_equal(run.code, CTL_EXIT_USAGE);
	assert_int_equal(fake_domains(fake), 0);
}

static void given_a_file_without_name_or_kernel_when_started_then_both_are_missed(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	write_file("a.cfg", "memory = 64");
	run_line(&run, "start a.cfg");
	assert_string_equal(run.err, "xenctl: a.cfg: name is missing\n"
				     "xenctl: a.cfg: kernel is missing: libxen starts a guest "
				     "from the file it names\n");
	assert_int_equal(run.code, CTL_EXIT_USAGE);

	/* But not if it may stand in a line that could not be read. */
	write_file("a.cfg", "kernel = 'vmlinux'\nname = web\n");
	run_line(&run, "start a.cfg");
	assert_string_equal(run.err, "xenctl: a.cfg:2: a string stands in quotes: \"web\"\n");
}

static void given_a_file_that_can_not_be_read_when_started_then_the_cause_is_told(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	run_line(&run, "start none.cfg");
	assert_string_equal(run.err, "xenctl: none.cfg: No such file or directory\n");
	assert_int_equal(run.code, CTL_EXIT_FAILED);
	run_line(&run, "start .");
	assert_string_equal(run.err, "xenctl: .: Is a directory\n");
	assert_int_equal(run.code, CTL_EXIT_FAILED);
	run_line(&run, "start vmlinux");
	assert_in(run.err, "NUL byte");
	assert_int_equal(run.code, CTL_EXIT_USAGE);
	run_line(&run, "start /dev/zero");
	assert_string_equal(run.err, "xenctl: /dev/zero:1: the file is larger than 1 MiB\n");
	assert_int_equal(run.code, CTL_EXIT_USAGE);
}

/* Stop the guests that the last run told of. */
static void stop_listed(void)
{
	char line[40], *out = strdup(run.out), *at = out;

	while (*at) {
		snprintf(line, sizeof(line), "stop %lu", strtoul(at, NULL, 10));
		run_line(&run, line);
		assert_int_equal(run.code, CTL_EXIT_OK);
		at = strchr(at, '\n') + 1;
	}
	free(out);
}

static void given_any_allocation_that_fails_when_started_then_nothing_is_left(void **state)
{
	uint64_t n;

	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	write_guest("a.cfg", "a", "root = '/dev/xvda'; vif = []; extra = 'quiet'");
	write_guest("b.cfg", "b", "");
	for (n = 1; n < 1000; n++) {
		fake_alloc_fail_nth(n);
		run_line(&run, "start a.cfg b.cfg");
		if (!fake_alloc_fired())
			break;
		/* One may run, if the allocation was the other's. */
		if (run.code == CTL_EXIT_OK)
			fail_msg("allocation %u was not missed", (unsigned int)n);
		assert_true(run.err[0] != '\0');
		stop_listed();
		assert_int_equal(fake_domains(fake), 0);
	}
	fake_alloc_fail_nth(0);
	assert_in_range(n, 20, 999);
	stop_listed();
}

static void given_escapes_in_a_file_when_quoted_then_the_terminal_does_not_see_them(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	write_file("a.cfg", "name = '\xe2\x80\xae'\nkernel='\xff'; type='\xc2\x9b'");
	run_line(&run, "start a.cfg");
	assert_null(strstr(run.err, "\xc2\x9b"));
	assert_int_equal(run.code, CTL_EXIT_USAGE);
}

static void given_hundreds_of_problems_when_started_then_not_all_are_told(void **state)
{
	char text[6000] = "", *at = text;
	unsigned int i, lines = 0;

	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	for (i = 0; i < 300; i++)
		at += sprintf(at, "zz%uyy = 1\n", i);
	write_file("a.cfg", text);

	run_line(&run, "start a.cfg");

	for (at = run.err; *at; at++)
		lines += *at == '\n';
	assert_int_equal(lines, 51);
	assert_in(run.err, "xenctl: a.cfg: and more problems\n");
}

static void given_options_that_do_not_fit_files_when_started_then_it_is_refused(void **state)
{
	static const struct {
		const char *line, *sentence;
	} cases[] = {
		{ "start a.cfg b.cfg --console", "--console and --timing are for one guest" },
		{ "start a.cfg b.cfg --timing", "--console and --timing are for one guest" },
		{ "start a.cfg b.cfg --name x", "--name and --uuid are for one guest" },
		{ "start a.cfg b.cfg --uuid " UUID, "--name and --uuid are for one guest" },
		{ "start a.cfg b.cfg --ramdisk -", "standard input is for one guest" },
		{ "start --ignore disk", "--ignore is for files, and there is none" },
		{ "start --dry-run --console a.cfg", "--console and --dry-run exclude each other" },
		{ "start --dry-run --timing a.cfg", "--timing and --dry-run exclude each other" },
		{ "start", "which guest? give a FILE in the format of xl.cfg, or --kernel FILE" },
		{ "start -j 0 a.cfg", "--jobs: '0' is not a number from 1 on" },
		{ "start -j", "--jobs needs a value; try 'xenctl start --help'" },
		{ "start -k a.cfg", "unknown option '-k'; try 'xenctl start --help'" },
		{ "start --memory 0 --kernel vmlinux",
		  "--memory: '0' is not a size; write 256 (MiB), 128M or 2G" },
	};
	char sentence[160];
	size_t i;

	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		run_line(&run, cases[i].line);
		snprintf(sentence, sizeof(sentence), "xenctl: start: %s\n", cases[i].sentence);
		assert_string_equal(run.err, sentence);
		assert_int_equal(run.code, CTL_EXIT_USAGE);
	}
}

/* g0.cfg, g1.cfg ... with guests of these names; returns "start OPTIONS g0.cfg ...". */
static const char *write_guests(unsigned int count, const char *options)
{
	static char line[256];
	char file[16], name[16], *at = line;
	unsigned int i;

	at += sprintf(at, "start%s%s", *options ? " " : "", options);
	for (i = 0; i < count; i++) {
		snprintf(file, sizeof(file), "g%u.cfg", i);
		snprintf(name, sizeof(name), "g%u", i);
		write_guest(file, name, "");
		at += sprintf(at, " %s", file);
	}
	return line;
}

static void assert_lines_name_all(unsigned int count)
{
	unsigned int i, domid, guest, seen = 0;
	const char *at = run.out;

	for (i = 0; i < count; i++) {
		int length = 0;

		assert_int_equal(sscanf(at, "%u g%u\n%n", &domid, &guest, &length), 2);
		assert_int_equal(guest, i);
		assert_in_range(domid, 1, count);
		seen |= 1u << domid;
		at += length;
	}
	assert_int_equal(*at, '\0');
	assert_int_equal(seen, ((1u << count) - 1) << 1);
}

static void given_several_files_when_started_then_each_has_a_line_in_their_order(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	run_line(&run, write_guests(3, ""));

	assert_string_equal(run.err, "");
	assert_int_equal(run.code, CTL_EXIT_OK);
	assert_lines_name_all(3);
	run_line(&run, "stop 1 2 3");
}

static void given_threads_when_started_then_all_guests_are_there(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	run_line(&run, write_guests(12, "-j 4 --no-console"));

	assert_string_equal(run.err, "");
	assert_int_equal(run.code, CTL_EXIT_OK);
	assert_lines_name_all(12);
	assert_int_equal(fake_domains(fake), 12);
	assert_int_equal(fake_count(fake, FAKE_CALL_HYPERCALL, DOMCTL, DOMCTL_UNPAUSE), 12);
	run_line(&run, "stop 1 2 3 4 5 6 7 8 9 10 11 12");
}

static void given_one_bad_guest_when_started_then_the_others_run_and_the_code_is_the_worst(
	void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	write_guest("a.cfg", "a", "");
	write_file("b.cfg", "name='b'; kernel='none'; memory=64");
	write_file("c.cfg", "name='c'; kernel='vmlinux'; memory=640000");
	write_guest("d.cfg", "d", "");

	run_line(&run, "start -j 2 a.cfg b.cfg c.cfg d.cfg");

	assert_int_equal(run.code, CTL_EXIT_NO_MEMORY);
	assert_int_equal(fake_domains(fake), 2);
	assert_in(run.out, " a\n");
	assert_in(run.out, " d\n");
	assert_in(run.err, "xenctl: b.cfg: ");
	assert_in(run.err, "none");
	assert_in(run.err, "xenctl: c.cfg: cannot start \"c\"");
	run_line(&run, "stop 1 2");
}

static void given_guests_that_fit_one_by_one_when_run_dry_then_the_sum_is_told(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ .memory_pages = 65536 }); /* 256 MiB, 240 free */
	write_file("a.cfg", "name='a'; kernel='vmlinux'; memory=150");
	write_file("b.cfg", "name='b'; kernel='vmlinux'; memory=150");

	run_line(&run, "start --dry-run a.cfg");
	assert_int_equal(run.code, CTL_EXIT_OK);
	run_line(&run, "start --dry-run a.cfg b.cfg");
	assert_int_equal(run.code, CTL_EXIT_NO_MEMORY);
	assert_string_equal(run.err, "xenctl: together they want 300 MiB of memory, but the host "
				     "has 240 MiB left\n");
	assert_int_equal(created(), 0);
}

static void given_json_when_several_are_started_then_each_is_an_object(void **state)
{
	(void)state;
	if (!ctl_json_built_in())
		skip();
	boot_xen(&(struct fake_options){ 0 });
	write_guest("a.cfg", "a", "uuid = '" UUID "'");
	write_file("b.cfg", "name='b'; kernel='none'");

	run_line(&run, "start --json a.cfg b.cfg");

	assert_int_equal(run.out[0], '[');
	assert_in(run.out, "\"name\": \"a\",");
	assert_in(run.out, "\"uuid\": \"" UUID "\"");
	assert_in(run.out, "\"domid\": 1,");
	assert_in(run.out, "\"exit_code\": 1,");
	assert_in(run.out, "\"error\": \"");
	assert_string_equal(run.err, "");
	assert_int_equal(run.code, CTL_EXIT_FAILED);
	run_line(&run, "stop 1");
}

static void given_one_file_with_a_problem_when_several_are_started_then_none_is(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	write_guest("a.cfg", "a", "");
	write_guest("b.cfg", "b", "vif = ['']\n");
	write_guest("c.cfg", "c", "x = 1\n");

	run_line(&run, "start a.cfg b.cfg c.cfg");

	assert_in(run.err, "b.cfg:4: vif");
	assert_in(run.err, "c.cfg:4: unknown key 'x'");
	assert_int_equal(run.code, CTL_EXIT_USAGE);
	assert_int_equal(created(), 0);
}

static void given_two_of_one_name_or_uuid_when_started_then_none_is(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	write_guest("a.cfg", "web", "");
	write_guest("b.cfg", "web", "");
	run_line(&run, "start a.cfg b.cfg");
	assert_string_equal(run.err, "xenctl: a.cfg and b.cfg are both called \"web\"\n");
	assert_int_equal(run.code, CTL_EXIT_USAGE);

	write_guest("a.cfg", "a", "uuid = '" UUID "'");
	write_guest("b.cfg", "b", "uuid = '" UUID "'");
	run_line(&run, "start a.cfg b.cfg");
	assert_string_equal(run.err, "xenctl: a.cfg and b.cfg have the same uuid\n");
	assert_int_equal(created(), 0);
}

static void given_no_xen_when_started_from_files_then_the_code_is_5_but_problems_come_first(
	void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ .absent = FAKE_PRIVCMD | FAKE_PROC_PRIVCMD });

	run_line(&run, write_guests(2, "-j 2"));
	assert_int_equal(run.code, CTL_EXIT_NO_XEN);
	assert_in(run.err, "privcmd");

	assert_refused("x = 1", "xenctl: a.cfg:4: unknown key 'x'\n");
}

/* Opens when the last guest's ramdisk is read: all others have been taken by then. */
static void *interrupt_late(void *data)
{
	int fd = open("fifo", O_WRONLY);

	raise(SIGTERM); /* handled by this thread, now */
	close(fd);
	return data;
}

/* In a child, since an interrupt is remembered for the life of a process. */
static int interrupted_start(void)
{
	const char *line = write_guests(4, "-j 2");
	char report[1024];
	pthread_t thread;

	write_guest("g3.cfg", "g3", "ramdisk = 'fifo'");
	if (mkfifo("fifo", 0600) < 0 || ctl_catch_interrupts() < 0 ||
	    pthread_create(&thread, NULL, interrupt_late, NULL))
		return 1;
	run_line(&run, line);
	pthread_join(thread, NULL);
	if (run.code != CTL_EXIT_INTERRUPTED)
		return 2;
	if (strcmp(run.err, "xenctl: interrupted; nothing was left behind\n") != 0 || run.out[0])
		return 3;
	if (created() < 2 || created() > 3)
		return 4;
	return fake_domains(fake) || fake_leaks(fake, report, sizeof(report)) ? 5 : 0;
}

static void given_an_interrupt_when_several_are_started_then_all_are_taken_back(void **state)
{
	int status;
	pid_t child;

	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	child = fork();
	if (child == 0)
		_exit(interrupted_start());

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(given_a_file_when_started_then_its_number_stands_alone),
		T(given_a_file_when_run_dry_then_all_is_shown_and_no_domain_is_made),
		T(given_a_file_when_started_attached_then_the_guest_is_heard),
		T(given_options_when_run_dry_then_no_file_is_needed),
		T(given_a_long_command_line_when_run_dry_then_json_has_all_of_it),
		T(given_json_when_run_dry_then_each_guest_is_an_object),
		T(given_options_and_a_file_when_started_then_the_options_win),
		T(given_a_file_without_a_type_when_read_then_it_means_pv),
		T(given_root_and_extra_when_there_is_cmdline_then_they_are_ignored_aloud),
		T(given_root_or_extra_alone_when_read_then_no_blank_is_left_over),
		T(given_keys_that_are_not_supported_when_started_then_each_is_named_with_a_reason),
		T(given_placement_in_a_file_when_started_then_the_guest_has_it),
		T(given_placement_twice_when_run_dry_then_the_options_are_shown),
		T(given_wrong_placement_in_a_file_when_started_then_each_is_told),
		T(given_every_key_of_the_table_when_it_asks_for_something_then_it_is_refused),
		T(given_ignored_keys_when_started_then_the_guest_does_without),
		T(given_hvm_when_started_then_the_reason_is_told),
		T(given_unknown_keys_when_started_then_line_and_guess_are_told),
		T(given_wrong_values_when_started_then_all_of_them_are_told),
		T(given_sizes_out_of_range_when_started_then_they_are_refused),
		T(given_a_file_without_name_or_kernel_when_started_then_both_are_missed),
		T(given_a_file_that_can_not_be_read_when_started_then_the_cause_is_told),
		T(given_any_allocation_that_fails_when_started_then_nothing_is_left),
		T(given_escapes_in_a_file_when_quoted_then_the_terminal_does_not_see_them),
		T(given_hundreds_of_problems_when_started_then_not_all_are_told),
		T(given_options_that_do_not_fit_files_when_started_then_it_is_refused),
		T(given_several_files_when_started_then_each_has_a_line_in_their_order),
		T(given_threads_when_started_then_all_guests_are_there),
		T(given_one_bad_guest_when_started_then_the_others_run_and_the_code_is_the_worst),
		T(given_guests_that_fit_one_by_one_when_run_dry_then_the_sum_is_told),
		T(given_json_when_several_are_started_then_each_is_an_object),
		T(given_one_file_with_a_problem_when_several_are_started_then_none_is),
		T(given_two_of_one_name_or_uuid_when_started_then_none_is),
		T(given_no_xen_when_started_from_files_then_the_code_is_5_but_problems_come_first),
		T(given_an_interrupt_when_several_are_started_then_all_are_taken_back),
	};

	return cmocka_run_group_tests_name("cli-config", tests, enter_folder, leave_folder);
}
