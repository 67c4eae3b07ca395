/*
 * What perf_analyzer's wheel takes from glibc 2.38 and GCC 13's libstdc++, for systems that have older
 * ones. The first five differ from their predecessors in binary literals only, which it never reads.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

long __isoc23_strtol(const char *s, char **end, int base) { return strtol(s, end, base); }
long long __isoc23_strtoll(const char *s, char **end, int base) { return strtoll(s, end, base); }
unsigned long __isoc23_strtoul(const char *s, char **end, int base) { return strtoul(s, end, base); }
unsigned long long __isoc23_strtoull(const char *s, char **end, int base) {
  return strtoull(s, end, base);
}

int __isoc23_sscanf(const char *s, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int read = vsscanf(s, format, arguments);
  va_end(arguments);
  return read;
}

/* The streams are set up by whoever uses them first: older libraries leave that to each object. */
void _ZNSt8ios_base4InitC1Ev(void *);

__attribute__((constructor)) static void streams(void) {
  static char init[8];
  _ZNSt8ios_base4InitC1Ev(init);
}

void _ZSt21ios_base_library_initv(void) {}

/* std::string::_M_replace_cold: replaces inside the string's own memory, with a part of itself. */
void _ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE15_M_replace_coldEPcmPKcmm(
    void *self, char *at, size_t old, const char *with, size_t new, size_t after) {
  (void)self;
  char *copy = malloc(new + 1);
  memcpy(copy, with, new);
  memmove(at + new, at + old, after);
  memcpy(at, copy, new);
  free(copy);
}
