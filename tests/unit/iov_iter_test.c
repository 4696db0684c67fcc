// SPDX-License-Identifier: GPL-2.0
/*
 * The taken lib/iov_iter.c over our user copies and pages, against a model of it: a position in a
 * string of bytes, of which a list of segments is the only other thing known.
 */
#include "box_run.h"
#include <linux/bvec.h>
#include <linux/mm.h>
#include <linux/uio.h>

#define BYTES	6000
#define SEGS	7

static char memory[BYTES] __aligned(64), out[BYTES];

struct model {
	size_t start[SEGS], len[SEGS];	/* in memory */
	size_t count, pos;		/* what is left, and how far we are */
	unsigned int nr;
};

static unsigned int next;

static unsigned int rnd(unsigned int below)
{
	next = next * 1103515245 + 12345;
	return (next >> 16) % below;
}

/* Segments in order, with gaps, some empty. */
static void model_make(struct model *m)
{
	size_t at = rnd(20);

	m->nr = 1 + rnd(SEGS);
	m->count = m->pos = 0;
	for (unsigned int i = 0; i < m->nr; i++) {
		m->start[i] = at;
		m->len[i] = rnd(4) ? rnd(700) : 0;
		m->count += m->len[i];
		at += m->len[i] + rnd(90);
	}
}

/* Where in memory the byte at @pos lies. */
static size_t model_at(const struct model *m, size_t pos)
{
	unsigned int i = 0;

	while (pos >= m->len[i])
		pos -= m->len[i++];
	return m->start[i] + pos;
}

static struct iovec iovs[SEGS];
static struct kvec kvecs[SEGS];

static void iter_make(struct iov_iter *it, const struct model *m, unsigned int dir, bool kernel)
{
	for (unsigned int i = 0; i < m->nr; i++) {
		iovs[i] = (struct iovec){ memory + m->start[i], m->len[i] };
		kvecs[i] = (struct kvec){ memory + m->start[i], m->len[i] };
	}
	if (kernel)
		iov_iter_kvec(it, dir, kvecs, m->nr, m->count);
	else
		iov_iter_init(it, dir, iovs, m->nr, m->count);
}

static void take(struct model *m, struct iov_iter *it, size_t n)
{
	size_t want = min(n, m->count), got;

	memset(out, 0, sizeof(out));
	got = copy_from_iter(out, n, it);
	CHECK_EQ(got, want);
	for (size_t i = 0; i < got; i++)
		CHECK(out[i] == memory[model_at(m, m->pos + i)]);
	m->pos += want;
	m->count -= want;
}

static void step(struct model *m, struct iov_iter *it)
{
	size_t n;

	switch (rnd(5)) {
	case 0:
		n = rnd(m->count + 1);
		iov_iter_advance(it, n);
		m->pos += n;
		m->count -= n;
		break;
	case 1:
		n = rnd(m->pos + 1);
		iov_iter_revert(it, n);
		m->pos -= n;
		m->count += n;
		break;
	default:
		take(m, it, rnd(300));
	}
	CHECK_EQ(iov_iter_count(it), m->count);
	if (m->count)
		CHECK_EQ(iov_iter_single_seg_count(it) <= m->count, true);
}

static void walk_sources(void)
{
	struct iov_iter it;
	struct model m;

	for (size_t i = 0; i < BYTES; i++)
		memory[i] = (char)(i * 31 + (i >> 8));
	for (next = 1; next < 400; next++) {
		unsigned int seed = next;

		model_make(&m);
		iter_make(&it, &m, ITER_SOURCE, seed & 1);
		for (int i = 0; i < 12; i++)
			step(&m, &it);
		next = seed;
	}
}

static void walks_match_the_model(void **state)
{
	BOX(walk_sources);
}

static void fill_destinations(void)
{
	static char from[BYTES], expect[BYTES];
	struct iov_iter it;
	struct model m;

	for (size_t i = 0; i < BYTES; i++)
		from[i] = (char)(i * 17 + 3);
	for (unsigned int seed = 1; seed < 200; seed++) {
		size_t n;

		next = seed;
		model_make(&m);
		iter_make(&it, &m, ITER_DEST, seed & 1);
		memset(memory, 0x55, sizeof(memory));
		memset(expect, 0x55, sizeof(expect));
		n = rnd(m.count + 200);
		CHECK_EQ(copy_to_iter(from, n, &it), min(n, m.count));
		for (size_t i = 0; i < min(n, m.count); i++)
			expect[model_at(&m, i)] = from[i];
		CHECK(!memcmp(memory, expect, BYTES));
		CHECK_EQ(iov_iter_zero(10000, &it), m.count - min(n, m.count));
	}
}

static void bytes_land_where_they_should(void **state)
{
	BOX(fill_destinations);
}

static void cutting(void)
{
	struct kvec v = { memory, 100 };
	struct iov_iter it;

	iov_iter_kvec(&it, ITER_SOURCE, &v, 1, 100);
	iov_iter_truncate(&it, 200);
	CHECK_EQ(iov_iter_count(&it), 100);
	iov_iter_truncate(&it, 30);
	CHECK_EQ(copy_from_iter(out, 100, &it), 30);
	iov_iter_reexpand(&it, 70);
	CHECK_EQ(copy_from_iter(out, 100, &it), 70);
	CHECK_EQ(copy_from_iter(out, 1, &it), 0);
}

static void truncate_and_reexpand(void **state)
{
	BOX(cutting);
}

static void aligned(void)
{
	struct iovec v[2] = { { memory, 512 }, { memory + 1024, 512 } };
	struct iov_iter it;

	iov_iter_init(&it, ITER_SOURCE, v, 2, 1024);
	CHECK_EQ(iov_iter_alignment(&it) & 511, (unsigned long)memory & 511);
	v[1].iov_len = 511;
	iov_iter_init(&it, ITER_SOURCE, v, 2, 1023);
	CHECK(iov_iter_alignment(&it) & 1);
	iov_iter_ubuf(&it, ITER_SOURCE, memory + 1, 64);
	CHECK(iov_iter_alignment(&it) & 1);
}

static void alignment(void **state)
{
	BOX(aligned);
}

static void unreadable(void)
{
	struct iovec v[3] = { { memory, 10 }, { (void *)16, 10 }, { memory + 20, 10 } };
	struct iov_iter it;

	iov_iter_init(&it, ITER_SOURCE, v, 3, 30);
	CHECK_EQ(copy_from_iter(out, 30, &it), 10);
	CHECK_EQ(iov_iter_count(&it), 20);
	iov_iter_init(&it, ITER_SOURCE, v, 3, 30);
	/* All or nothing, and back to where it was. */
	CHECK(!copy_from_iter_full(out, 30, &it));
	CHECK_EQ(iov_iter_count(&it), 30);
}

static void a_bad_segment_ends_the_copy(void **state)
{
	BOX(unreadable);
}

static void pages(void)
{
	struct bio_vec bv[2];
	struct iov_iter it;
	struct page *p[2];

	for (int i = 0; i < 2; i++) {
		p[i] = alloc_page(GFP_KERNEL);
		memset(page_address(p[i]), 'a' + i, PAGE_SIZE);
		bv[i] = (struct bio_vec){ .bv_page = p[i], .bv_offset = 100 * i, .bv_len = 200 };
	}
	iov_iter_bvec(&it, ITER_SOURCE, bv, 2, 400);
	iov_iter_advance(&it, 150);
	CHECK_EQ(copy_from_iter(out, 400, &it), 250);
	CHECK(out[49] == 'a' && out[50] == 'b' && out[249] == 'b');
	iov_iter_revert(&it, 100);
	CHECK_EQ(copy_from_iter(out, 400, &it), 100);
	put_page(p[0]);
	put_page(p[1]);
}

static void iterators_over_pages(void **state)
{
	BOX(pages);
}

static void pinning(void)
{
	static char user[3 * PAGE_SIZE] __aligned(PAGE_SIZE);
	struct page *pg[4];
	struct iov_iter it;
	size_t off;
	ssize_t n;

	iov_iter_ubuf(&it, ITER_SOURCE, user + 100, 2 * PAGE_SIZE);
	CHECK_EQ(iov_iter_npages(&it, 10), 3);
	n = iov_iter_get_pages2(&it, pg, 10000, 4, &off);
	CHECK_EQ(n, 2 * PAGE_SIZE);
	CHECK_EQ(off, 100);
	CHECK_EQ(iov_iter_count(&it), 0);
	user[PAGE_SIZE + 5] = 'q';
	CHECK(((char *)page_address(pg[1]))[5] == 'q');
	for (int i = 0; i < 3; i++)
		put_page(pg[i]);
}

static void pages_of_user_memory(void **state)
{
	BOX(pinning);
}

static void importing(void)
{
	struct iovec v[2] = { { memory, 10 }, { memory, 20 } }, fast[1], *iov = fast;
	struct iov_iter it;

	CHECK_EQ(import_iovec(ITER_DEST, v, 2, 1, &iov, &it), 30);
	CHECK(iov && iov != fast);
	kfree(iov);
	iov = fast;
	CHECK_EQ(import_iovec(ITER_DEST, v, 1, 1, &iov, &it), 10);
	CHECK(!iov);
	iov = fast;
	CHECK_EQ(import_iovec(ITER_DEST, v, UIO_MAXIOV + 1, 1, &iov, &it), -EINVAL);
	iov = fast;
	CHECK_EQ(import_iovec(ITER_DEST, (void *)16, 1, 1, &iov, &it), -EFAULT);
}

static void vectors_from_user_space(void **state)
{
	BOX(importing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_match_the_model),
		cmocka_unit_test(bytes_land_where_they_should),
		cmocka_unit_test(truncate_and_reexpand),
		cmocka_unit_test(alignment),
		cmocka_unit_test(a_bad_segment_ends_the_copy),
		cmocka_unit_test(iterators_over_pages),
		cmocka_unit_test(pages_of_user_memory),
		cmocka_unit_test(vectors_from_user_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
