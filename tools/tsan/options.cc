// What ThreadSanitizer is told in every program that is built with --config=tsan.

extern "C" {

// Called by the sanitizer's runtime before main; it finds them by these names.
const char* __tsan_default_options() {
  // Debian's gRPC, Protobuf, Abseil and RocksDB are not instrumented. What happens within them is
  // not judged; what we do with what they hand us is.
  return "ignore_noninstrumented_modules=1:second_deadlock_stack=1:history_size=4";
}

// Each line says why it is no race of ours.
const char* __tsan_default_suppressions() {
  return
      // gRPC's queue of work is locked by Abseil's mutex, which is not seen. What it holds is moved
      // by an inline function of Abseil's, which the dynamic linker takes from our program.
      "race:grpc_event_engine::experimental::ThreadPool::Queue\n"
      // gRPC hands a call from one of its threads to another, under locks that are not seen; the
      // call's object is made and deleted by a test's service.
      "race:grpc::internal::CallbackBidiHandler\n";
}

}  // extern "C"
