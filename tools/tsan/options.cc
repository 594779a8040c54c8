// What ThreadSanitizer is told in every program that is built with --config=tsan.

extern "C" {

// Called by the sanitizer's runtime before main; it finds them by these names.
const char* __tsan_default_options() {
  // Debian's gRPC, Protobuf, Abseil and RocksDB are not instrumented. What happens within them is
  // not judged; what we do with what they hand us is.
  return "ignore_noninstrumented_modules=1:second_deadlock_stack=1:history_size=4";
}

// Each line says why it is no race of ours.
const char* __tsan_default_suppressions() { return ""; }

}  // extern "C"
