/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two rules of structures that begin with their own size. */
#include "internal.h"

#include <errno.h>
#include <string.h>

int lx_sized_in(struct libxen *xen, const char *name, const void *theirs, size_t first_size,
		void *ours, size_t our_size)
{
	const unsigned char *bytes = theirs;
	size_t size;

	memcpy(&size, theirs, sizeof(size));
	if (size < first_size || size > LX_SANE_SIZE)
		return lx_fail(&xen->error, -EINVAL,
			       "struct %s says that it has %zu bytes: set its member size to "
			       "sizeof(struct %s)",
			       name, size, name);
	for (size_t i = our_size; i < size; i++)
		if (bytes[i])
			return lx_fail(&xen->error, -E2BIG,
				       "struct %s asks for something that libxen %s does not know",
				       name, libxen_version());

	memset(ours, 0, our_size);
	memcpy(ours, theirs, size < our_size ? size : our_size);
	return 0;
}

int lx_sized_out(void *theirs, size_t first_size, const void *ours, size_t our_size)
{
	unsigned char *bytes = theirs;
	size_t size;

	memcpy(&size, theirs, sizeof(size));
	if (size < first_size || size > LX_SANE_SIZE)
		return -EINVAL;

	memcpy(bytes, ours, size < our_size ? size : our_size);
	if (size > our_size)
		memset(bytes + our_size, 0, size - our_size);
	memcpy(bytes, &size, sizeof(size));
	return 0;
}
