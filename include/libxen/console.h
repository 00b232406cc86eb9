/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's console: text from it and to it. */
#ifndef LIBXEN_CONSOLE_H
#define LIBXEN_CONSOLE_H

#include <libxen/domain.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @struct libxen_console
 * The console of one guest. One process at a time can hold it. While it is open it keeps
 * a page of the guest, so that a domain that is stopped stays "dying" until the console
 * is closed, and its last words can be read.
 */
struct libxen_console;

/**
 * @brief Attach to a guest's console.
 *
 * @param[in]  domain   a guest that libxen started; need not run yet
 * @param[out] console  the console, to be closed with libxen_console_close() before the
 *                      connection is
 *
 * @retval 0       @p console is ready
 * @retval -EBUSY  somebody else reads this console
 * @retval -ENODEV the guest has no console
 * @retval -ENOENT the event channel device, /dev/xen/evtchn, is missing
 * @retval -EACCES that device may not be opened by this user
 * @retval -ESRCH  the domain is gone
 * @retval -ESTALE its number now belongs to another domain
 * @retval -EPERM  this Xen does not let the caller
 * @retval -ENOMEM out of memory
 *
 * @par Threads
 * The connection, and with it the console, belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_console_open(struct libxen_domain *domain, struct libxen_console **console);

/**
 * @brief Close a console; the guest goes on, and anyone may attach again.
 *
 * @param[in] console  the console, or NULL
 *
 * @par Threads
 * The connection belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API void libxen_console_close(struct libxen_console *console);

/**
 * @brief A descriptor that becomes readable when libxen_console_read() or
 *        libxen_console_write() is
 *        worth a call.
 *
 * It also becomes readable now and then without cause: the end of a guest raises no
 * event, so it is looked for. Use it with poll(2) and nothing else.
 *
 * @param[in] console  the console
 *
 * @return the descriptor; it stays the console's
 *
 * @par Threads
 * Any thread may poll it.
 * @since 0.1
 */
LIBXEN_API int libxen_console_fd(const struct libxen_console *console);

/**
 * @brief Read what the guest has written. Does not wait.
 *
 * @param[in]  console  the console
 * @param[out] buffer   takes the text, which is not NUL-terminated. The guest chose every
 *                      byte: filter it before it goes to a terminal
 * @param[in]  size     bytes in @p buffer, 1 at least
 *
 * @return bytes read; 0 at the end: the guest has shut down or is gone, and all was read
 * @retval -EAGAIN nothing at the moment; poll libxen_console_fd()
 * @retval -EINVAL @p size is 0
 * @retval -EPROTO the guest broke the rules of the ring; what lay in it was dropped, and the
 *                 next call goes on
 *
 * @par Threads
 * The connection belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_console_read(struct libxen_console *console, char *buffer, size_t size);

/**
 * @brief Write to the guest, as if typed. Does not wait.
 *
 * @param[in] console  the console
 * @param[in] data     what to write
 * @param[in] size     bytes in @p data
 *
 * @return bytes taken, which may be fewer than @p size
 * @retval -EAGAIN the ring is full; poll libxen_console_fd()
 * @retval -EPROTO the guest broke the rules of the ring; what lay in it was dropped, and the
 *                 next call goes on
 *
 * @par Threads
 * The connection belongs to one thread at a time.
 * @since 0.1
 */
LIBXEN_API int libxen_console_write(struct libxen_console *console, const char *data, size_t size);

#ifdef __cplusplus
}
#endif

#endif
