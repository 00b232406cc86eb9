/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the syntax of xl.cfg(5) from bytes that nobody vouches for. */
#include "xlcfg.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parser {
	struct ctl_xlcfg *cfg;
	char *at; /* in cfg->bytes, which end in a NUL that is at end */
	char *end;
	unsigned int line;
	unsigned int problems;
	ctl_xlcfg_problem_fn problem;
	void *data;
	size_t keys_room, values_room;
	uint32_t last[CTL_XLCFG_DEPTH_MAX];  /* last member of each open list; 0: none yet */
	uint32_t lists[CTL_XLCFG_DEPTH_MAX]; /* the open lists, outermost first */
	unsigned int depth;
};

/* Always -EINVAL: a line that finds something wrong stays one line. */
static int wrong(struct parser *p, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int wrong(struct parser *p, unsigned int line, const char *format, ...)
{
	char sentence[200];
	va_list list;

	va_start(list, format);
	vsnprintf(sentence, sizeof(sentence), format, list);
	va_end(list);
	if (p->problems++ < CTL_XLCFG_PROBLEMS_MAX)
		p->problem(p->data, line, sentence);
	return -EINVAL;
}

static bool is_name(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (!first && c >= '0' && c <= '9');
}

static bool at_end(const struct parser *p)
{
	return p->at == p->end;
}

/* Blanks and comments; with line_ends, the ends of lines too. */
static void skip_blanks(struct parser *p, bool line_ends)
{
	for (;; p->at++) {
		if (*p->at == '#')
			p->at += strcspn(p->at, "\n");
		if (*p->at == '\n' && line_ends)
			p->line++;
		else if (*p->at != ' ' && *p->at != '\t' && *p->at != '\r')
			return;
	}
}

static int grow(void **array, size_t *room, size_t count, size_t size)
{
	size_t wanted = *room ? *room * 2 : 32;
	void *bigger;

	if (count < *room)
		return 0;
	bigger = realloc(*array, wanted * size);
	if (!bigger)
		return -ENOMEM;
	*array = bigger;
	*room = wanted;
	return 0;
}

/* A value of its own, or the next member of the innermost list. */
static int add_value(struct parser *p, const struct ctl_xlcfg_value *value, uint32_t *index)
{
	struct ctl_xlcfg *cfg = p->cfg;
	int ret;

	if (cfg->value_count > CTL_XLCFG_VALUES_MAX)
		return wrong(p, p->line, "more than %d values", CTL_XLCFG_VALUES_MAX), -EFBIG;
	ret = grow((void **)&cfg->values, &p->values_room, cfg->value_count, sizeof(*value));
	if (ret < 0)
		return ret;
	*index = (uint32_t)cfg->value_count++;
	cfg->values[*index] = *value;
	if (p->depth > 0) {
		uint32_t *last = &p->last[p->depth - 1];

		if (*last)
			cfg->values[*last].next = *index;
		else
			cfg->values[p->lists[p->depth - 1]].first = *index;
		*last = *index;
	}
	return 0;
}

static int add_key(struct parser *p, const struct ctl_xlcfg_key *key)
{
	struct ctl_xlcfg *cfg = p->cfg;
	size_t i;
	int ret;

	for (i = 0; i < cfg->key_count; i++)
		if (strcmp(cfg->keys[i].name, key->name) == 0)
			return wrong(p, key->line, "%.40s was set already, in line %u", key->name,
				     cfg->keys[i].line);
	if (cfg->key_count == CTL_XLCFG_KEYS_MAX)
		return wrong(p, key->line, "more than %d keys", CTL_XLCFG_KEYS_MAX), -EFBIG;
	ret = grow((void **)&cfg->keys, &p->keys_room, cfg->key_count, sizeof(*key));
	if (ret < 0)
		return ret;
	cfg->keys[cfg->key_count++] = *key;
	return 0;
}

/* One character of a string, at *from; the escapes are those that can mean one thing only. */
static int take_character(struct parser *p, char **from, char *to)
{
	char c = **from;

	if (c == '\\') {
		c = *++*from;
		if (c != '\\' && c != '"' && c != '\'')
			return wrong(p, p->line,
				     "behind a backslash in a string stands another, or a quote");
	} else if (((unsigned char)c < ' ' && c != '\t') || c == 0x7f) {
		return wrong(p, p->line, "a control character (byte %d) in a string", c);
	}
	++*from;
	*to = c;
	return 0;
}

/* Decoded in place: what a string means is never longer than how it is written. */
static int take_string(struct parser *p, struct ctl_xlcfg_value *value)
{
	char quote = *p->at, *from = p->at + 1, *to = from;
	int ret;

	value->kind = CTL_XLCFG_STRING;
	value->text = to;
	while (*from != quote) {
		p->at = from;
		if (from == p->end || *from == '\n')
			return wrong(p, p->line, "the closing %c of a string is missing", quote);
		ret = take_character(p, &from, to++);
		if (ret < 0)
			return ret;
	}
	*to = '\0';
	p->at = from + 1;
	return 0;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* A leading 0 makes it octal, 0x hexadecimal. -EINVAL: no number, -ERANGE: too large. */
static int read_number(const char *at, const char *end, uint64_t *number)
{
	unsigned int base = 10;

	if (end - at > 2 && at[0] == '0' && (at[1] == 'x' || at[1] == 'X')) {
		base = 16;
		at += 2;
	} else if (end - at > 1 && at[0] == '0') {
		base = 8;
		at++;
	}
	if (at == end)
		return -EINVAL;
	for (*number = 0; at < end; at++) {
		unsigned int digit = (unsigned int)digit_of(*at);

		if (digit >= base)
			return -EINVAL;
		if (__builtin_mul_overflow(*number, base, number) ||
		    __builtin_add_overflow(*number, digit, number))
			return -ERANGE;
	}
	return 0;
}

int ctl_xlcfg_number(const struct ctl_xlcfg_value *value, uint64_t *number)
{
	if (value->kind == CTL_XLCFG_STRING)
		return read_number(value->text, value->text + strlen(value->text), number);
	if (value->kind != CTL_XLCFG_NUMBER || value->negative)
		return -EINVAL;
	*number = value->number;
	return 0;
}

static int take_number(struct parser *p, struct ctl_xlcfg_value *value)
{
	const char *word = p->at;
	char *end;
	int ret, length;

	value->kind = CTL_XLCFG_NUMBER;
	value->negative = *p->at == '-';
	p->at += value->negative;
	for (end = p->at; is_name(*end, false); end++)
		;
	length = end - word < 40 ? (int)(end - word) : 40;
	ret = read_number(p->at, end, &value->number);
	if (ret == -ERANGE)
		return wrong(p, p->line, "%.*s is too large a number", length, word);
	if (ret < 0)
		return wrong(p, p->line, "'%.*s' is no number: write 10, 012 (octal) or 0xa",
			     length, word);
	p->at = end;
	return 0;
}

static int refuse_word(struct parser *p)
{
	const char *end = p->at;

	while (is_name(*end, false) && end - p->at < 40)
		end++;
	if (end > p->at)
		return wrong(p, p->line, "a string stands in quotes: \"%.*s\"", (int)(end - p->at),
			     p->at);
	if (at_end(p) || *p->at == '\n' || *p->at == ';' || *p->at == ',')
		return wrong(p, p->line, "a value is missing");
	if ((unsigned char)*p->at < ' ' || (unsigned char)*p->at > '~')
		return wrong(p, p->line, "byte 0x%02x can not begin a value",
			     (unsigned char)*p->at);
	return wrong(p, p->line, "'%c' can not begin a value: \"...\", a number or [ does", *p->at);
}

static int open_list(struct parser *p, uint32_t index)
{
	if (p->depth == CTL_XLCFG_DEPTH_MAX)
		return wrong(p, p->line, "more than %d lists in each other", CTL_XLCFG_DEPTH_MAX);
	p->lists[p->depth] = index;
	p->last[p->depth++] = 0;
	return 0;
}

/* A string, a number, or the beginning of a list. */
static int take_one(struct parser *p, uint32_t *index)
{
	struct ctl_xlcfg_value value = { .line = p->line };
	bool list = *p->at == '[';
	int ret;

	if (*p->at == '"' || *p->at == '\'') {
		ret = take_string(p, &value);
	} else if (*p->at == '-' || (*p->at >= '0' && *p->at <= '9')) {
		ret = take_number(p, &value);
	} else if (list) {
		value.kind = CTL_XLCFG_LIST;
		p->at++;
		ret = 0;
	} else {
		ret = refuse_word(p);
	}
	if (ret == 0)
		ret = add_value(p, &value, index);
	return ret == 0 && list ? open_list(p, *index) : ret;
}

/* Behind a member: the ends of lists, and a comma if one is still open. */
static int close_lists(struct parser *p)
{
	skip_blanks(p, true);
	while (p->depth > 0 && *p->at == ']') {
		p->at++;
		if (--p->depth > 0)
			skip_blanks(p, true);
	}
	if (p->depth == 0)
		return 0;
	if (*p->at != ',')
		return wrong(p, p->line,
			     "the list that begins in line %u goes on with , or ends with ]",
			     p->cfg->values[p->lists[p->depth - 1]].line);
	p->at++;
	return 0;
}

/* Without recursion: the lists that are open stand in p->lists. */
static int take_value(struct parser *p, uint32_t *index)
{
	uint32_t member;
	int ret;

	p->depth = 0;
	ret = take_one(p, index);
	while (ret == 0 && p->depth > 0) {
		skip_blanks(p, true);
		/* An empty list, or a comma behind the last member. */
		if (*p->at != ']') {
			unsigned int depth = p->depth;

			ret = take_one(p, &member);
			if (ret < 0 || p->depth > depth)
				continue;
		}
		ret = close_lists(p);
	}
	return ret;
}

static int take_statement(struct parser *p)
{
	struct ctl_xlcfg_key key = { .line = p->line };
	char *name = p->at, *end;
	int ret;

	while (is_name(*p->at, p->at == name))
		p->at++;
	if (p->at == name)
		return wrong(p, p->line, "a key and = are expected here");
	end = p->at;
	skip_blanks(p, false);
	if (p->at[0] == '+' && p->at[1] == '=')
		return wrong(p, p->line, "+= is not in xl.cfg(5): write the whole value behind =");
	if (*p->at != '=')
		return wrong(p, p->line, "= is missing behind %.*s",
			     (int)(end - name < 40 ? end - name : 40), name);
	p->at++;
	*end = '\0'; /* a blank or the =, which we are past */
	key.name = name;
	skip_blanks(p, false);
	ret = take_value(p, &key.value);
	if (ret < 0)
		return ret;
	ret = add_key(p, &key);
	if (ret == -EINVAL)
		ret = 0; /* it is wrong, but what follows is not */
	skip_blanks(p, false);
	if (ret == 0 && !at_end(p) && *p->at != '\n' && *p->at != ';')
		ret = wrong(p, p->line, "behind the value of %.40s the line ends, or a ; stands",
			    name);
	return ret;
}

/* Does a line begin here with a key? */
static bool key_begins(const char *at)
{
	const char *name;

	at += strspn(at, " \t");
	for (name = at; is_name(*at, at == name);)
		at++;
	if (at == name)
		return false;
	at += strspn(at, " \t");
	return at[0] == '=' || (at[0] == '+' && at[1] == '=');
}

/* After something wrong: to the next line; out of a list, to the next that begins with a key. */
static void recover(struct parser *p)
{
	for (;;) {
		while (!at_end(p) && *p->at != '\n')
			p->at++;
		if (at_end(p) || p->depth == 0 || key_begins(p->at + 1))
			return;
		p->at++;
		p->line++;
	}
}

static int take_statements(struct parser *p)
{
	while (!at_end(p)) {
		int ret;

		skip_blanks(p, true);
		if (*p->at == ';') {
			p->at++;
			continue;
		}
		if (at_end(p))
			break;
		p->depth = 0;
		ret = take_statement(p);
		if (ret == -EINVAL)
			recover(p);
		else if (ret < 0)
			return ret;
	}
	return p->problems ? -EINVAL : 0;
}

int ctl_xlcfg_parse(struct ctl_xlcfg *cfg, const char *text, size_t size,
		    ctl_xlcfg_problem_fn problem, void *data)
{
	struct parser p = { .cfg = cfg, .line = 1, .problem = problem, .data = data };
	const char *nul = size ? memchr(text, '\0', size) : NULL;
	int ret;

	*cfg = (struct ctl_xlcfg){ .value_count = 1 };
	if (size > CTL_XLCFG_BYTES_MAX)
		return wrong(&p, 1, "the file is larger than 1 MiB"), -EFBIG;
	if (nul) {
		for (; text < nul; text++)
			p.line += *text == '\n';
		return wrong(&p, p.line, "a NUL byte: this is no text");
	}
	cfg->bytes = malloc(size + 1);
	ret = grow((void **)&cfg->values, &p.values_room, 0, sizeof(*cfg->values));
	if (!cfg->bytes || ret < 0)
		return -ENOMEM;
	cfg->values[0] = (struct ctl_xlcfg_value){ 0 };
	if (size)
		memcpy(cfg->bytes, text, size);
	cfg->bytes[size] = '\0';
	p.at = cfg->bytes;
	p.end = cfg->bytes + size;
	return take_statements(&p);
}

void ctl_xlcfg_free(struct ctl_xlcfg *cfg)
{
	free(cfg->bytes);
	free(cfg->keys);
	free(cfg->values);
	*cfg = (struct ctl_xlcfg){ 0 };
}
