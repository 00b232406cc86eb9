/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzing: two bytes that announce a size, and any bytes as a packed stream of any kind. */
#include "build/unpack.h"

#include <errno.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct lx_progress nobody = { NULL, NULL };
	const struct lx_packing *packing;
	struct lx_error error = { "" };
	struct lx_unpack job = { .progress = &nobody, .error = &error };
	int ret;

	if (size < 2)
		return 0;
	packing = lx_packing_find(data + 2, size - 2);
	if (!packing || !packing->unpack)
		return 0;

	job.in = data + 2;
	job.in_size = size - 2;
	job.out_size = (size_t)(data[0] | data[1] << 8) + 1;
	job.out = malloc(job.out_size); /* the sanitizer guards its end */
	if (!job.out)
		abort();
	ret = packing->unpack(&job);
	free(job.out);

	if (job.out_done > job.out_size)
		abort();
	if (ret == 0 && job.out_done == job.out_size && error.text[0] == '\0')
		return 0;
	if (ret == -EBADMSG && error.text[0] != '\0')
		return 0;
	abort();
}
