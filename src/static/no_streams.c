// SPDX-License-Identifier: Apache-2.0
// RE2 writes what it thinks of itself to a std::ostringstream. pwru never lets it (RE2::Quiet), but
// streams and the locales behind them were 700 KB of the static executable. So their functions that
// RE2 refers to are here: the first one that it would call, ios_base's constructor, ends the
// process. The same for the demangler, which only names the type of an exception that nobody
// caught.
//
// Everything is weak: when something else does need streams, the linker takes those of libstdc++.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PWRU_WEAK __attribute__((weak))

static _Noreturn void end(const char* why) {
  if (write(STDERR_FILENO, why, strlen(why)) < 0) abort();
  abort();
}

// std::ios_base::ios_base()
PWRU_WEAK void _ZNSt8ios_baseC2Ev(void);
void _ZNSt8ios_baseC2Ev(void) {
  end("pwru: RE2 found an error of its own: please report it with the command line\n");
}

// __gnu_cxx::__verbose_terminate_handler()
PWRU_WEAK void _ZN9__gnu_cxx27__verbose_terminate_handlerEv(void);
void _ZN9__gnu_cxx27__verbose_terminate_handlerEv(void) {
  end("pwru: an error was not caught: please report it with the command line\n");
}

#define PWRU_NEVER_CALLED(name) \
  PWRU_WEAK void name(void);    \
  void name(void) { abort(); }

PWRU_NEVER_CALLED(_ZNSt8ios_baseD2Ev)          // std::ios_base::~ios_base()
PWRU_NEVER_CALLED(_ZNSt6localeC1Ev)            // std::locale::locale()
PWRU_NEVER_CALLED(_ZNSt6localeD1Ev)            // std::locale::~locale()
PWRU_NEVER_CALLED(_ZNSolsEi)                   // std::ostream::operator<<(int)
PWRU_NEVER_CALLED(_ZNSo3putEc)                 // std::ostream::put(char)
PWRU_NEVER_CALLED(_ZNSo5writeEPKcl)            // std::ostream::write(const char*, long)
PWRU_NEVER_CALLED(_ZNSo9_M_insertImEERSoT_)    // std::ostream::_M_insert(unsigned long)
PWRU_NEVER_CALLED(_ZNSo9_M_insertIPKvEERSoT_)  // std::ostream::_M_insert(const void*)
// std::basic_ios<char>::init(), clear()
PWRU_NEVER_CALLED(_ZNSt9basic_iosIcSt11char_traitsIcEE4initEPSt15basic_streambufIcS1_E)
PWRU_NEVER_CALLED(_ZNSt9basic_iosIcSt11char_traitsIcEE5clearESt12_Ios_Iostate)
// std::operator<<(std::ostream&, const char*) and what it calls
PWRU_NEVER_CALLED(_ZStlsISt11char_traitsIcEERSt13basic_ostreamIcT_ES5_PKc)
PWRU_NEVER_CALLED(_ZSt16__ostream_insertIcSt11char_traitsIcEERSt13basic_ostreamIT_T0_ES6_PKS3_l)
// std::ostringstream::~ostringstream()
PWRU_NEVER_CALLED(_ZNSt7__cxx1119basic_ostringstreamIcSt11char_traitsIcESaIcEED1Ev)

// The tables of the virtual functions of std::ios, streambuf, stringbuf and ostringstream.
PWRU_WEAK const void* const _ZTVSt9basic_iosIcSt11char_traitsIcEE[16] = {0};
PWRU_WEAK const void* const _ZTVSt15basic_streambufIcSt11char_traitsIcEE[16] = {0};
PWRU_WEAK const void* const _ZTVNSt7__cxx1115basic_stringbufIcSt11char_traitsIcESaIcEEE[16] = {0};
PWRU_WEAK const void* const _ZTVNSt7__cxx1119basic_ostringstreamIcSt11char_traitsIcESaIcEEE[16] = {
    0};
PWRU_WEAK const void* const _ZTTNSt7__cxx1119basic_ostringstreamIcSt11char_traitsIcESaIcEEE[16] = {
    0};
