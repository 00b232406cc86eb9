/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lx_os_default() for programs linked with the fake: the one set, or one that LIBXEN_FAKE asks. */
#include "fake-internal.h"
#include <stdlib.h>
#include <string.h>

static struct fake *current;
static pthread_mutex_t current_lock = PTHREAD_MUTEX_INITIALIZER;

void fake_set_default(struct fake *fake)
{
	pthread_mutex_lock(&current_lock);
	current = fake;
	pthread_mutex_unlock(&current_lock);
}

void fake_forget_default(const struct fake *fake)
{
	pthread_mutex_lock(&current_lock);
	if (current == fake)
		current = NULL;
	pthread_mutex_unlock(&current_lock);
}

const struct lx_os *lx_os_default(void)
{
	const char *text = getenv("LIBXEN_FAKE");

	pthread_mutex_lock(&current_lock);
	fake_inside++;
	if (!current && text)
		current = fake_from_text(text); /* stays for the life of the program */
	fake_inside--;
	pthread_mutex_unlock(&current_lock);
	if (!current)
		fake_die("no fake was set, and LIBXEN_FAKE names none");
	return fake_os(current);
}

/* --- the text of LIBXEN_FAKE --- */

static const struct {
	const char *name;
	uint32_t bits;
} words[] = {
	/* features */
	{ "nopv", FAKE_NO_PV },
	{ "nohvm", FAKE_NO_HVM },
	{ "nohap", FAKE_NO_HAP },
	{ "iommu", FAKE_IOMMU },
	{ "shadow", FAKE_SHADOW },
	{ "unprivileged", FAKE_UNPRIVILEGED },
	{ "dom0pvh", FAKE_DOM0_PVH },
	{ "noresource", FAKE_NO_RESOURCE },
	{ "clean", FAKE_CLEAN_MEMORY },
}, devices[] = {
	{ "privcmd", FAKE_PRIVCMD | FAKE_PROC_PRIVCMD },
	{ "hypercall", FAKE_HYPERCALL },
	{ "evtchn", FAKE_EVTCHN },
	{ "gntdev", FAKE_GNTDEV },
};

static uint32_t device_bits(const char *name)
{
	for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++) {
		if (strcmp(devices[i].name, name) == 0)
			return devices[i].bits;
	}
	fake_die("LIBXEN_FAKE: no device %s", name);
}

static uint32_t feature_bits(const char *name)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(words[i].name, name) == 0)
			return words[i].bits;
	}
	fake_die("LIBXEN_FAKE: what is %s?", name);
}

/* "2048M" in pages */
static uint64_t pages_of(const char *text)
{
	char *end;
	uint64_t bytes = strtoull(text, &end, 0);

	switch (*end) {
	case 'G':
		bytes *= 1024;
		/* fall through */
	case 'M':
		bytes *= 1024;
		/* fall through */
	case 'K':
		bytes *= 1024;
		break;
	default:
		break;
	}
	return bytes / PAGE_SIZE;
}

/* "\n" in the text is a line's end. */
static char *with_lines(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (from[0] == '\\' && from[1] == 'n') {
			*to++ = '\n';
			from++;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
	return text;
}

static void take_word(struct fake_options *options, unsigned int *domains, const char *key,
		      char *value)
{
	if (!value)
		options->features |= feature_bits(key);
	else if (strcmp(key, "release") == 0)
		options->release = value;
	else if (strcmp(key, "memory") == 0)
		options->memory_pages = pages_of(value);
	else if (strcmp(key, "dom0") == 0)
		options->dom0_pages = pages_of(value);
	else if (strcmp(key, "cpus") == 0)
		options->cpus = (unsigned int)strtoul(value, NULL, 0);
	else if (strcmp(key, "domains") == 0)
		*domains = (unsigned int)strtoul(value, NULL, 0);
	else if (strcmp(key, "log") == 0)
		options->log = with_lines(value);
	else if (strcmp(key, "console") == 0)
		options->guest_console = with_lines(value);
	else if (strcmp(key, "exits") == 0)
		options->guest_exits = 1 + (int)strtoul(value, NULL, 0);
	else if (strcmp(key, "absent") == 0 || strcmp(key, "nodevice") == 0)
		options->absent |= device_bits(value);
	else if (strcmp(key, "denied") == 0)
		options->denied |= device_bits(value);
	else if (strcmp(key, "version") == 0)
		options->version = (uint32_t)strtoul(value, NULL, 0);
	else if (strcmp(key, "domctl") == 0)
		options->domctl_version = (uint32_t)strtoul(value, NULL, 0);
	else if (strcmp(key, "sysctl") == 0)
		options->sysctl_version = (uint32_t)strtoul(value, NULL, 0);
	else
		fake_die("LIBXEN_FAKE: what is %s=?", key);
}

struct fake *fake_from_text(const char *text)
{
	struct fake_options options = { 0 };
	char *copy = strcpy(fake_calloc(strlen(text) + 1, 1), text), *rest = copy;
	unsigned int domains = 0;
	struct fake *fake;

	while (rest && *rest) {
		char *word = strsep(&rest, ","), *value = strchr(word, '=');

		if (value)
			*value++ = '\0';
		take_word(&options, &domains, word, value);
	}
	fake = fake_new(&options);
	if (fake)
		fake_add_domains(fake, domains);
	else
		fake_die("LIBXEN_FAKE=%s makes no machine", text);
	free(copy);
	return fake;
}
