/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables for people: columns as wide as their widest cell, two blanks between them. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define COLUMNS_MAX 16
#define CELL_MAX    320

struct ctl_table {
	const struct ctl_column *columns;
	size_t columns_used;
	size_t width[COLUMNS_MAX];
	size_t cells; /* filled so far, row by row */
	char *text;   /* all cells, each with its NUL */
	size_t used;  /* bytes of text */
	size_t room;
	bool failed; /* out of memory: nothing more is taken in */
};

struct ctl_table *ctl_table_new(const struct ctl_column *columns)
{
	struct ctl_table *table = calloc(1, sizeof(*table));
	size_t i;

	if (!table)
		return NULL;
	table->columns = columns;
	for (i = 0; i < COLUMNS_MAX && columns[i].title; i++)
		table->width[i] = strlen(columns[i].title);
	table->columns_used = i;
	return table;
}

static bool reserve(struct ctl_table *table, size_t bytes)
{
	size_t room = table->room ? table->room : 4096;
	char *text;

	while (room < table->used + bytes)
		room *= 2;
	if (room == table->room)
		return true;
	text = realloc(table->text, room);
	if (!text)
		return false;
	table->text = text;
	table->room = room;
	return true;
}

void ctl_table_cell(struct ctl_table *table, const char *format, ...)
{
	size_t column, length;
	va_list list;

	if (table->failed || !reserve(table, CELL_MAX)) {
		table->failed = true;
		return;
	}
	va_start(list, format);
	vsnprintf(table->text + table->used, CELL_MAX, format, list);
	va_end(list);

	length = strlen(table->text + table->used);
	column = table->cells % table->columns_used;
	if (length > table->width[column])
		table->width[column] = length;
	table->used += length + 1;
	table->cells++;
}

static void print_cell(const struct ctl_table *table, size_t column, const char *text, FILE *to)
{
	bool last = column + 1 == table->columns_used;
	int width = (int)table->width[column];

	if (table->columns[column].right)
		fprintf(to, "%*s", width, text);
	else if (last)
		fputs(text, to); /* no blanks at the end of a line */
	else
		fprintf(to, "%-*s", width, text);
	fputs(last ? "\n" : "  ", to);
}

int ctl_table_print(const struct ctl_table *table, FILE *to)
{
	const char *cell = table->text;
	size_t i;

	if (table->failed)
		return -ENOMEM;
	for (i = 0; i < table->columns_used; i++)
		print_cell(table, i, table->columns[i].title, to);
	for (i = 0; i < table->cells; i++) {
		print_cell(table, i % table->columns_used, cell, to);
		cell += strlen(cell) + 1;
	}
	return 0;
}

void ctl_table_free(struct ctl_table *table)
{
	if (!table)
		return;
	free(table->text);
	free(table);
}
