/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In dom0: programs that start guests race each other; prints a table, and TAP for the bounds. */
#include "samples.h"

#include <errno.h>
#include <fcntl.h>
#include <libxen/libxen.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * usage: bench-race ROUNDS GUESTS FILE. Lines of FILE, which is the order of the start:
 *
 *	racer NAME END WORD...	  the command, which leaves GUESTS paused guests; END ends one of them:
 *				  "libxen", or a command that takes its number as last argument
 *	bound NAME OTHER RATIO	  NAME's wall and CPU time are at most RATIO times OTHER's
 */
enum { RACERS = 8, BOUNDS = 8, WORDS = 24, DOMAINS = 64, BATCHES = 3 };

struct racer {
	char *name, *end;
	char *words[WORDS];
	struct samples wall, cpu, host; /* in ticks, in ns, in ns of the whole dom0 */
	uint64_t peak;			/* largest resident size of any round, in KiB */
};

struct bound {
	struct racer *racer, *other;
	double ratio;
};

static struct racer racers[RACERS];
static struct bound bounds[BOUNDS];
static unsigned int racer_count, bound_count, cases, broken, guests_each;
static struct libxen *xen;
static struct rate rate;

_Noreturn static void die(const char *what, const char *whom)
{
	fprintf(stderr, "bench-race: cannot %s %s: %s\n", what, whom,
		xen ? libxen_error(xen) : strerror(errno));
	exit(2);
}

/* --- the list of racers --- */

static struct racer *racer_of(const char *name)
{
	for (unsigned int i = 0; i < racer_count; i++)
		if (strcmp(racers[i].name, name) == 0)
			return &racers[i];
	fprintf(stderr, "bench-race: there is no racer \"%s\"\n", name);
	exit(2);
}

/* Words in "quotes" may hold blanks. */
static unsigned int split(char *line, char **words)
{
	unsigned int count = 0;
	char end;

	while (count < WORDS - 1) {
		line += strspn(line, " \t\n");
		if (!*line)
			break;
		end = *line == '"' ? '"' : ' ';
		if (end == '"')
			line++;
		words[count++] = line;
		line += end == '"' ? strcspn(line, "\"") : strcspn(line, " \t\n");
		if (*line)
			*line++ = '\0';
	}
	words[count] = NULL;
	return count;
}

static void read_line(char *line)
{
	char *words[WORDS];
	unsigned int count = split(line, words);

	if (count > 3 && strcmp(words[0], "racer") == 0 && racer_count < RACERS) {
		racers[racer_count].name = words[1];
		racers[racer_count].end = words[2];
		memcpy(racers[racer_count++].words, &words[3], (count - 2) * sizeof(words[0]));
	} else if (count == 4 && strcmp(words[0], "bound") == 0 && bound_count < BOUNDS) {
		bounds[bound_count++] = (struct bound){ racer_of(words[1]), racer_of(words[2]),
							strtod(words[3], NULL) };
	} else if (count) {
		fprintf(stderr, "bench-race: a line that is not understood: %s\n", words[0]);
		exit(2);
	}
}

static void read_list(const char *path)
{
	FILE *list = fopen(path, "re");
	char line[1024], *kept;

	if (!list)
		die("open", path);
	while (fgets(line, sizeof(line), list)) {
		kept = strdup(line); /* the words point into it until the end */
		if (!kept)
			die("keep", line);
		read_line(kept);
	}
	fclose(list);
	if (!racer_count)
		die("find a racer in", path);
}

/* --- one start --- */

/* Run a command with its output thrown away; how it used what. */
static void run(char **words, struct rusage *usage)
{
	posix_spawn_file_actions_t actions;
	int status, ret;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	ret = posix_spawnp(&pid, words[0], &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (ret != 0 || wait4(pid, &status, 0, usage) < 0)
		die("run", words[0]);
	if (status != 0) {
		fprintf(stderr, "bench-race: %s failed (%d)\n", words[0], status);
		exit(2);
	}
}

static uint64_t host_cpu_ns(void)
{
	struct libxen_domain_info info = { .size = sizeof(info) };
	struct libxen_domain *dom0;

	if (libxen_domain_open(xen, 0, &dom0) < 0 || libxen_domain_info(dom0, &info) < 0)
		die("look at", "dom0");
	libxen_domain_close(dom0);
	return info.cpu_time_ns;
}

static void end_guest(const struct racer *racer, uint32_t domid)
{
	char end[256], number[16], *words[WORDS];
	struct libxen_domain *domain;
	unsigned int count;
	struct rusage usage;

	if (strcmp(racer->end, "libxen") == 0) {
		if (libxen_domain_open(xen, domid, &domain) < 0 ||
		    libxen_domain_destroy(domain, NULL) < 0)
			die("end a guest of", racer->name);
		libxen_domain_close(domain);
		return;
	}
	snprintf(end, sizeof(end), "%s", racer->end);
	snprintf(number, sizeof(number), "%u", domid);
	count = split(end, words);
	words[count] = number;
	words[count + 1] = NULL;
	run(words, &usage);
}

/* A racer that starts fewer guests than the others, or lets them run, would be disqualified. */
static void end_guests(const struct racer *racer)
{
	struct libxen_domain_info infos[DOMAINS] = { { .size = sizeof(infos[0]) } };
	int count = libxen_list(xen, 1, infos, DOMAINS);

	if (count != (int)guests_each) {
		fprintf(stderr, "bench-race: %s made %d guests\n", racer->name, count);
		exit(2);
	}
	for (int i = 0; i < count; i++) {
		if (infos[i].state != LIBXEN_STATE_SUSPENDED || infos[i].cpu_time_ns != 0) {
			fprintf(stderr, "bench-race: %s let its guest run\n", racer->name);
			exit(2);
		}
		end_guest(racer, infos[i].domid);
	}
}

static void start(struct racer *racer, bool counts)
{
	uint64_t begin, ticks, host;
	struct rusage usage;
	struct timeval cpu;

	host = host_cpu_ns();
	begin = ticks_now();
	run(racer->words, &usage);
	ticks = ticks_now() - begin;
	host = host_cpu_ns() - host;
	end_guests(racer);
	if (!counts)
		return;

	timeradd(&usage.ru_utime, &usage.ru_stime, &cpu);
	samples_add(&racer->wall, ticks);
	samples_add(&racer->cpu, (uint64_t)cpu.tv_sec * 1000000000 + (uint64_t)cpu.tv_usec * 1000);
	samples_add(&racer->host, host);
	if ((uint64_t)usage.ru_maxrss > racer->peak)
		racer->peak = (uint64_t)usage.ru_maxrss;
	printf("# %-8s %8.1f ms\n", racer->name, (double)ticks / rate_ticks_per_ms(&rate));
}

/* --- the race --- */

static double ratio(const struct samples *a, const struct samples *b)
{
	uint64_t other = samples_median(b);

	return other ? (double)samples_median(a) / (double)other : 0;
}

static bool all_hold(void)
{
	for (unsigned int i = 0; i < bound_count; i++)
		if (ratio(&bounds[i].racer->wall, &bounds[i].other->wall) > bounds[i].ratio ||
		    ratio(&bounds[i].racer->cpu, &bounds[i].other->cpu) > bounds[i].ratio)
			return false;
	return true;
}

/* Each comes behind each other one in turn: nobody always follows the one that dirtied caches. */
static void race(unsigned int rounds)
{
	for (unsigned int i = 0; i < rounds; i++)
		for (unsigned int j = 0; j < racer_count; j++)
			start(&racers[(i + j) % racer_count], true);
}

static void show(void)
{
	double unit = rate_ticks_per_ms(&rate);

	for (unsigned int i = 0; i < racer_count; i++) {
		const struct racer *r = &racers[i];

		printf("result %s %u %.0f %.0f %.0f %.0f %.0f %.1f\n", r->name, r->wall.count,
		       (double)samples_median(&r->wall) / unit,
		       (double)samples_least(&r->wall) / unit,
		       (double)samples_median(&r->cpu) / 1e6, (double)samples_least(&r->cpu) / 1e6,
		       (double)samples_median(&r->host) / 1e6, (double)r->peak / 1024);
	}
}

static void check(const struct bound *bound, const char *what, double got)
{
	bool holds = got <= bound->ratio;

	printf("%sok %u - race: %s's %s is at most %.2f of %s's (%.3f)\n", holds ? "" : "not ",
	       ++cases, bound->racer->name, what, bound->ratio, bound->other->name, got);
	broken += !holds;
}

int main(int argc, char **argv)
{
	unsigned int rounds;

	setlinebuf(stdout);
	if (argc != 4) {
		fprintf(stderr, "usage: bench-race ROUNDS GUESTS FILE\n");
		return 2;
	}
	rounds = (unsigned int)strtoul(argv[1], NULL, 10);
	guests_each = (unsigned int)strtoul(argv[2], NULL, 10);
	read_list(argv[3]);
	rate_begin(&rate);
	xen = libxen_new();
	if (!xen || libxen_open(xen, NULL) < 0)
		die("open", "the connection to Xen");

	/* The first round, which finds nothing in any cache, does not count. */
	for (unsigned int i = 0; i < racer_count; i++)
		start(&racers[i], false);
	race(rounds);
	for (unsigned int i = 1; i < BATCHES && !all_hold(); i++)
		race(rounds);

	show();
	for (unsigned int i = 0; i < bound_count; i++) {
		const struct bound *b = &bounds[i];

		check(b, "wall time", ratio(&b->racer->wall, &b->other->wall));
		check(b, "CPU time", ratio(&b->racer->cpu, &b->other->cpu));
	}
	printf("1..%u\n", cases);
	libxen_free(xen);
	return broken != 0;
}
