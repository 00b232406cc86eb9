/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What users do wrong, each with xenctl's sentence and exit code, in whole: prints the table. */
#include <errno.h>
#include <stdlib.h>

#include "cli-run.h"
#include "elf-maker.h"
#include "fake.h"

#define UUID "11111111-2222-3333-4444-555555555555"

/* One mistake, made in a folder with the files of make_files(). */
struct mistake {
	const char *what;
	const char *line;     /* of xenctl */
	const char *sentence; /* all that goes to stderr, without the last line's end */
	int code;
	struct fake_options xen;
	const char *before; /* a command line that goes well, and what undoes it */
	const char *after;
};

static const struct mistake mistakes[] = {
	{ "a missing file", "start --kernel missing",
	  "xenctl: cannot open kernel missing: No such file or directory", CTL_EXIT_FAILED },
	{ "an empty file", "start --kernel empty",
	  "xenctl: kernel empty: it is empty; give it a bzImage or an ELF vmlinux",
	  CTL_EXIT_FAILED },
	{ "a text file", "start --kernel text",
	  "xenctl: kernel text: this is text, not a kernel; give it a bzImage or an ELF vmlinux",
	  CTL_EXIT_FAILED },
	{ "a folder", "start --kernel .", "xenctl: cannot read kernel .: Is a directory",
	  CTL_EXIT_FAILED },
	{ "a truncated bzImage", "start --kernel truncated",
	  "xenctl: kernel truncated: it is cut short: its header announces 111744 bytes, "
	  "the file has 50000; copy or build it again",
	  CTL_EXIT_FAILED },
	{ "a truncated ELF kernel", "start --kernel truncated-elf",
	  "xenctl: kernel truncated-elf: it is cut short: its notes lie outside its 50000 bytes; "
	  "copy or build it again",
	  CTL_EXIT_FAILED },
	{ "a kernel without Xen notes", "start --kernel no-notes",
	  "xenctl: kernel no-notes: it has no Xen notes; build it with CONFIG_XEN_PV or CONFIG_PVH",
	  CTL_EXIT_FAILED },
	{ "a 32-bit kernel as PV", "start --type pv --kernel 32-bit",
	  "xenctl: cannot start \"guest\": it cannot start as PV: it is a 32-bit kernel, "
	  "which only PVH starts",
	  CTL_EXIT_FAILED },
	{ "a missing ramdisk", "start --kernel good --ramdisk missing",
	  "xenctl: cannot start \"guest\": cannot open ramdisk missing: No such file or directory",
	  CTL_EXIT_FAILED },
	{ "an empty ramdisk", "start --kernel good --ramdisk empty",
	  "xenctl: cannot start \"guest\": the ramdisk is empty: make it anew, or leave it out",
	  CTL_EXIT_FAILED },
	{ "too little memory for the image", "start --kernel good --memory 4M",
	  "xenctl: cannot start \"guest\": 4 MiB of memory are too small for this kernel and "
	  "ramdisk: give it 17 MiB at least",
	  CTL_EXIT_FAILED },
	{ "more memory than the host has", "start --kernel good --memory 64G",
	  "xenctl: cannot start \"guest\": 65536 MiB of memory were asked for, but the host has "
	  "4080 MiB left (4080 MiB free, 0 MiB of it promised to other guests): ask for less, or "
	  "stop a guest",
	  CTL_EXIT_NO_MEMORY },
	{ "more memory than any guest can have", "start --kernel good --memory 16777215T",
	  "xenctl: cannot start \"guest\": 17592184995840 MiB of memory were asked for, but the "
	  "host has 4080 MiB left (4080 MiB free, 0 MiB of it promised to other guests): ask for "
	  "less, or stop a guest",
	  CTL_EXIT_NO_MEMORY },
	{ "no memory", "start --kernel good --memory 0",
	  "xenctl: start: --memory: '0' is not a size; write 256 (MiB), 128M or 2G",
	  CTL_EXIT_USAGE },
	{ "0 vCPUs", "start --kernel good --vcpus 0",
	  "xenctl: start: --vcpus: '0' is not a number from 1 on", CTL_EXIT_USAGE },
	{ "too many vCPUs", "start --kernel good --vcpus 129",
	  "xenctl: cannot start \"guest\": 129 vCPUs are too many: a guest can have 1 to 128",
	  CTL_EXIT_FAILED },
	{ "fewer vCPUs at most than at the start", "start --kernel good --vcpus 4 --maxvcpus 2",
	  "xenctl: cannot start \"guest\": 4 vCPUs at the start are more than 2 at most",
	  CTL_EXIT_FAILED },
	{ "less memory at most than at the start", "start --kernel good --memory 64 --maxmem 32",
	  "xenctl: cannot start \"guest\": 64 MiB of memory at the start are more than 32 MiB at "
	  "most",
	  CTL_EXIT_FAILED },
	{ "CPUs that the host has not", "start --kernel good --cpus 4-7",
	  "xenctl: cannot start \"guest\": none of the CPUs asked for is in CPU pool 0, which has "
	  "0-3",
	  CTL_EXIT_FAILED },
	{ "no set of CPUs", "start --kernel good --cpus 0..3",
	  "xenctl: start: --cpus: '0..3' is not a set of numbers; write 0-3, 0,2 or all,^1",
	  CTL_EXIT_USAGE },
	{ "a set of CPUs that leaves none", "start --kernel good --cpus-soft 1,^1",
	  "xenctl: start: --cpus-soft: '1,^1' is not a set of numbers; write 0-3, 0,2 or all,^1",
	  CTL_EXIT_USAGE },
	{ "a node in place of CPUs", "start --kernel good --cpus node:1",
	  "xenctl: start: --cpus: nodes are not supported here: write the numbers of their CPUs",
	  CTL_EXIT_USAGE },
	{ "a CPU beyond all", "start --kernel good --cpus 4096",
	  "xenctl: start: --cpus: '4096' is too large", CTL_EXIT_USAGE },
	{ "a NUMA node that the host has not", "start --kernel good --nodes 0-2",
	  "xenctl: cannot start \"guest\": there is no NUMA node 2: this host has 0 to 1",
	  CTL_EXIT_FAILED, .xen = { .nodes = 2 } },
	{ "a CPU pool that there is not", "start --kernel good --pool 3",
	  "xenctl: cannot start \"guest\": there is no CPU pool 3", CTL_EXIT_FAILED },
	{ "a weight that is too large", "start --kernel good --weight 65536",
	  "xenctl: cannot start \"guest\": a weight can be 1 to 65535, and 65536 was asked for",
	  CTL_EXIT_FAILED },
	{ "a cap that is too large", "start --kernel good --cap 99999",
	  "xenctl: cannot start \"guest\": a cap can be 0 (no limit) to 100 percent of a CPU, 100 "
	  "for each vCPU, and 99999 was asked for",
	  CTL_EXIT_FAILED },
	{ "a weight where the scheduler has none", "start --kernel good --weight 512",
	  "xenctl: cannot start \"guest\": the scheduler of CPU pool 0 is null, which knows no "
	  "weight and no cap",
	  CTL_EXIT_FAILED, .xen = { .scheduler = 9 } },
	{ "a cap where the scheduler has none yet", "start --kernel good --cap 50",
	  "xenctl: cannot start \"guest\": the scheduler credit2 of this Xen (4.9) has no cap: 4.10 "
	  "and later have it",
	  CTL_EXIT_FAILED, .xen = { .release = "4.9", .scheduler = 6 } },
	{ "a mode of the clock that there is not", "start --kernel good --tsc-mode fast",
	  "xenctl: start: --tsc-mode: 'fast' is not default, emulated or native", CTL_EXIT_USAGE },
	{ "a feature that this Xen has not", "start --kernel good --feature msr_relaxed",
	  "xenctl: cannot start \"guest\": this Xen (4.14) has no feature msr_relaxed: 4.15 and "
	  "later have it",
	  CTL_EXIT_FAILED, .xen = { .release = "4.14" } },
	{ "a feature that nobody switches", "start --kernel good --feature writable_page_tables",
	  "xenctl: cannot start \"guest\": the feature writable_page_tables cannot be switched: the "
	  "type of the guest decides on it",
	  CTL_EXIT_FAILED },
	{ "a feature that there is not", "start --kernel good --feature speed",
	  "xenctl: cannot start \"guest\": there is no feature \"speed\" to switch",
	  CTL_EXIT_FAILED },
	{ "a UUID in use", "start --kernel good --uuid " UUID,
	  "xenctl: cannot start \"guest\": domain 1 has this UUID already: give another one, or "
	  "none to get a random one",
	  CTL_EXIT_FAILED, .before = "start --kernel good --paused --uuid " UUID,
	  .after = "stop " UUID },
	{ "a domid that never was", "stop 77",
	  "xenctl: there is no domain 77\n"
	  "xenctl: 'xenctl list' shows which domains there are",
	  CTL_EXIT_NO_DOMAIN },
	{ "a UUID that never was", "stop " UUID,
	  "xenctl: there is no domain with this UUID\n"
	  "xenctl: 'xenctl list' shows which domains there are",
	  CTL_EXIT_NO_DOMAIN },
	{ "no privcmd", "list",
	  "xenctl: no /dev/xen/privcmd: this is not a Xen domain 0, or the module xen-privcmd is "
	  "not loaded",
	  CTL_EXIT_NO_XEN, .xen = { .absent = FAKE_PRIVCMD | FAKE_PROC_PRIVCMD } },
	{ "no permission", "list", "xenctl: /dev/xen/privcmd may not be opened: run as root",
	  CTL_EXIT_NOT_ALLOWED, .xen = { .denied = FAKE_PRIVCMD | FAKE_PROC_PRIVCMD } },
	{ "a domain that is not in control", "list",
	  "xenctl: this domain may not control Xen: libxen works in domain 0", CTL_EXIT_NOT_ALLOWED,
	  .xen = { .features = FAKE_UNPRIVILEGED } },
	{ "an unknown newer Xen", "list",
	  "xenctl: this is Xen 4.99; this libxen knows Xen up to 4.23: update libxen, or allow it "
	  "to try its newest interface\n"
	  "xenctl: --try-newer goes on, by the newest interface that libxen knows",
	  CTL_EXIT_NO_XEN, .xen = { .release = "4.23u", .version = 0x40063 } },
	{ "a newer Xen that speaks nothing known", "list",
	  "xenctl: this is Xen 4.99; this libxen knows Xen up to 4.23: update libxen, or allow it "
	  "to try its newest interface",
	  CTL_EXIT_NO_XEN,
	  .xen = { .release = "4.23u", .version = 0x40063, .domctl_version = 0x99 } },
	{ "a Xen that is too old", "list",
	  "xenctl: this is Xen 4.5; libxen works with Xen 4.6 and later", CTL_EXIT_NO_XEN,
	  .xen = { .release = "4.6", .version = 0x40005 } },
	{ "an interface of nobody's", "list",
	  "xenctl: this Xen 4.17 speaks no domctl interface that libxen knows (or its security "
	  "policy denies all access)",
	  CTL_EXIT_NO_XEN, .xen = { .domctl_version = 0x99 } },
	{ "no event channels", "console 1",
	  "xenctl: cannot open /dev/xen/evtchn (is the module xen-evtchn loaded?): "
	  "No such file or directory",
	  CTL_EXIT_FAILED, .xen = { .absent = FAKE_EVTCHN },
	  .before = "start --kernel good --paused", .after = "stop 1" },
};

/* Large, so not on the stack. */
static struct run run;
static struct fake *fake;
static char folder[] = "/tmp/bad-input-XXXXXX";

static const char *const files[] = { "empty",	 "text",   "truncated", "truncated-elf",
				     "no-notes", "32-bit", "good" };

static void write_file(const char *name, const void *data, size_t size)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static int make_files(void **state)
{
	static const char text[] = "kernel = \"/boot/vmlinuz\"\n";
	struct made good = make_elf(&(struct elf_recipe){ 0 });
	struct made bare = make_elf(&(struct elf_recipe){ .leave_out = UINT32_MAX });
	struct made bzimage = make_bzimage_of(good, "none");

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	write_file("empty", text, 0);
	write_file("text", text, strlen(text));
	write_file("truncated", bzimage.data, 50000);
	write_file("truncated-elf", good.data, 50000);
	write_file("no-notes", bare.data, bare.size);
	write_file("good", good.data, good.size);
	made_narrow(&good);
	write_file("32-bit", good.data, good.size);
	made_free(&good);
	made_free(&bare);
	made_free(&bzimage);
	return 0;
}

static int remove_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(files[i]);
	return chdir("/") || rmdir(folder);
}

static void boot_xen(const struct fake_options *options)
{
	fake = fake_new(options);
	assert_non_null(fake);
	fake_set_default(fake);
}

static void end_xen(void)
{
	char report[1024];

	if (fake_leaks(fake, report, sizeof(report)))
		fail_msg("%s", report);
	fake_set_default(NULL);
	fake_free(fake);
}

static void run_well(const char *line)
{
	if (!line)
		return;
	run_line(&run, line);
	assert_string_equal(run.err, "");
	assert_int_equal(run.code, CTL_EXIT_OK);
}

static void given_each_mistake_when_made_then_sentence_and_code_are_these_and_nothing_is_left(
	void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		const struct mistake *mistake = &mistakes[i];

		boot_xen(&mistake->xen);
		run_well(mistake->before);

		run_line(&run, mistake->line);

		assert_true(strlen(run.err) > 1);
		run.err[strlen(run.err) - 1] = '\0'; /* the line's end */
		print_message("# %s: xenctl %s: exit code %d\n%s\n", mistake->what, mistake->line,
			      run.code, run.err);
		assert_string_equal(run.err, mistake->sentence);
		assert_string_equal(run.out, "");
		assert_int_equal(run.code, mistake->code);
		run_well(mistake->after);
		end_xen();
	}
}

/* A command opens anew what it is told: only who holds a handle can meet this. */
static void given_a_domid_that_was_reused_when_used_then_the_other_domain_is_not_touched(
	void **state)
{
	static const uint8_t other[16] = { 0x0e };
	struct libxen_domain *domain;
	struct fake_domain_view view;
	struct libxen *xen;
	int ret;

	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	fake_add_domains(fake, 1);
	xen = libxen_new();
	assert_int_equal(libxen_open(xen, NULL), 0);
	assert_int_equal(libxen_domain_open(xen, 1, &domain), 0);
	assert_int_equal(fake_replace_domain(fake, 1, other), 0);

	ret = libxen_domain_destroy(domain, NULL);

	print_message("# a domid that was reused: libxen_domain_destroy(): %d\n%s\n", ret,
		      libxen_error(xen));
	assert_string_equal(libxen_error(xen), "domain 1 is gone, and another one has its number "
					       "now; nothing was done to that one");
	assert_int_equal(ret, -ESTALE);
	assert_int_equal(ctl_exit_code(ret), CTL_EXIT_NO_DOMAIN);
	assert_true(fake_domain_look(fake, 1, &view));
	assert_false(view.dying);
	libxen_domain_close(domain);
	libxen_free(xen);
	assert_int_equal(fake_other_destroy(fake, 1), 0);
	end_xen();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			given_each_mistake_when_made_then_sentence_and_code_are_these_and_nothing_is_left),
		cmocka_unit_test(
			given_a_domid_that_was_reused_when_used_then_the_other_domain_is_not_touched),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
