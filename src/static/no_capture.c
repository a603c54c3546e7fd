// SPDX-License-Identifier: Apache-2.0
// pwru compiles filters with libpcap and captures nothing. These functions are the doors from the
// rest of Debian's libpcap to what captures, on a network card, USB, Bluetooth, D-Bus or from a
// file. They stand here so that the linker takes none of that, which is 50 KB.
//
// Everything is weak: a libpcap that comes as one piece brings its own.
#include <stddef.h>

#define PWRU_NO_DEVICE(name)              \
  __attribute__((weak)) void* name(void); \
  void* name(void) { return NULL; }
#define PWRU_FAILS(name)                \
  __attribute__((weak)) int name(void); \
  int name(void) { return -1; }

PWRU_NO_DEVICE(pcap_create_interface)
PWRU_NO_DEVICE(bt_create)
PWRU_NO_DEVICE(bt_monitor_create)
PWRU_NO_DEVICE(dbus_create)
PWRU_NO_DEVICE(netfilter_create)
PWRU_NO_DEVICE(usb_create)
PWRU_FAILS(pcap_platform_finddevs)
PWRU_FAILS(bt_findalldevs)
PWRU_FAILS(bt_monitor_findalldevs)
PWRU_FAILS(dbus_findalldevs)
PWRU_FAILS(netfilter_findalldevs)
PWRU_FAILS(usb_findalldevs)
PWRU_FAILS(pcap_offline_read)
