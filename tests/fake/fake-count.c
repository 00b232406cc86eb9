/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What passed the seam, by kind; and the calls that shall fail. */
#include "fake-internal.h"
#include <string.h>

static void count_hypercall(struct fake *fake, uint64_t op, uint64_t sub)
{
	if (op < COUNT_HYPERCALLS && sub < COUNT_SUBS)
		fake->hypercalls[op][sub]++;
}

static void count_ioctl(struct fake *fake, unsigned long request)
{
	for (int i = 0; i < COUNT_IOCTLS; i++) {
		if (fake->ioctls[i].count && fake->ioctls[i].request != request)
			continue;
		fake->ioctls[i].request = request;
		fake->ioctls[i].count++;
		return;
	}
}

static bool fault_matches(const struct fake_fault *fault, enum fake_call kind, long op, long sub)
{
	if (fault->type == FAULT_NTH)
		return kind != FAKE_CALL_CLOSE && kind != FAKE_CALL_UNMAP;
	return fault->type == FAULT_CALL && (fault->kind == FAKE_CALL_ANY || fault->kind == kind) &&
	       (fault->op == FAKE_ALL || fault->op == op) &&
	       (fault->sub == FAKE_ALL || fault->sub == sub);
}

/* A call of some kind begins: count it. 0, or the negative errno that it shall give. */
int fake_begin(struct fake *fake, enum fake_call kind, long op, long sub)
{
	int error = 0;

	fake->counts[kind]++;
	if (kind == FAKE_CALL_HYPERCALL)
		count_hypercall(fake, (uint64_t)op, (uint64_t)sub);
	else if (kind == FAKE_CALL_IOCTL)
		count_ioctl(fake, (unsigned long)op);

	for (int i = 0; i < FAULTS; i++) {
		struct fake_fault *fault = &fake->faults[i];

		if (!fault_matches(fault, kind, op, sub) || --fault->nth > 0)
			continue;
		fault->type = FAULT_OFF;
		fake->fired = true;
		error = -fault->error;
	}
	return error;
}

static void fault_add(struct fake *fake, struct fake_fault fault)
{
	int i = 0;

	fake_lock(fake);
	while (i < FAULTS && fake->faults[i].type != FAULT_OFF)
		i++;
	if (i == FAULTS)
		fake_die("too many faults at once");
	if (fault.nth == 0)
		fake_die("faults are counted from 1");
	fake->faults[i] = fault;
	fake->fired = false;
	fake_unlock(fake);
}

void fake_fail_nth(struct fake *fake, uint64_t n, int error)
{
	fault_add(fake, (struct fake_fault){ .type = FAULT_NTH, .nth = n, .error = error });
}

void fake_fail_call(struct fake *fake, enum fake_call kind, long op, long sub, uint64_t nth,
		    int error)
{
	fault_add(fake, (struct fake_fault){ .type = FAULT_CALL,
					     .kind = kind,
					     .op = op,
					     .sub = sub,
					     .nth = nth,
					     .error = error });
}

void fake_fail_populate(struct fake *fake, uint64_t nth, uint64_t extents)
{
	fault_add(fake,
		  (struct fake_fault){ .type = FAULT_POPULATE, .nth = nth, .value = extents });
}

void fake_fail_frame(struct fake *fake, uint64_t nth, uint64_t index, int error)
{
	fault_add(fake, (struct fake_fault){
				.type = FAULT_FRAME, .nth = nth, .value = index, .error = error });
}

uint64_t fake_fault_populate(struct fake *fake)
{
	uint64_t limit = UINT64_MAX;

	for (int i = 0; i < FAULTS; i++) {
		struct fake_fault *fault = &fake->faults[i];

		if (fault->type != FAULT_POPULATE || --fault->nth > 0)
			continue;
		fault->type = FAULT_OFF;
		fake->fired = true;
		limit = fault->value;
	}
	return limit;
}

/* Called for each frame of a batch in turn, so the batch counts at frame 0. */
int fake_fault_frame(struct fake *fake, uint64_t index)
{
	for (int i = 0; i < FAULTS; i++) {
		struct fake_fault *fault = &fake->faults[i];

		if (fault->type != FAULT_FRAME)
			continue;
		if (index == 0 && fault->nth > 0)
			fault->nth--;
		if (fault->nth == 0 && fault->value == index) {
			fault->type = FAULT_OFF;
			fake->fired = true;
			return -fault->error;
		}
	}
	return 0;
}

bool fake_fault_fired(struct fake *fake)
{
	bool fired;

	fake_lock(fake);
	fired = fake->fired;
	fake_unlock(fake);
	return fired;
}

void fake_fail_clear(struct fake *fake)
{
	fake_lock(fake);
	memset(fake->faults, 0, sizeof(fake->faults));
	fake_unlock(fake);
}

static uint64_t count_of_hypercalls(const struct fake *fake, long op, long sub)
{
	uint64_t count = 0;

	for (long i = 0; i < COUNT_HYPERCALLS; i++) {
		for (long j = 0; j < COUNT_SUBS; j++) {
			if ((op == FAKE_ALL || op == i) && (sub == FAKE_ALL || sub == j))
				count += fake->hypercalls[i][j];
		}
	}
	return count;
}

static uint64_t count_of_ioctls(const struct fake *fake, long op)
{
	for (int i = 0; i < COUNT_IOCTLS; i++) {
		if (fake->ioctls[i].count && (long)fake->ioctls[i].request == op)
			return fake->ioctls[i].count;
	}
	return 0;
}

uint64_t fake_count(struct fake *fake, enum fake_call kind, long op, long sub)
{
	uint64_t count;

	fake_lock(fake);
	if (kind == FAKE_CALL_HYPERCALL && (op != FAKE_ALL || sub != FAKE_ALL))
		count = count_of_hypercalls(fake, op, sub);
	else if (kind == FAKE_CALL_IOCTL && op != FAKE_ALL)
		count = count_of_ioctls(fake, op);
	else
		count = fake->counts[kind];
	fake_unlock(fake);
	return count;
}

uint64_t fake_calls_total(struct fake *fake)
{
	uint64_t count = 0;

	fake_lock(fake);
	for (int i = 0; i < FAKE_CALLS; i++)
		count += fake->counts[i];
	fake_unlock(fake);
	return count;
}

uint64_t fake_frames_mapped(struct fake *fake)
{
	uint64_t count;

	fake_lock(fake);
	count = fake->frames_mapped;
	fake_unlock(fake);
	return count;
}

uint64_t fake_frames_copied(struct fake *fake)
{
	uint64_t count;

	fake_lock(fake);
	count = fake->frames_copied;
	fake_unlock(fake);
	return count;
}

uint64_t fake_bytes_mapped(struct fake *fake)
{
	return fake_frames_mapped(fake) * PAGE_SIZE;
}

void fake_count_reset(struct fake *fake)
{
	fake_lock(fake);
	memset(fake->counts, 0, sizeof(fake->counts));
	memset(fake->hypercalls, 0, sizeof(fake->hypercalls));
	memset(fake->ioctls, 0, sizeof(fake->ioctls));
	fake->frames_mapped = 0;
	fake->frames_copied = 0;
	fake_unlock(fake);
}
