// SPDX-License-Identifier: Apache-2.0
// A kernel in small, for tests of debug info: #line gives each instruction a line that a test
// knows. Each function is in a section of its own, as functions of modules are in several.
// The inlined function has no parameters: only Clang gives the line of the call an instruction that
// copies them.
void touch(int* what, int value);
void tcp_receive(int* what);
void device_receive(int* what);
void _stext(void);

__attribute__((section(".text"))) void _stext(void) {}

#line 20 "kernel/touch.c"
__attribute__((noinline)) void touch(int* what, int value) { *what = value; }

#line 100 "net/ipv4/tcp_ipv4.c"
void tcp_receive(int* what) {
#line 2210
  touch(what, 1);
#line 2300
  touch(what, 2);
}

#line 50 "./include/linux/skbuff.h"
static inline __attribute__((always_inline)) void put(void) { touch(0, 3); }

#line 30 "/build/linux-9.9/net/core/dev.c"
void device_receive(int* what) {
#line 40
  put();
#line 70000
  touch(what, 4);
}
