#include "tests/process/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "common/check/check.h"
#include "common/file/file.h"
#include "gtest/gtest.h"

namespace fluxcascade {

namespace {

constexpr size_t kMostOfReport = 8000;

void Append(const std::vector<std::string>& texts, std::vector<char*>& pointers) {
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
}

}  // namespace

ChildProcess::ChildProcess(const std::string& program, const std::vector<std::string>& arguments,
                           const std::string& stderr_path,
                           const std::vector<std::string>& more_environment)
    : stderr_path_(stderr_path) {
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  Append(arguments, argv);
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    environment.push_back(*variable);
  }
  Append(more_environment, environment);

  posix_spawn_file_actions_t actions;
  FC_CHECK(posix_spawn_file_actions_init(&actions) == 0);
  FC_CHECK(posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, stderr_path.c_str(),
                                            O_WRONLY | O_CREAT | O_TRUNC, 0600) == 0);
  FC_CHECK(
      posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv.data(), environment.data()) == 0);
  posix_spawn_file_actions_destroy(&actions);
}

ChildProcess::~ChildProcess() {
  if (ended_) return;
  Signal(SIGKILL);
  waitpid(pid_, nullptr, 0);
  NoteEnd();
}

// The exit status of a process that was killed does not tell of a report.
void ChildProcess::NoteEnd() {
  ended_ = true;
  const absl::StatusOr<std::string> written = ReadFileToString(stderr_path_);
  FC_CHECK(written.ok());
  for (const char* mark : {"ERROR: AddressSanitizer", "ERROR: LeakSanitizer",
                           "WARNING: ThreadSanitizer", ": runtime error: "}) {
    const size_t at = written->find(mark);
    if (at == std::string::npos) continue;
    ADD_FAILURE() << "a sanitizer has reported:\n" << written->substr(at, kMostOfReport);
  }
}

void ChildProcess::Signal(int signal) const {
  // The number may be another process's once this one was waited for.
  if (!ended_) kill(pid_, signal);
}

std::optional<int> ChildProcess::WaitFor(absl::Duration timeout) {
  FC_CHECK(!ended_);
  const absl::Time end = absl::Now() + timeout;
  int status = 0;
  while (waitpid(pid_, &status, WNOHANG) == 0) {
    if (absl::Now() >= end) return std::nullopt;
    absl::SleepFor(absl::Milliseconds(5));
  }
  NoteEnd();
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace fluxcascade
