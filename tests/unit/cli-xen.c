/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* xenctl on the fake Xen: what each command does, prints and ends with. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "cli-run.h"
#include "elf-maker.h"
#include "fake.h"
#include "interrupt.h"
#include "json.h"
#include "xen-log.h"

#define UUID "11111111-2222-3333-4444-555555555555"
#define BYE  "bye \x1b[1mnow\x1b[m\n"
#define NO_DOMAIN_77                      \
	"xenctl: there is no domain 77\n" \
	"xenctl: 'xenctl list' shows which domains there are\n"
#define POWEROFF 0

/* Numbers of Xen's: a hypercall, and a command of it. */
#define DOMCTL	      36
#define DOMCTL_CREATE 1

/* Large, so not on the stack. */
static struct run run;
static struct fake *fake;
static char kernel[] = "/tmp/xenctl-kernel-XXXXXX";
static int saved_stdin = -1;

static void boot_xen(const struct fake_options *options)
{
	fake = fake_new(options);
	assert_non_null(fake);
	fake_set_default(fake);
}

/* Nothing typed, and Xen 4.17 unless a test boots another. */
static int setup(void **state)
{
	int null = open("/dev/null", O_RDONLY);

	(void)state;
	saved_stdin = dup(STDIN_FILENO);
	dup2(null, STDIN_FILENO);
	close(null);
	fake = NULL;
	return 0;
}

static int teardown(void **state)
{
	char report[1024] = "";
	unsigned int leaks = fake ? fake_leaks(fake, report, sizeof(report)) : 0; /* skipped */

	(void)state;
	fake_set_default(NULL);
	fake_free(fake);
	dup2(saved_stdin, STDIN_FILENO);
	close(saved_stdin);
	if (leaks)
		fprintf(stderr, "left behind:\n%s", report);
	return leaks ? -1 : 0;
}

/* A kernel in a file, as xenctl wants it. */
static int write_kernel(int fd, const struct made *made)
{
	bool written = fd >= 0 && write(fd, made->data, made->size) == (ssize_t)made->size;

	close(fd);
	return written ? 0 : -1;
}

static int make_kernel(void **state)
{
	const struct elf_recipe recipe = { 0 };
	struct made made = make_elf(&recipe);
	int ret = write_kernel(mkstemp(kernel), &made);

	(void)state;
	made_free(&made);
	return ret;
}

static int remove_kernel(void **state)
{
	(void)state;
	return unlink(kernel);
}

/* "xenctl start" with the kernel and 64 MiB, and whatever else. */
static void start(const char *more)
{
	char line[256];

	snprintf(line, sizeof(line), "start --kernel %s --memory 64M%s%s", kernel, *more ? " " : "",
		 more);
	run_line(&run, line);
}

static void assert_run(const char *line, int code, const char *sentence)
{
	run_line(&run, line);

	assert_string_equal(run.err, sentence);
	assert_int_equal(run.code, code);
}

static void assert_in(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, text);
}

static unsigned int count_lines(const char *text)
{
	unsigned int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void given_2500_domains_when_listed_then_each_has_a_line_and_xen_was_asked_thrice(
	void **state)
{
	uint64_t few, many;

	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	run_line(&run, "list"); /* dom0 alone: one question */
	few = fake_count(fake, FAKE_CALL_HYPERCALL, FAKE_ALL, FAKE_ALL);
	fake_count_reset(fake);
	fake_add_domains(fake, 2500);
	run_line(&run, "list");
	many = fake_count(fake, FAKE_CALL_HYPERCALL, FAKE_ALL, FAKE_ALL);

	assert_int_equal(run.code, 0);
	assert_int_equal(count_lines(run.out), 2502); /* with dom0, and the titles */
	assert_memory_equal(run.out, "DOMID  TYPE  STATE", 18);
	assert_int_equal(many, few + 2);
}

static void given_domains_when_listed_as_json_then_each_is_an_object(void **state)
{
	(void)state;
	if (!ctl_json_built_in())
		skip();
	boot_xen(&(struct fake_options){ 0 });
	fake_add_domains(fake, 2);

	run_line(&run, "list --json");

	assert_int_equal(run.code, 0);
	assert_int_equal(run.out[0], '[');
	assert_in(run.out, "\"domid\": 1,");
	assert_in(run.out, "\"domid\": 2,");
	assert_in(run.out, "\"state\": \"idle\",");
	assert_in(run.out, "\"shutdown_reason\": \"none\",");
	assert_in(run.out, "\"memory_bytes\": 67108864,");
	assert_in(run.out, "\"gpaddr_bits\":");
}

static void given_a_xen_without_address_widths_when_shown_then_the_key_is_absent(void **state)
{
	(void)state;
	if (!ctl_json_built_in())
		skip();
	boot_xen(&(struct fake_options){ .release = "4.14" });

	run_line(&run, "info --json 0");

	assert_int_equal(run.code, 0);
	assert_in(run.out, "\"domid\": 0,");
	assert_null(strstr(run.out, "gpaddr_bits"));
}

static void given_no_such_domain_when_named_then_every_command_ends_with_3(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	assert_run("info 77", CTL_EXIT_NO_DOMAIN, NO_DOMAIN_77);
	assert_run("stop 77", CTL_EXIT_NO_DOMAIN, NO_DOMAIN_77);
	assert_run("suspend 77", CTL_EXIT_NO_DOMAIN, NO_DOMAIN_77);
	assert_run("resume 77", CTL_EXIT_NO_DOMAIN, NO_DOMAIN_77);
	assert_run("console 77", CTL_EXIT_NO_DOMAIN, NO_DOMAIN_77);
	run_line(&run, "info " UUID);
	assert_int_equal(run.code, CTL_EXIT_NO_DOMAIN);
	assert_run("info 32752", CTL_EXIT_USAGE,
		   "xenctl: '32752' is no domain: give a number from 0 to 32751, or a UUID\n");
}

static void given_no_xen_when_run_then_the_exit_code_is_5_but_version_works(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ .absent = FAKE_PRIVCMD | FAKE_PROC_PRIVCMD });

	run_line(&run, "list");
	assert_int_equal(run.code, CTL_EXIT_NO_XEN);
	assert_in(run.err, "privcmd");

	run_line(&run, "version");
	assert_int_equal(run.code, CTL_EXIT_OK);
	assert_in(run.out, "\nXen: no /dev/xen/privcmd");
}

static void given_a_newer_xen_when_run_then_the_option_to_try_is_named_and_works(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ .release = "4.23u", .version = 0x40063 });

	run_line(&run, "list");
	assert_int_equal(run.code, CTL_EXIT_NO_XEN);
	assert_in(run.err, "4.99");
	assert_in(run.err, "--try-newer");

	run_line(&run, "list --try-newer");
	assert_int_equal(run.code, CTL_EXIT_OK);
	assert_int_equal(count_lines(run.out), 2);
}

static void given_no_permission_when_run_then_the_exit_code_is_4(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ .denied = FAKE_PRIVCMD | FAKE_PROC_PRIVCMD });

	run_line(&run, "list");

	assert_int_equal(run.code, CTL_EXIT_NOT_ALLOWED);
	assert_in(run.err, "root");
}

static void given_several_domains_when_one_is_missing_then_the_others_are_stopped(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	fake_add_domains(fake, 3);

	assert_run("stop 1 77 3", CTL_EXIT_NO_DOMAIN, NO_DOMAIN_77);

	assert_int_equal(fake_domains(fake), 1);
	assert_run("info 2", CTL_EXIT_OK, "");
}

static void given_a_domain_whose_memory_is_held_when_stopped_then_the_time_is_over(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	start("--paused");
	assert_int_equal(fake_other_hold(fake, 1, 5), 0);

	run_line(&run, "stop --timeout 0.05 1");
	assert_int_equal(run.code, CTL_EXIT_TIMEOUT);

	fake_other_release(fake, 1);
	assert_int_equal(fake_domains(fake), 0);
}

static void given_a_domain_when_suspended_and_resumed_twice_then_the_second_is_a_failure(
	void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	fake_add_domains(fake, 1);

	assert_run("suspend 1", CTL_EXIT_OK, "");
	run_line(&run, "suspend 1");
	assert_int_equal(run.code, CTL_EXIT_FAILED);
	run_line(&run, "info 1");
	assert_in(run.out, "\nstate           suspended\n");

	assert_run("resume 1", CTL_EXIT_OK, "");
	run_line(&run, "resume 1");
	assert_int_equal(run.code, CTL_EXIT_FAILED);
	assert_run("stop 1", CTL_EXIT_OK, "");
}

static void given_a_kernel_when_started_then_its_number_stands_alone(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	start("");

	assert_string_equal(run.out, "1\n");
	assert_string_equal(run.err, "");
	assert_int_equal(run.code, CTL_EXIT_OK);
	assert_run("stop 1", CTL_EXIT_OK, "");
}

static void given_a_uuid_when_started_then_it_is_the_guests_and_can_not_be_had_twice(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	start("--paused --uuid " UUID);
	assert_int_equal(run.code, CTL_EXIT_OK);
	run_line(&run, "info " UUID);
	assert_in(run.out, "\nuuid            " UUID "\n");
	assert_in(run.out, "\nstate           suspended\n");
	start("--uuid " UUID);
	assert_int_equal(run.code, CTL_EXIT_FAILED);
	assert_in(run.err, "UUID");

	assert_run("stop " UUID, CTL_EXIT_OK, "");
	assert_int_equal(fake_domains(fake), 0);
}

/* Start what is in @made, look what it is called, stop it. */
static void start_and_stop(struct made *made, const char *container, const char *packing)
{
	char path[] = "/tmp/xenctl-test-packed-XXXXXX", line[128];

	assert_int_equal(write_kernel(mkstemp(path), made), 0);
	snprintf(line, sizeof(line), "image %s", path);
	run_line(&run, line);
	assert_in(run.out, packing);
	assert_in(run.out, container);
	snprintf(line, sizeof(line), "start --kernel %s --memory 64M", path);
	run_line(&run, line);
	unlink(path);

	assert_string_equal(run.err, "");
	assert_int_equal(run.code, CTL_EXIT_OK);
	snprintf(line, sizeof(line), "stop %d", atoi(run.out));
	assert_run(line, CTL_EXIT_OK, "");
}

static void given_a_kernel_of_any_packing_when_started_then_it_runs(void **state)
{
	static const char *const packings[] = { "none", MADE_PACKINGS };
	const struct elf_recipe recipe = { 0 };
	struct made elf = make_elf(&recipe);

	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	for (size_t i = 0; i < sizeof(packings) / sizeof(packings[0]); i++) {
		struct made bzimage = make_bzimage_of(elf, packings[i]);
		struct made bare = make_packed(packings[i], elf);

		if (bzimage.data)
			start_and_stop(&bzimage, "bzImage", packings[i]);
		if (bare.data)
			start_and_stop(&bare, "ELF", packings[i]);
		made_free(&bzimage);
		made_free(&bare);
	}

	assert_int_equal(fake_domains(fake), 0);
	made_free(&elf);
}

/* Write @text to a new file, whose name is left in @path. */
static void make_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void given_two_ramdisks_when_started_then_the_guest_has_both_as_one(void **state)
{
	char first[] = "/tmp/xenctl-test-first-XXXXXX", second[] = "/tmp/xenctl-test-second-XXXXXX";
	const void *info;
	char options[160];

	(void)state;
	make_file(first, "12345");
	make_file(second, "6789");
	boot_xen(&(struct fake_options){ 0 });

	snprintf(options, sizeof(options), "--type pv --ramdisk %s --ramdisk %s", first, second);
	start(options);
	unlink(first);
	unlink(second);

	assert_string_equal(run.err, "");
	info = fake_guest_start_info(fake, 1);
	assert_non_null(info);
	assert_int_equal(fake_get(fake, info, "start_info", "mod_len"), 12);
	assert_memory_equal(
		fake_guest_page(fake, 1, fake_get(fake, info, "start_info", "mod_start")),
		"12345\0\0\0"
		"6789",
		12);
	assert_run("stop 1", CTL_EXIT_OK, "");
}

static void given_json_when_started_then_the_object_has_number_and_uuid_and_steps(void **state)
{
	(void)state;
	if (!ctl_json_built_in())
		skip();
	boot_xen(&(struct fake_options){ 0 });

	start("--json --timing --uuid " UUID);

	assert_int_equal(run.out[0], '{');
	assert_in(run.out, "\"domid\": 1,");
	assert_in(run.out, "\"uuid\": \"" UUID "\",");
	assert_in(run.out, "\"step\": \"connect to Xen\",");
	assert_in(run.out, "\"sum\": {");
	assert_string_equal(run.err, "");
	assert_run("stop 1", CTL_EXIT_OK, "");
}

/* The figures of a row of the table: five, from the right. */
static void take_row(const char *row, uint64_t figures[5])
{
	const char *at = row + strcspn(row, "\n");
	int i;

	for (i = 4; i >= 0; i--) {
		while (at > row && at[-1] == ' ')
			at--;
		while (at > row && at[-1] != ' ')
			at--;
		figures[i] = strtoull(at, NULL, 10);
	}
}

static void given_timing_when_started_then_the_steps_add_up_to_the_sum(void **state)
{
	uint64_t sum[5] = { 0 }, figures[5];
	unsigned int rows, i;
	const char *row;

	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	start("--timing");

	assert_string_equal(run.out, "1\n");
	rows = count_lines(run.err);
	assert_true(rows > 8);
	row = strchr(run.err, '\n') + 1;
	for (; strncmp(row, "sum ", 4) != 0; row = strchr(row, '\n') + 1) {
		take_row(row, figures);
		for (i = 0; i < 5; i++)
			sum[i] += figures[i];
	}
	take_row(row, figures);
	for (i = 0; i < 5; i++)
		assert_int_equal(figures[i], sum[i]);
	assert_true(figures[1] > 10);	 /* hypercalls */
	assert_true(figures[4] > 65536); /* bytes */
	assert_run("stop 1", CTL_EXIT_OK, "");
}

static void given_too_little_memory_when_started_then_asker_and_host_have_different_codes(
	void **state)
{
	char line[160];

	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	snprintf(line, sizeof(line), "start --kernel %s --memory 1M", kernel);
	run_line(&run, line);
	assert_int_equal(run.code, CTL_EXIT_FAILED);
	snprintf(line, sizeof(line), "start --kernel %s --memory 64G", kernel);
	run_line(&run, line);
	assert_int_equal(run.code, CTL_EXIT_NO_MEMORY);
	assert_int_equal(fake_domains(fake), 0);
}

static void given_what_is_no_kernel_when_started_or_looked_at_then_the_sentence_says_so(
	void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });

	run_line(&run, "start --kernel /nonexistent");
	assert_int_equal(run.code, CTL_EXIT_FAILED);
	assert_in(run.err, "/nonexistent");
	run_line(&run, "image /dev/null");
	assert_int_equal(run.code, CTL_EXIT_FAILED);
	assert_in(run.err, "empty");
}

static void given_a_kernel_when_looked_at_then_no_xen_is_needed(void **state)
{
	char line[64];

	(void)state;
	boot_xen(&(struct fake_options){ .absent = FAKE_PRIVCMD | FAKE_PROC_PRIVCMD });

	snprintf(line, sizeof(line), "image %s", kernel);
	run_line(&run, line);

	assert_int_equal(run.code, CTL_EXIT_OK);
	assert_in(run.out, "file           ELF, ");
	assert_in(run.out, "\nstarts as      pvh, pv\n");
}

/*
 * In a child, since an interrupt is remembered for the life of a process. It says by its exit
 * code what it found.
 */
static int interrupted_start(void)
{
	char report[1024];

	if (ctl_catch_interrupts() < 0)
		return 1;
	raise(SIGTERM);
	start("");
	if (run.code != CTL_EXIT_INTERRUPTED)
		return 2;
	if (strcmp(run.err, "xenctl: interrupted; nothing was left behind\n") != 0)
		return 3;
	if (fake_count(fake, FAKE_CALL_HYPERCALL, DOMCTL, DOMCTL_CREATE) != 0)
		return 5; /* it went on for long */
	return fake_domains(fake) || fake_leaks(fake, report, sizeof(report)) ? 4 : 0;
}

static void given_an_interrupt_when_started_then_nothing_is_left_behind(void **state)
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

static void given_a_guest_that_writes_when_attached_then_its_bytes_come_out_as_they_are(
	void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ .guest_console = BYE, .guest_exits = 1 + POWEROFF });
	start("");

	assert_run("console 1", CTL_EXIT_OK, "");

	assert_string_equal(run.out, BYE);
	assert_run("stop 1", CTL_EXIT_OK, "");
}

static void given_a_guest_when_started_attached_then_its_first_words_are_not_missed(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ .guest_console = BYE, .guest_exits = 1 + POWEROFF });

	start("--console");

	assert_int_equal(run.code, CTL_EXIT_OK);
	assert_string_equal(run.out, BYE);
	assert_in(run.err, "xenctl: domain 1 starts");
	assert_run("stop 1", CTL_EXIT_OK, "");
}

static void given_a_text_to_wait_for_when_it_comes_then_the_console_is_left(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ .guest_console = "Debian\nlogin: " });
	start("");

	run_line(&run, "console --until login: --timeout 20 1");

	assert_int_equal(run.code, CTL_EXIT_OK);
	assert_string_equal(run.out, "Debian\nlogin: ");
	assert_run("stop 1", CTL_EXIT_OK, "");
}

static void given_a_text_to_wait_for_when_the_guest_ends_before_then_it_is_a_failure(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ .guest_console = BYE, .guest_exits = 1 + POWEROFF });
	start("");

	assert_run("console --until login: --timeout 20 1", CTL_EXIT_FAILED,
		   "xenctl: the guest ended before it wrote the text\n");

	assert_run("stop 1", CTL_EXIT_OK, "");
}

static void given_a_silent_guest_when_the_time_is_over_then_the_exit_code_is_124(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	start("");

	assert_run("console --timeout 0.05 1", CTL_EXIT_TIMEOUT, "xenctl: the time is over\n");

	assert_run("stop 1", CTL_EXIT_OK, "");
}

static void type(const char *text)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	close(ends[1]);
}

static void given_text_in_a_pipe_when_attached_then_the_guest_gets_it(void **state)
{
	char typed[64] = "";

	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	start("");
	type("poweroff\n");

	run_line(&run, "console --timeout 0.2 1");

	assert_int_equal(run.code, CTL_EXIT_TIMEOUT);
	assert_int_equal(fake_guest_console_read(fake, 1, typed, sizeof(typed) - 1), 9);
	assert_string_equal(typed, "poweroff\n");
	assert_run("stop 1", CTL_EXIT_OK, "");
}

static void given_a_reader_only_when_attached_then_the_guest_gets_nothing(void **state)
{
	char typed[64];

	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	start("");
	type("poweroff\n");

	run_line(&run, "console --read-only --timeout 0.1 1");

	assert_int_equal(run.code, CTL_EXIT_TIMEOUT);
	assert_int_equal(fake_guest_console_read(fake, 1, typed, sizeof(typed)), 0);
	assert_run("stop 1", CTL_EXIT_OK, "");
}

static void given_a_guest_without_console_when_attached_then_it_is_a_failure(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	start("--no-console");

	run_line(&run, "console 1");

	assert_int_equal(run.code, CTL_EXIT_FAILED);
	assert_in(run.err, "console");
	assert_run("stop 1", CTL_EXIT_OK, "");
}

static void given_a_log_when_shown_then_all_of_it_comes(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ .log = "(XEN) one\n(XEN) two\n" });

	assert_run("log", CTL_EXIT_OK, "");

	assert_string_equal(run.out, "(XEN) one\n(XEN) two\n");
}

/* What is shown of Xen's log after a failure, when this was logged meanwhile. */
static void show_new_log(const char *text, char *shown, size_t room)
{
	struct libxen *xen = libxen_new();
	struct ctl_xen_log log;
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);

	assert_int_equal(libxen_open(xen, NULL), 0);
	ctl_xen_log_mark(&log, xen);
	fake_other_log(fake, text);
	dup2(fileno(file), STDERR_FILENO);
	ctl_xen_log_show(&log, xen);
	dup2(saved, STDERR_FILENO);
	close(saved);
	libxen_free(xen);
	read_back(file, shown, room);
}

static void given_new_lines_of_xens_log_when_shown_then_they_are_marked_and_filtered(void **state)
{
	char shown[512];

	(void)state;
	boot_xen(&(struct fake_options){ .log = "(XEN) old\n" });

	show_new_log("(XEN) d1 \x1b[2Jbad\rmfn\n(XEN) cut off", shown, sizeof(shown));

	assert_string_equal(shown, "  xen: (XEN) d1 badmfn\n  xen: (XEN) cut off\n");
}

static void given_a_flood_in_xens_log_when_shown_then_twenty_lines_are(void **state)
{
	char flood[1024] = "", shown[2048];
	int i;

	(void)state;
	boot_xen(&(struct fake_options){ 0 });
	for (i = 0; i < 100; i++)
		strcat(flood, "flood\n");

	show_new_log(flood, shown, sizeof(shown));

	assert_int_equal(count_lines(shown), 20);
}

static void given_a_host_when_shown_then_what_an_old_xen_can_not_tell_is_marked(void **state)
{
	(void)state;
	boot_xen(&(struct fake_options){ .release = "4.6" });

	run_line(&run, "host");

	assert_int_equal(run.code, CTL_EXIT_OK);
	assert_in(run.out, "\nfeatures         pv? hvm hap? shadow?\n");
	assert_in(run.out, "\ninterfaces       domctl 0xb, sysctl 0xc\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(given_2500_domains_when_listed_then_each_has_a_line_and_xen_was_asked_thrice),
		TEST(given_domains_when_listed_as_json_then_each_is_an_object),
		TEST(given_a_xen_without_address_widths_when_shown_then_the_key_is_absent),
		TEST(given_no_such_domain_when_named_then_every_command_ends_with_3),
		TEST(given_no_xen_when_run_then_the_exit_code_is_5_but_version_works),
		TEST(given_a_newer_xen_when_run_then_the_option_to_try_is_named_and_works),
		TEST(given_no_permission_when_run_then_the_exit_code_is_4),
		TEST(given_several_domains_when_one_is_missing_then_the_others_are_stopped),
		TEST(given_a_domain_whose_memory_is_held_when_stopped_then_the_time_is_over),
		TEST(given_a_domain_when_suspended_and_resumed_twice_then_the_second_is_a_failure),
		TEST(given_a_kernel_when_started_then_its_number_stands_alone),
		TEST(given_a_uuid_when_started_then_it_is_the_guests_and_can_not_be_had_twice),
		TEST(given_two_ramdisks_when_started_then_the_guest_has_both_as_one),
		TEST(given_a_kernel_of_any_packing_when_started_then_it_runs),
		TEST(given_json_when_started_then_the_object_has_number_and_uuid_and_steps),
		TEST(given_timing_when_started_then_the_steps_add_up_to_the_sum),
		TEST(given_too_little_memory_when_started_then_asker_and_host_have_different_codes),
		TEST(given_what_is_no_kernel_when_started_or_looked_at_then_the_sentence_says_so),
		TEST(given_a_kernel_when_looked_at_then_no_xen_is_needed),
		TEST(given_an_interrupt_when_started_then_nothing_is_left_behind),
		TEST(given_a_guest_that_writes_when_attached_then_its_bytes_come_out_as_they_are),
		TEST(given_a_guest_when_started_attached_then_its_first_words_are_not_missed),
		TEST(given_a_text_to_wait_for_when_it_comes_then_the_console_is_left),
		TEST(given_a_text_to_wait_for_when_the_guest_ends_before_then_it_is_a_failure),
		TEST(given_a_silent_guest_when_the_time_is_over_then_the_exit_code_is_124),
		TEST(given_text_in_a_pipe_when_attached_then_the_guest_gets_it),
		TEST(given_a_reader_only_when_attached_then_the_guest_gets_nothing),
		TEST(given_a_guest_without_console_when_attached_then_it_is_a_failure),
		TEST(given_a_log_when_shown_then_all_of_it_comes),
		TEST(given_new_lines_of_xens_log_when_shown_then_they_are_marked_and_filtered),
		TEST(given_a_flood_in_xens_log_when_shown_then_twenty_lines_are),
		TEST(given_a_host_when_shown_then_what_an_old_xen_can_not_tell_is_marked),
	};

	return cmocka_run_group_tests(tests, make_kernel, remove_kernel);
}
