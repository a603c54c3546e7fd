// SPDX-License-Identifier: Apache-2.0
// Debian's static libpcap can capture from D-Bus and refers to libdbus, of which there is no static
// library that could be linked. No filter calls these functions, so each of them fails.
#include <stddef.h>

#define PWRU_DBUS_NULL(name) \
  void* name(void);          \
  void* name(void) { return NULL; }
#define PWRU_DBUS_FALSE(name) \
  unsigned name(void);        \
  unsigned name(void) { return 0; }
#define PWRU_DBUS_NOTHING(name) \
  void name(void);              \
  void name(void) {}

PWRU_DBUS_NULL(dbus_bus_get)
PWRU_DBUS_NULL(dbus_connection_open)
PWRU_DBUS_NULL(dbus_connection_pop_message)
PWRU_DBUS_NULL(dbus_message_demarshal)
PWRU_DBUS_FALSE(dbus_bus_register)
PWRU_DBUS_FALSE(dbus_connection_read_write)
PWRU_DBUS_FALSE(dbus_connection_send)
PWRU_DBUS_FALSE(dbus_error_is_set)
PWRU_DBUS_FALSE(dbus_message_is_signal)
PWRU_DBUS_FALSE(dbus_message_marshal)
PWRU_DBUS_NOTHING(dbus_bus_add_match)
PWRU_DBUS_NOTHING(dbus_connection_flush)
PWRU_DBUS_NOTHING(dbus_connection_set_max_received_size)
PWRU_DBUS_NOTHING(dbus_connection_unref)
PWRU_DBUS_NOTHING(dbus_error_free)
PWRU_DBUS_NOTHING(dbus_free)
PWRU_DBUS_NOTHING(dbus_message_unref)
