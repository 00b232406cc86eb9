/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's console on our standard input and output. */
#include "attach.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "interrupt.h"
#include "text.h"
#include "words.h"

#define PIECE	   4096
#define READS	   16	/* then look at the other descriptors, however much a guest writes */
#define DETACH_KEY 0x1d /* Ctrl-] */

enum outcome {
	STAY = 0,
	GUEST_ENDED,
	TEXT_FOUND,
	DETACHED,
	TIME_OVER,
	INTERRUPTED,
	FAILED, /* said already; code tells */
};

struct session {
	struct libxen *xen;
	struct libxen_console *console;
	const struct ctl_attach *how;
	struct ctl_until until;
	struct ctl_filter filter;
	bool filtering;
	bool input_open; /* there may be more to send */
	bool input_is_terminal;
	char input[PIECE]; /* read from stdin, not yet taken by the guest */
	size_t input_from, input_to;
	bool more;	   /* the last look at the guest's output did not see its end */
	bool rules_broken; /* it was said that some text is lost */
	char last;	   /* byte that was written: does a line stand open? */
	uint64_t deadline_ms;
	int code;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Only who is in the foreground may read a terminal; another would be stopped. */
static bool terminal_is_ours(void)
{
	return isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

/* Every key to the guest at once, also Ctrl-C. Line ends on output stay as they are. */
static bool make_raw(struct termios *saved)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, saved) < 0)
		return false;
	raw = *saved;
	raw.c_iflag &=
		~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
	raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	return tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

static int write_all(const char *text, size_t size)
{
	ssize_t written;

	while (size > 0) {
		written = write(STDOUT_FILENO, text, size);
		if (written < 0 && errno == EINTR && !ctl_interrupted())
			continue;
		if (written < 0)
			return -errno;
		text += written;
		size -= (size_t)written;
	}
	return 0;
}

static enum outcome put(struct session *session, const char *text, size_t size)
{
	char safe[CTL_FILTER_ROOM(PIECE)];
	int ret;

	if (session->filtering) {
		size = ctl_filter(&session->filter, text, size, safe);
		text = safe;
	}
	if (size > 0)
		session->last = text[size - 1];
	ret = write_all(text, size);
	if (ret == 0)
		return STAY;
	if (ctl_interrupted())
		return INTERRUPTED;
	ctl_complain("cannot write the console's text: %s", strerror(-ret));
	session->code = CTL_EXIT_FAILED;
	return FAILED;
}

static void rules_broken(struct session *session)
{
	if (!session->rules_broken)
		ctl_complain("the guest broke the rules of its console; some text is lost");
	session->rules_broken = true;
}

/* What the guest has written. */
static enum outcome read_guest(struct session *session)
{
	enum outcome outcome = STAY;
	char text[PIECE];
	int got, i;

	session->more = false;
	for (i = 0; i < READS && outcome == STAY; i++) {
		got = libxen_console_read(session->console, text, sizeof(text));
		if (got == 0)
			return GUEST_ENDED;
		if (got == -EAGAIN)
			return STAY;
		if (got == -EPROTO) {
			rules_broken(session);
			return STAY;
		}
		if (got < 0) {
			session->code = ctl_failed(session->xen, got);
			return FAILED;
		}
		outcome = put(session, text, (size_t)got);
		if (outcome == STAY && session->how->until &&
		    ctl_until_feed(&session->until, text, (size_t)got))
			outcome = TEXT_FOUND;
	}
	session->more = true;
	return outcome;
}

static enum outcome write_guest(struct session *session)
{
	while (session->input_from < session->input_to) {
		int taken =
			libxen_console_write(session->console, session->input + session->input_from,
					     session->input_to - session->input_from);

		if (taken == -EPROTO)
			rules_broken(session);
		if (taken == -EAGAIN || taken == -EPROTO || taken == 0)
			return STAY;
		if (taken < 0) {
			session->code = ctl_failed(session->xen, taken);
			return FAILED;
		}
		session->input_from += (size_t)taken;
	}
	return STAY;
}

/* What fits goes to the guest; who types at a guest that does not listen loses the rest. */
static void queue_input(struct session *session, const char *keys, size_t size)
{
	size_t waiting = session->input_to - session->input_from;
	size_t room = sizeof(session->input) - waiting;

	memmove(session->input, session->input + session->input_from, waiting);
	if (size > room)
		size = room;
	memcpy(session->input + waiting, keys, size);
	session->input_from = 0;
	session->input_to = waiting + size;
}

/* What is typed, or comes from a file or pipe; the end of that does not end the session. */
static enum outcome read_input(struct session *session)
{
	char keys[PIECE];
	ssize_t got = read(STDIN_FILENO, keys, sizeof(keys));
	const char *leave = NULL;

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return STAY;
	if (got <= 0) {
		session->input_open = false;
		return STAY;
	}
	if (session->input_is_terminal)
		leave = memchr(keys, DETACH_KEY, (size_t)got);
	queue_input(session, keys, leave ? (size_t)(leave - keys) : (size_t)got);
	if (!leave)
		return STAY;
	return write_guest(session) == FAILED ? FAILED : DETACHED;
}

/* How long poll(2) may wait. */
static int wait_ms(const struct session *session)
{
	uint64_t now;

	if (session->more)
		return 0;
	if (session->how->timeout_ms < 0)
		return -1;
	now = now_ms();
	if (now >= session->deadline_ms)
		return 0;
	return session->deadline_ms - now > 1000000 ? 1000000 : (int)(session->deadline_ms - now);
}

/* One round: see what the guest wrote, send it what there is, wait for more. */
static enum outcome go_round(struct session *session)
{
	enum outcome outcome;
	struct pollfd polls[3] = {
		{ .fd = ctl_interrupt_fd(), .events = POLLIN },
		{ .fd = libxen_console_fd(session->console), .events = POLLIN },
		{ .fd = -1, .events = POLLIN },
	};

	if (ctl_interrupted())
		return INTERRUPTED;
	outcome = read_guest(session);
	if (outcome == STAY)
		outcome = write_guest(session);
	if (outcome != STAY)
		return outcome;
	if (session->how->timeout_ms >= 0 && now_ms() >= session->deadline_ms)
		return TIME_OVER;
	/*
	 * From a file, more is only asked for when the guest has taken the last. A terminal is
	 * always read: the key to leave must work also at a guest that takes nothing.
	 */
	if (session->input_open &&
	    (session->input_is_terminal || session->input_from == session->input_to))
		polls[2].fd = STDIN_FILENO;
	if (poll(polls, 3, wait_ms(session)) < 0 && errno != EINTR) {
		ctl_complain("cannot wait for the console: %s", strerror(errno));
		session->code = CTL_EXIT_FAILED;
		return FAILED;
	}
	return polls[2].revents ? read_input(session) : STAY;
}

static void say_why_ended(const struct libxen_domain *domain, int ret,
			  const struct libxen_domain_info *info)
{
	uint32_t domid = libxen_domain_id(domain);

	if (ret < 0 || info->state == LIBXEN_STATE_DYING)
		ctl_complain("domain %u was stopped", domid);
	else
		ctl_complain("domain %u has ended (%s); 'xenctl stop %u' removes it", domid,
			     ctl_shutdown_word(info->shutdown_reason), domid);
}

static int conclude(struct session *session, struct libxen_domain *domain, enum outcome outcome)
{
	struct libxen_domain_info info = { .size = sizeof(info) };
	bool watched = isatty(STDERR_FILENO);

	/* Our sentence must not hang on the end of the guest's line. */
	if (watched && isatty(STDOUT_FILENO) && session->last && session->last != '\n')
		fputc('\n', stderr);

	switch (outcome) {
	case GUEST_ENDED:
		if (session->how->until)
			ctl_complain("the guest ended before it wrote the text");
		if (watched)
			say_why_ended(domain, libxen_domain_info(domain, &info), &info);
		return session->how->until ? CTL_EXIT_FAILED : CTL_EXIT_OK;
	case TEXT_FOUND:
		return CTL_EXIT_OK;
	case DETACHED:
		ctl_complain("left the console; the guest waits once 2048 bytes of it are unread");
		return CTL_EXIT_OK;
	case TIME_OVER:
		ctl_complain("the time is over%s",
			     session->how->until ? ", and the guest did not write the text" : "");
		return CTL_EXIT_TIMEOUT;
	case INTERRUPTED:
		ctl_complain("interrupted; the guest goes on");
		return CTL_EXIT_INTERRUPTED;
	case FAILED:
	case STAY:
		break;
	}
	return session->code;
}

int ctl_attach(struct libxen *xen, struct libxen_domain *domain, struct libxen_console *console,
	       const struct ctl_attach *how)
{
	struct session session = {
		.xen = xen,
		.console = console,
		.how = how,
		.filter = { .kind = CTL_FILTER_CONSOLE },
		.filtering = !how->raw && isatty(STDOUT_FILENO),
		.code = CTL_EXIT_FAILED,
	};
	enum outcome outcome = STAY;
	struct termios saved;
	bool raw = false;

	if (how->until && ctl_until_init(&session.until, how->until) < 0) {
		ctl_complain("out of memory");
		return CTL_EXIT_NO_MEMORY;
	}
	if (how->timeout_ms >= 0)
		session.deadline_ms = now_ms() + (uint64_t)how->timeout_ms;
	signal(SIGPIPE, SIG_IGN); /* or the terminal would stay raw */
	session.input_is_terminal = !how->read_only && terminal_is_ours();
	session.input_open =
		!how->read_only && (session.input_is_terminal || !isatty(STDIN_FILENO));
	if (session.input_is_terminal)
		raw = make_raw(&saved);

	while (outcome == STAY)
		outcome = go_round(&session);

	if (raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
	ctl_until_free(&session.until);
	return conclude(&session, domain, outcome);
}
