// A program that a test runs, and may kill.
#ifndef FLUXCASCADE_TESTS_PROCESS_CHILD_PROCESS_H_
#define FLUXCASCADE_TESTS_PROCESS_CHILD_PROCESS_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace fluxcascade {

// For one thread. The process is killed with the object, if it still runs. A sanitizer's report in
// its standard error fails the test that is running, however the process ended.
class ChildProcess {
 public:
  // Runs `program` with `arguments`; its standard error goes to the file `stderr_path`, and its
  // environment is this process's with `more_environment` (`NAME=value`). Stops the test's process
  // when it can't.
  ChildProcess(const std::string& program, const std::vector<std::string>& arguments,
               const std::string& stderr_path,
               const std::vector<std::string>& more_environment = {});
  ~ChildProcess();

  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void Signal(int signal) const;

  pid_t pid() const { return pid_; }

  // The exit status, or minus the signal that ended it; nothing if it still runs after `timeout`
  // of real time.
  std::optional<int> WaitFor(absl::Duration timeout);

 private:
  void NoteEnd();

  const std::string stderr_path_;
  pid_t pid_;
  bool ended_ = false;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_TESTS_PROCESS_CHILD_PROCESS_H_
